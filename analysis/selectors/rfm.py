"""The RFM page: the viewer's customers by segment and by scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from analysis.models import AnalysisRun, RfmRow, RfmSegment
from analysis.selectors.kept import kept_sums
from analysis.selectors.listing import NAMED, Who, who
from analysis.selectors.results import RowsPage, page_of, summary_of, visible_rows
from analysis.selectors.score_words import rfm_sentence
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer

NAME = "rfm"
FIGURES = ("recency_days", "orders", "value", "recency", "frequency", "monetary", "segment")
ORDERS: dict[str, tuple[Key, ...]] = {
    "value": (Key("value", integer, descending=True), Key("customer_id", integer)),
    "recency": (Key("recency_days", integer), Key("customer_id", integer)),
    "orders": (Key("orders", integer, descending=True), Key("customer_id", integer)),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment's customers among the viewer's, and their value in cents."""

    code: str
    label: str
    customers: int
    value: int


@dataclass(frozen=True, slots=True)
class Cell:
    """How many of the viewer's customers have these scores of recency and frequency, and their value in cents."""

    recency: int
    frequency: int
    customers: int
    value: int


@dataclass(frozen=True, slots=True)
class ScoredCustomer:
    """One customer's scores; ``value`` is cents."""

    customer: Who
    recency_days: int
    orders: int
    value: int
    recency: int
    frequency: int
    monetary: int
    segment: str
    segment_label: str
    reason: str


def segments(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[Segment]:  # noqa: A002
    """All eight segments, empty ones too, key customers first."""
    rows = visible_rows(RfmRow, NAME, run, user, filter).order_by().values("segment")
    found = {row["segment"]: row for row in rows.annotate(people=Count("customer_id"), worth=Total("value"))}
    nobody = {"people": 0, "worth": 0}
    return [
        Segment(code, str(label), (row := found.get(code, nobody))["people"], row["worth"])
        for code, label in RfmSegment.choices
    ]


@kept_sums
def cells(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[Cell]:  # noqa: A002
    """The viewer's customers by recency and frequency, cells without any left out."""
    rows = visible_rows(RfmRow, NAME, run, user, filter).order_by().values("recency", "frequency")
    found = rows.annotate(people=Count("customer_id"), worth=Total("value")).order_by("recency", "frequency")
    return [Cell(row["recency"], row["frequency"], row["people"], row["worth"]) for row in found]


def cut_points(run: AnalysisRun, user: User) -> dict[str, list[float | None]] | None:
    """What it took to get each score from 2 to 5: days, orders, cents; for whoever sees the company."""
    found: dict[str, Any] | None = summary_of(NAME, run, user)
    return found["cuts"] if found else None


def customers(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    segment: str = "",
    recency: int | None = None,
    frequency: int | None = None,
    order: str = "value",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[ScoredCustomer]:
    """The viewer's scored customers; ``order`` is a key of :data:`ORDERS`, ``segment`` a code of RfmSegment,
    ``recency`` and ``frequency`` are scores.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(RfmRow, NAME, run, user, filter)
    chosen = {"segment": segment, "recency": recency, "frequency": frequency}
    rows = rows.filter(**{name: value for name, value in chosen.items() if value})
    page = page_of(rows.values(*NAMED, *FIGURES), ORDERS[order], after=after, before=before, size=size)
    found = [
        ScoredCustomer(
            customer=who(row),
            segment_label=str(RfmSegment(row["segment"]).label),
            reason=rfm_sentence(row, run.currency),
            **{name: row[name] for name in FIGURES},
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)
