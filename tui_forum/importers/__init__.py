"""Readers for other forums' archives, and the run that writes them through the services."""
