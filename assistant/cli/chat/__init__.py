"""The terminal of `assistant chat`."""
