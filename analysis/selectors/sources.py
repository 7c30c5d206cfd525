"""The sources page: from channel and campaign to customers, first orders, revenue, margin, cost and retention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.db.models import QuerySet

from analysis.measures.sources import source_returns
from analysis.measures.windows import Window
from analysis.models import AnalysisRun, SourceReturn, SourceRow
from analysis.selectors.listing import as_frame, names_of, records
from analysis.selectors.record_words import UNKNOWN
from analysis.selectors.results import company_rows, visible_rows
from analysis.selectors.snapshots import Filter, anybody_left, sees_company
from crm.copying import Kind
from crm.models import User
from customers.models import Campaign, Channel

NAME = "sources"
MODELS = {"channel": Channel, "campaign": Campaign}
_KINDS: dict[str, Kind] = {
    "customer_id": "int8",
    "channel_id": "int8?",
    "campaign_id": "int8?",
    "known_since": "date",
    "first_order_on": "date",
    "last_order_on": "date",
    "lifetime_order_days": "int8",
    "net_revenue_ever": "int8",
    "gross_margin_ever": "int8",
}
_SHOWN = (
    "source_id",
    "customers",
    "new",
    "buyers",
    "net_revenue",
    "gross_margin",
    "conversion",
    "days_to_first_order",
    "repeat_rate",
    "retention",
)
_COSTS = ("cost", "acquisition_cost", "return_on_cost")


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What came of a source, money in cents, over all that is known; rates are None of nothing.

    What campaigns cost is the company's affair: the last three are None for whoever does not see the company.
    """

    source_id: int | None
    label: str
    customers: int
    new: int
    buyers: int
    net_revenue: int
    gross_margin: int
    conversion: float | None
    days_to_first_order: float | None
    repeat_rate: float | None
    retention: float | None
    cost: int | None
    acquisition_cost: float | None
    return_on_cost: float | None


def returns(
    run: AnalysisRun,
    user: User,
    source: str = "channel",
    filter: Filter | None = None,  # noqa: A002
) -> list[SourceLine]:
    """The sources of the viewer's customers, a "channel" or a "campaign" each, those of greatest margin first."""
    whole = filter is None or filter.is_empty
    rows: list[dict[str, Any]]
    if whole and sees_company(user) and not anybody_left(run):
        stored = company_rows(SourceReturn, NAME, run, user).filter(source=source)
        rows = list(stored.order_by("-gross_margin", "id").values(*_SHOWN, *_COSTS))
    else:
        rows = _of_viewer(run, user, source, filter)
    labels = names_of(MODELS[source], [row["source_id"] for row in rows])
    return [SourceLine(label=labels.get(row["source_id"], str(UNKNOWN)), **row) for row in rows]


def members(
    run: AnalysisRun,
    user: User,
    source: str,
    source_id: int | None,
    filter: Filter | None = None,  # noqa: A002
) -> QuerySet[SourceRow]:
    """The viewer's customers who came from a channel or campaign; from none that is known when it is None."""
    return visible_rows(SourceRow, NAME, run, user, filter).filter(**{f"{source}_id": source_id})


def _of_viewer(run: AnalysisRun, user: User, source: str, wanted: Filter | None) -> list[dict[str, Any]]:
    """The same measure over the viewer's rows; a part of the customers cannot be charged with a campaign's cost."""
    if run.window_start is None or run.window_end is None:
        return []
    customers = as_frame(visible_rows(SourceRow, NAME, run, user, wanted), _KINDS).set_index("customer_id")
    window = Window(run.window_start, run.window_end)
    nothing = pd.Series(dtype="int64")
    found = source_returns(customers, nothing, f"{source}_id", window, run.as_of)
    return [
        {**{name: row[name] for name in _SHOWN}, **dict.fromkeys(_COSTS)}
        for row in records(found.rename_axis("source_id"))
    ]
