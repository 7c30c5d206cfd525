"""What lists of published rows share: whom a row is about, rows as a frame, figures that may be missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.core.exceptions import EmptyResultSet
from django.db.models import Model, QuerySet
from psycopg import sql

from analysis.selectors.live_sales import as_query, read
from crm.copying import Kind, column_type
from customers.models import Customer

NAMED = (
    "customer_id",
    "customer__code",
    "customer__name",
    "customer__owner__name",
    "customer__owner__username",
)


@dataclass(frozen=True, slots=True)
class Who:
    """The customer that a row is about, and whose it is today."""

    customer_id: int
    code: str
    name: str
    owner: str


def who(row: Mapping[str, Any]) -> Who:
    """Read :data:`NAMED` from a row."""
    owner = row["customer__owner__name"] or row["customer__owner__username"] or ""
    return Who(row["customer_id"], row["customer__code"], row["customer__name"], owner)


def names_by_customer(customers: Iterable[int]) -> dict[int, Who]:
    """Who the customers of those ids are."""
    rows = Customer.objects.filter(pk__in=customers).values(
        "pk", "code", "name", "owner__name", "owner__username"
    )
    return {
        row["pk"]: Who(
            row["pk"], row["code"], row["name"], row["owner__name"] or row["owner__username"] or ""
        )
        for row in rows
    }


def as_frame(rows: QuerySet[Any, Any], kinds: dict[str, Kind]) -> pd.DataFrame:
    """Read columns of rows, of the kinds stated (crm.copying), in no order: by COPY, for there may be a million."""
    try:
        return read(as_query(rows.values(*kinds)), kinds)
    except EmptyResultSet:
        nothing = [
            sql.SQL("NULL::{} AS {}").format(sql.SQL(column_type(kind)), sql.Identifier(name))
            for name, kind in kinds.items()
        ]
        return read(sql.SQL("SELECT {} LIMIT 0").format(sql.SQL(", ").join(nothing)), kinds)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, its index included, as plain values; what is missing is None."""
    plain = frame.reset_index().astype(object)
    return [
        {str(name): value for name, value in row.items()}
        for row in plain.where(plain.notna(), None).to_dict("records")
    ]


def names_of(model: type[Model], ids: Iterable[int | None]) -> dict[int, str]:
    """What the records of those ids are called, in the active language."""
    found = model._default_manager.in_bulk({number for number in ids if number is not None})
    return {int(number): str(record) for number, record in found.items()}
