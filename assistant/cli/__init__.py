"""Commands: the one floor that prints and reads keys."""
