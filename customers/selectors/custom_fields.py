"""The fields that administrators added, and what customers have in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.once import once
from customers.models import CustomField, CustomValue


def fields_in_use() -> list[CustomField]:
    """Return the fields that are asked for, in their order; read once a request."""
    return once("custom fields in use", lambda: list(CustomField.objects.filter(is_active=True)))


def values_of(customer_ids: Sequence[int]) -> dict[int, dict[int, Any]]:
    """Return what customers have in custom fields: by customer, by field, as JSON."""
    found: dict[int, dict[int, Any]] = {}
    rows = CustomValue.objects.filter(customer__in=customer_ids).order_by()
    for customer, field, value in rows.values_list("customer_id", "field_id", "value"):
        found.setdefault(customer, {})[field] = value
    return found
