"""The attention page: how opinions and complaints were dealt with, and which key accounts complain."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Model, QuerySet, Sum
from django.utils.translation import gettext_lazy
from psycopg import sql

from analysis.datasets.cases import DIMENSIONS, TIERS, Cases, read_cases_of
from analysis.measures.attention import attention
from analysis.measures.windows import Window
from analysis.models import AnalysisRun, AttentionGroup, CustomerAttention
from analysis.selectors.kept import kept_sums
from analysis.selectors.listing import NAMED, Who, as_frame, names_of, records, who
from analysis.selectors.record_words import ALERTS, UNKNOWN, alert_sentences, label
from analysis.selectors.results import RowsPage, company_rows, page_of, result_of, visible_rows
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter, anybody_left, sees_company, visible
from crm.copying import Kind
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer
from customers.models import Complaint, ComplaintType, Opinion, Product, Region, Stance

NAME = "attention"
KEYS = (Key("value", integer, descending=True), Key("customer_id", integer))
OTHER_CAUSES = gettext_lazy("Causes that few gave")
_MODELS: dict[str, type[Model]] = {"product": Product, "rep": User, "region": Region}
_CUSTOMERS: dict[str, Kind] = {"customer_id": "int8", "value": "int8", "rank": "int8", "tier": TIERS}
_FIGURES = (
    "cases",
    "resolved",
    "customers",
    "value",
    "resolved_share",
    "satisfied_share",
    "hours_median",
    "hours_90",
)


@dataclass(frozen=True, slots=True)
class AttentionLine:
    """Complaints or opinions of one kind: how many, how they were dealt with, what their customers are worth (cents).

    ``key`` is a word, an id or a cause; "" for causes that too few gave, None where nothing is known.
    """

    key: str | None
    label: str
    cases: int
    resolved: int
    customers: int
    value: int
    resolved_share: float | None
    satisfied_share: float | None
    hours_median: float | None
    hours_90: float | None


@dataclass(frozen=True, slots=True)
class ComplainingAccount:
    """A key account that complains: its worth in cents, its complaints, and why it is on the list."""

    customer: Who
    value: int
    cases: int
    open: int
    longest_open_days: int | None
    last_reported_on: datetime.date
    alerts: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComplainingSum:
    """The viewer's complaining key accounts together: their worth in cents, their complaints and those open."""

    customers: int
    value: int
    cases: int
    open: int


def groups(
    run: AnalysisRun,
    user: User,
    subject: str = "complaint",
    dimension: str = "type",
    filter: Filter | None = None,  # noqa: A002
) -> list[AttentionLine]:
    """The viewer's complaints or opinions in the run's window by a dimension, those with most cases first.

    ``subject`` and ``dimension`` are of :data:`analysis.datasets.cases.DIMENSIONS`.
    """
    wanted = filter or Filter()
    if wanted.is_empty and sees_company(user) and not anybody_left(run):
        stored = company_rows(AttentionGroup, NAME, run, user).filter(subject=subject, dimension=dimension)
        rows = list(stored.order_by("-cases", "id").values("key", *_FIGURES))
    else:
        rows = _of_viewer(run, user, subject, dimension, wanted)
    labels = _labels(subject, dimension, [row["key"] for row in rows if row["key"] is not None])
    return [AttentionLine(label=labels.get(row["key"], str(UNKNOWN)), **row) for row in rows]


def members(
    run: AnalysisRun,
    user: User,
    subject: str,
    dimension: str,
    key: str | None,
    filter: Filter | None = None,  # noqa: A002
) -> list[int]:
    """The ids of the viewer's customers whose cases make a group of :func:`groups`."""
    cases = _cases_of(run, user, filter or Filter())
    if cases is None:
        return []
    rows = cases.of(subject)
    by = rows[DIMENSIONS[subject][dimension]].astype("string")
    chosen = by.isna() if key is None else (by == key).fillna(value=False)
    return sorted(rows.loc[chosen, "customer_id"].unique().tolist())


def complaining_key_accounts(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[ComplainingAccount]:
    """The viewer's key accounts who complain often, have waited too long or were left unsatisfied, by value.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(CustomerAttention, NAME, run, user, filter).exclude(alerts="")
    columns = ("value", "cases", "open", "longest_open_days", "last_reported_on")
    page = page_of(
        rows.values(*NAMED, *columns, "judged", "satisfied", "alerts"),
        KEYS,
        after=after,
        before=before,
        size=size,
    )
    found = [
        ComplainingAccount(
            customer=who(row),
            alerts=tuple(label(ALERTS, code) for code in row["alerts"].split("|")),
            reasons=alert_sentences(row),
            **{name: row[name] for name in columns},
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


@kept_sums
def complaining_sums(run: AnalysisRun, user: User, filter: Filter | None = None) -> ComplainingSum:  # noqa: A002
    """Add up the viewer's key accounts who complain."""
    rows = visible_rows(CustomerAttention, NAME, run, user, filter).exclude(alerts="")
    found = rows.aggregate(
        customers=Count("customer_id"), value=Total("value"), cases=Sum("cases"), open=Sum("open")
    )
    return ComplainingSum(**{name: value or 0 for name, value in found.items()})


def _of_viewer(
    run: AnalysisRun, user: User, subject: str, dimension: str, wanted: Filter
) -> list[dict[str, Any]]:
    """The same measure over what the viewer's customers of the run complained of."""
    cases = _cases_of(run, user, wanted)
    if cases is None:
        return []
    by = DIMENSIONS[subject][dimension]
    found = attention(cases.of(subject), by, cases.customers["value"], cases.until).rename_axis("key")
    return [
        {"key": None if row["key"] is None else str(row["key"]), **{name: row[name] for name in _FIGURES}}
        for row in records(found)
    ]


def _cases_of(run: AnalysisRun, user: User, wanted: Filter) -> Cases | None:
    """What the viewer's customers of the run complained of and thought; None until the measure is done."""
    result = result_of(NAME, run)
    if result is None or not result.is_done or run.window_start is None or run.window_end is None:
        return None
    complained: QuerySet[Any, Any] = Complaint.objects.order_by().values("customer")
    thought: QuerySet[Any, Any] = Opinion.objects.order_by().values("customer")
    own = visible(run, user, wanted).filter(customer__in=complained.union(thought))
    customers = as_frame(own, _CUSTOMERS).set_index("customer_id")
    if customers.empty:
        return None
    # They are few beside all: found once, and named by their ids.
    whose = sql.SQL("customer_id = ANY({}::bigint[])").format(sql.Literal(customers.index.tolist()))
    policy = run.policy.parsed().records.attention
    window = Window(run.window_start, run.window_end)
    return read_cases_of(connection.connection, customers, window, run.as_of, policy, whose)


def _labels(subject: str, dimension: str, keys: list[str]) -> dict[str, str]:
    """What the keys of a dimension are called; a cause is its own name."""
    if dimension == "type":
        choices = ComplaintType.choices if subject == "complaint" else Stance.choices
        return {key: str(label) for key, label in choices}
    if dimension == "cause":
        return {key: key or str(OTHER_CAUSES) for key in keys}
    return {str(key): name for key, name in names_of(_MODELS[dimension], map(int, keys)).items()}
