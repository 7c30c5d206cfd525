"""The wish list: how far we have come this year with those we most want to build a relation with."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Value, When

from analysis.measures.wish_list import STATUS_DTYPE, wish_progress
from analysis.models import AnalysisRun, WishStatus
from analysis.selectors.listing import NAMED, Who, as_frame, names_of, records, who
from analysis.selectors.record_words import WISHES, label, wish_sentence
from analysis.selectors.results import RowsPage, page_of, visible_rows
from analysis.selectors.snapshots import Filter
from crm.copying import Kind
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer, text
from customers.models import WishListEntry

NAME = "wish_list"
_FIGURES = (
    "status",
    "needs_step",
    "orders",
    "net_revenue",
    "contacts",
    "last_contact_on",
    "days_since_contact",
)
# The untouched first, the won last.
_PLACE = Case(
    *(When(status=status, then=Value(place)) for place, status in enumerate(reversed(WISHES))),
    output_field=IntegerField(),
)
KEYS = (Key("place", integer), Key("customer__code", text))
_KINDS: dict[str, Kind] = {
    "owner_id": "int8?",
    "status": tuple(STATUS_DTYPE.categories),
    "needs_step": "bool",
    "net_revenue": "int8",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A customer on the year's list; money in cents. ``next_step`` is as written today."""

    customer: Who
    responsible: str
    next_step: str
    status: str
    status_label: str
    reason: str
    needs_step: bool
    orders: int
    net_revenue: int
    contacts: int
    last_contact_on: datetime.date | None
    days_since_contact: int | None


@dataclass(frozen=True, slots=True)
class WishProgress:
    """One owner's list by status, beside how many should be won by now; "" is nobody's, None is all together."""

    owner: str | None
    owner_id: int | None
    listed: int
    won: int
    in_talks: int
    gone_quiet: int
    untouched: int
    due: int
    won_share: float | None
    is_behind: bool
    needs_step: int
    net_revenue: int


def wishes(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    status: str = "",
    responsible: int | None = None,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[Wish]:
    """The viewer's customers on the list of the run's year: the untouched first, the won last.

    ``status`` is a key of WISHES; ``responsible`` the id of whose part of the list is asked for, 0 for nobody's.
    Raises CursorError for a cursor that this list did not make.
    """
    listed = visible_rows(WishStatus, NAME, run, user, filter).annotate(place=_PLACE)
    if status:
        listed = listed.filter(status=status)
    if responsible is not None:
        listed = listed.filter(owner_id=responsible or None)
    named = listed.values(*NAMED, "owner_id", "place", *_FIGURES)
    page = page_of(named, KEYS, after=after, before=before, size=size)
    owners = names_of(User, [row["owner_id"] for row in page.rows])
    entries = WishListEntry.objects.visible_to(user).filter(
        year=run.as_of.year, customer__in=[row["customer_id"] for row in page.rows]
    )
    steps = dict(entries.values_list("customer_id", "next_step"))
    found = [
        Wish(
            customer=who(row),
            responsible=owners.get(row["owner_id"], ""),
            next_step=steps.get(row["customer_id"], ""),
            status_label=label(WISHES, row["status"]),
            reason=wish_sentence(row, run.currency),
            **{name: row[name] for name in _FIGURES},
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def progress(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[WishProgress]:  # noqa: A002
    """The viewer's list as a whole, then by owner; empty when nobody is on it."""
    statuses = as_frame(visible_rows(WishStatus, NAME, run, user, filter), _KINDS)
    if statuses.empty:
        return []
    (whole,) = records(wish_progress(statuses.assign(everybody=0), "everybody", run.as_of))
    by_owner = records(wish_progress(statuses, "owner_id", run.as_of).rename_axis("owner_id"))
    names = names_of(User, [row["owner_id"] for row in by_owner])
    del whole["everybody"]
    return [
        WishProgress(owner=None, owner_id=None, **whole),
        *(WishProgress(owner=names.get(row["owner_id"], ""), **row) for row in by_owner),
    ]
