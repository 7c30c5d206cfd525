"""Tables of the analysis: the same rows and columns for a page, beside a chart and in a file."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.files import Value
from crm.templatetags.format import day, days, number, percent, signed_percent, whole_money

Read = Callable[[Any], Any]
DECIMALS = 2


class Form(StrEnum):
    """How a column's values are written: money is cents, shares and changes are ratios."""

    CUSTOMER = "customer"
    TEXT = "text"
    REASON = "reason"
    TIER = "tier"
    TONE = "tone"
    MONEY = "money"
    COUNT = "count"
    DECIMAL = "decimal"
    SHARE = "share"
    CHANGE = "change"
    DAY = "day"
    DAYS = "days"


WORDS = frozenset({Form.CUSTOMER, Form.TEXT, Form.REASON, Form.TIER, Form.TONE})
_WRITERS: dict[Form, Callable[[Any], str]] = {
    Form.MONEY: whole_money,
    Form.COUNT: number,
    Form.DECIMAL: lambda value: number(value, DECIMALS),
    Form.SHARE: percent,
    Form.CHANGE: signed_percent,
    Form.DAY: day,
    Form.DAYS: days,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    label
        Its head.
    read
        Takes a row, returns the value: money in cents, shares as ratios, a ``Who`` for a customer, None for unknown.
    form
        How it is written.
    url
        Takes a row, returns where the cell leads, "" for nowhere.
    order
        The order of the list that its head asks for.
    hide
        Whether it is left out at phone width.
    """

    label: str | Promise
    read: Read
    form: Form = Form.TEXT
    url: Callable[[Any], str] | None = None
    order: str = ""
    hide: bool = False

    @property
    def is_figure(self) -> bool:
        """Whether it stands at the right, as figures do."""
        return self.form not in WORDS

    @property
    def head(self) -> str:
        """The head with the unit."""
        if self.form is Form.MONEY:
            unit = {"label": self.label, "unit": settings.COMPANY_CURRENCY}
            return _("%(label)s, %(unit)s") % unit
        return str(self.label)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its columns, and rows that they read."""

    columns: tuple[Column, ...]
    rows: Sequence[Any]


def read(path: str) -> Read:
    """Return a reader of an attribute of a row, by its path."""
    return attrgetter(path)


def column(label: str | Promise, path: str, form: Form = Form.TEXT, **more: Any) -> Column:
    """Return a column that reads an attribute of a row, by its path."""
    return Column(label, attrgetter(path), form, **more)


def written(column: Column, value: Any) -> str:
    """Write a value for people, in the active language."""
    if column.form in WORDS:
        return "" if value is None else str(value)
    return _WRITERS[column.form](value)


def headers(columns: Sequence[Column]) -> list[str]:
    """The heads of a file; a customer takes three of its columns."""
    found: list[str] = []
    for each in columns:
        if each.form is Form.CUSTOMER:
            found += [_("Customer code"), _("Customer"), _("Owner")]
        else:
            found.append(each.head)
    return found


def values(columns: Sequence[Column], row: Any) -> list[Value]:
    """A row of a file: money in units, shares as ratios, days as days, unknown as empty cells."""
    found: list[Value] = []
    for each in columns:
        value = each.read(row)
        if each.form is Form.CUSTOMER:
            found += [value.code, value.name, value.owner]
        else:
            found.append(_plain(each.form, value))
    return found


def _plain(form: Form, value: Any) -> Value:
    if value is None:
        return None
    if form is Form.MONEY:
        return Decimal(value) / 100
    if isinstance(value, int | float | Decimal | datetime.date):
        return value
    return str(value)
