"""What the things of the domain are called on the screen."""
