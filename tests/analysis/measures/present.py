"""What a test knows to be there."""

from typing import TypeVar

Value = TypeVar("Value")


def present(value: Value | None) -> Value:
    """Return ``value``, which must not be None."""
    assert value is not None
    return value
