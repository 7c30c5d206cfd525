"""Cleaners: one cell's text in, one typed value out; None for a blank cell, ``CellError`` for anything doubtful."""
