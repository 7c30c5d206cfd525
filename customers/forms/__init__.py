"""Parsing what people type; no saving."""
