"""What one can do to what is read: mix-ins of the browsing screen, one for each family of actions."""
