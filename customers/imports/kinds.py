"""The kinds of records that can be imported."""

from enum import StrEnum


class Kind(StrEnum):
    """What the rows of a file are. Orders are flat: one row an order line."""

    CUSTOMERS = "customers"
    ORDERS = "orders"
    PRODUCTS = "products"
    PAYMENTS = "payments"
    INTERACTIONS = "interactions"
    COMPLAINTS = "complaints"
