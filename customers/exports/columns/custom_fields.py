"""The columns of fields that administrators added: of customers and people, in lists and in files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.templatetags.format import day, number
from crm.templatetags.rows import Cell, figure, text
from customers.exports.columns.base import Column, Row, Value
from customers.models import CustomField, CustomKind, CustomValue
from customers.selectors.custom_fields import fields_in_use

CUSTOM = "custom."
"""Before the key of a field, in addresses and saved views."""
# So many decimals a number may have.
_PLACES = 4


def custom_columns(kind: str = "") -> tuple[Column, ...]:
    """Return a column for each field in use, for ``kind`` those that it can have."""
    return tuple(_column(field) for field in fields_in_use() if not kind or field.customer_kind in ("", kind))


def _column(field: CustomField) -> Column:
    return Column(
        f"{CUSTOM}{field.key}",
        str(field),
        lambda row: _value(field, _stored(field, row)),
        cell=_cell(field),
        needs="custom",
        holds=((CustomValue, "value"),) if field.is_personal else (),
        is_figure=field.kind == CustomKind.NUMBER,
        is_short=field.kind != CustomKind.TEXT,
        is_shown=False,
    )


def _stored(field: CustomField, row: Row) -> Any:
    return (row["custom"] or {}).get(field.pk)


def _value(field: CustomField, stored: Any) -> Value:
    """What a file gets."""
    if stored is None:
        return ""
    if field.kind == CustomKind.NUMBER:
        return Decimal(stored)
    if field.kind == CustomKind.DATE:
        return date.fromisoformat(stored)
    if field.kind == CustomKind.YES_NO:
        return _("Yes") if stored else _("No")
    return str(stored)


def _cell(field: CustomField) -> Callable[[Row], Cell]:
    def cell(row: Row) -> Cell:
        value = _value(field, _stored(field, row))
        if isinstance(value, Decimal):
            places = max(0, -int(value.normalize().as_tuple().exponent))
            return figure(number(value, min(places, _PLACES)))
        return text(day(value) if isinstance(value, date) else value)

    return cell
