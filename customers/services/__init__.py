"""Every write: typed, with its actor, in one transaction."""
