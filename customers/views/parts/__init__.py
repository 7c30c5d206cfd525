"""What hangs on a customer, kind by kind: lists on cards, added to, edited in place and removed from."""
