"""Workbooks are read by a process of their own, confined in memory and time: a bad one can abort it or hang.

``isolation`` runs that process and hands over what it sends; ``reader`` is the process, ``archive`` its look at a
file before anything is parsed, ``limits`` what a workbook may ask for. Neither of the last three imports Django,
so that the process starts at once.
"""
