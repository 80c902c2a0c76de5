"""One file a command; each makes its own `app`, and the root finds it by name when it is called."""
