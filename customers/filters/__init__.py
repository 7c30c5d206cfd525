"""Parsing what people choose in lists; no saving."""
