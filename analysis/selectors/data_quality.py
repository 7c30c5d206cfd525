"""Data quality: which fields are filled in, which nobody uses, whose record is incomplete or stale."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from analysis.measures.data_quality import FIELDS_PER_WORD, Field, field_quality
from analysis.models import AnalysisRun, CustomerQuality, FieldQuality
from analysis.selectors.kept import kept_sums
from analysis.selectors.listing import NAMED, Who, as_frame, records, who
from analysis.selectors.results import RowsPage, company_rows, page_of, result_of, visible_rows
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter, anybody_left, sees_company
from crm.models import User
from crm.paging import PAGE_SIZE, CursorError, Key, integer
from customers.models import CustomerKind
from customers.selectors.field_facts import field_label, record_fields

NAME = "data_quality"
_FIGURES = ("filled", "applicable", "completeness", "checked_on", "age_days", "is_fresh")


@dataclass(frozen=True, slots=True)
class QualityHeadline:
    """The viewer's records together; shares are None without any."""

    customers: int
    completeness: float | None
    fresh: int
    fresh_share: float | None


@dataclass(frozen=True, slots=True)
class FieldLine:
    """How far a field is filled in among the viewer's customers that it applies to."""

    key: str
    label: str
    customers: int
    filled: int
    completeness: float | None
    is_unused: bool


@dataclass(frozen=True, slots=True)
class RecordQuality:
    """How complete and fresh a customer's record is."""

    customer: Who
    filled: int
    applicable: int
    completeness: float
    checked_on: datetime.date | None
    age_days: int | None
    is_fresh: bool


@kept_sums
def headline(run: AnalysisRun, user: User, filter: Filter | None = None) -> QualityHeadline:  # noqa: A002
    """Completeness and freshness of the viewer's records together."""
    sums = visible_rows(CustomerQuality, NAME, run, user, filter).aggregate(
        customers=Count("customer_id"),
        fresh=Count("customer_id", filter=Q(is_fresh=True)),
        all_filled=Total(Cast("filled", BigIntegerField())),
        all_applicable=Total(Cast("applicable", BigIntegerField())),
    )
    customers, asked = sums["customers"], sums["all_applicable"]
    return QualityHeadline(
        customers=customers,
        completeness=sums["all_filled"] / asked if asked else None,
        fresh=sums["fresh"],
        fresh_share=sums["fresh"] / customers if customers else None,
    )


def fields(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    unused: bool | None = None,
) -> list[FieldLine]:
    """The fields over the viewer's customers, the fullest first; ``unused`` picks those unused, or the others."""
    whole = filter is None or filter.is_empty
    rows: Sequence[Mapping[str, Any]]
    if whole and sees_company(user) and not anybody_left(run):
        stored = company_rows(FieldQuality, NAME, run, user).order_by("id")
        rows = [*stored.values("field", "customers", "filled", "completeness", "is_unused")]
    else:
        rows = _of_viewer(run, user, filter)
    return [
        FieldLine(row["field"], field_label(row["field"]), *_figures(row))
        for row in rows
        if unused is None or row["is_unused"] == unused
    ]


def least_complete(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    lacking: str = "",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[RecordQuality]:
    """The viewer's customers, the least complete record first; ``lacking`` leaves those whom a field that applies to
    them is not filled in of.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(CustomerQuality, NAME, run, user, filter).exclude(completeness=None)
    if lacking:
        rows = rows.filter(_is_lacking(run, lacking))
    page = page_of(rows.values(*NAMED, *_FIGURES), _KEYS, after=after, before=before, size=size)
    found = [RecordQuality(customer=who(row), **{name: row[name] for name in _FIGURES}) for row in page.rows]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def _of_viewer(run: AnalysisRun, user: User, wanted: Filter | None) -> list[dict[str, Any]]:
    """The same measure over the viewer's rows."""
    rows = visible_rows(CustomerQuality, NAME, run, user, wanted)
    found = as_frame(rows, {"kind": tuple(CustomerKind.values), "filled_0": "int8", "filled_1": "int8"})
    policy = run.policy.parsed().records.data_quality
    known = _fields_of(run)
    return records(field_quality(found, known, policy)) if len(found) else []


def _is_lacking(run: AnalysisRun, key: str) -> Q:
    """Rows of customers to whom a field applies and whose bit of it is not set; of no row for a field not known."""
    known = _fields_of(run)
    place = next((place for place, field in enumerate(known) if field.key == key), None)
    if place is None:
        return Q(pk__in=[])
    word, bit = divmod(place, FIELDS_PER_WORD)
    is_set = F(f"filled_{word}").bitrightshift(bit).bitand(1)
    return Q(kind__in=known[place].kinds) & Q(Exact(is_set, 0))


def _fields_of(run: AnalysisRun) -> list[Field]:
    """The fields in the order of the run's bits; one that is known no more applies to nobody."""
    result = result_of(NAME, run)
    kinds = {field.key: field.kinds for field in record_fields()}
    return [Field(key, kinds.get(key, frozenset())) for key in (result.summary["fields"] if result else [])]


def _figures(row: Mapping[str, Any]) -> tuple[int, int, float | None, bool]:
    return row["customers"], row["filled"], row["completeness"], row["is_unused"]


def _share(value: Any) -> float:
    if type(value) not in {int, float} or not 0 <= value <= 1:
        raise CursorError(value)
    return float(value)


_KEYS = (Key("completeness", _share), Key("customer_id", integer))
