"""What the facts mean: one measure a file, pure functions on typed frames.

Nothing here knows Django, the clock or a file. The day of observation, ``as_of``, is always an argument: the last day
whose facts are known, itself included. Frames per customer are indexed by ``customer_id``; money is int64 cents of
the company currency.
"""
