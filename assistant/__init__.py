"""A marketing assistant: a shop's own rows in; segments, personas and campaign copy with receipts out."""

__version__ = "0.1.0"
