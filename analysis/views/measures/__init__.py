"""One page a measure, in one frame."""
