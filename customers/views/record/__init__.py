"""One customer's record: a head that is always there, and a tab at a time below it, each a module."""
