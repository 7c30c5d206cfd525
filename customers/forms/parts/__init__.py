"""What hangs on a customer, as somebody types it: a form a record kind."""
