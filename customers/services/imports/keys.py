"""How staging tables tell customers: by code where the file has one, else by name."""

from __future__ import annotations

BY_CODE = "#"
BY_NAME = "~"


def customer_key(code: str | None, name: str | None) -> str | None:
    """Return one text for a customer, the same for all its rows; None for a row without a customer."""
    if code is not None:
        return BY_CODE + code
    return None if name is None else BY_NAME + name
