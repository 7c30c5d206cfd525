"""Named columns of lists, and writing them into files; no saving."""
