"""Everything that analysis writes: policies, facts, runs."""
