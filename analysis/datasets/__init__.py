"""Frames that measures take, read from the facts."""
