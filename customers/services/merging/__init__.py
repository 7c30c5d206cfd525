"""Merging two records of one customer, and taking that back."""

from customers.services.merging.merges import MergeError, Unmerged, merge_customers, undo_merge

__all__ = ["MergeError", "Unmerged", "merge_customers", "undo_merge"]
