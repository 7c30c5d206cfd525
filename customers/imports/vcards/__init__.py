"""vCard files (2.1, 3.0 and 4.0) as tables: one card a row, the same columns for every file.

``lines`` joins folded lines, ``properties`` takes one apart, ``cells`` makes a card's properties one row.
"""
