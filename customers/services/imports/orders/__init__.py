"""Orders with their lines, from flat files: one row an order line.

``plan`` stages the rows; ``grouping`` finds the orders, customers and products in them; ``judging`` compares them with
what is known; ``writing`` writes one chunk. An order is written whole or not at all.
"""

from customers.services.imports.orders.plan import OrderPlan

__all__ = ["OrderPlan"]
