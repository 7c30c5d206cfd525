"""Background work of customers. Workers import this module, which registers the handlers of its jobs."""

from customers.services.imports import running

__all__ = ["running"]
