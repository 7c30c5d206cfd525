"""Everything that happened with a customer, from whatever table it stands in, newest first and a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import CharField, DateTimeField, F, Func, Model, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from crm.models import User
from crm.paging import Key, Page, integer, moment, read_cursor, text, write_cursor
from crm.policy import can
from customers.models import (
    Attachment,
    ChurnCase,
    Complaint,
    Consent,
    Customer,
    CustomerMerge,
    Gift,
    Interaction,
    Interview,
    Need,
    Note,
    Opinion,
    Opportunity,
    Order,
    OrderLine,
    Payment,
    Referral,
    ServiceCost,
    SurveyAnswer,
    Task,
    WalletShare,
)
from customers.selectors.parts import masked

PAGE = 20
NEWEST_FIRST = (
    Key("at", moment, descending=True),
    Key("what", text, descending=True),
    Key("pk", integer, descending=True),
)


_ALL = Q()


@dataclass(frozen=True, slots=True)
class Source:
    """A table in which things happen: when its rows did, which of them did, and by which field they belong."""

    model: type[Model]
    at: str
    group: str
    is_day: bool = False
    among: Q = _ALL
    owner: str = "customer"
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: the row behind it, masked for who may not read it; ``cents`` is an order's amount."""

    at: datetime
    source: str
    row: Any
    cents: int | None = None


SOURCES: Mapping[str, Source] = {
    "order": Source(Order, "ordered_on", "trade", is_day=True),
    "payment": Source(Payment, "paid_on", "trade", is_day=True, among=Q(paid_on__isnull=False)),
    "cost": Source(ServiceCost, "incurred_on", "trade", is_day=True),
    "wallet": Source(WalletShare, "noted_on", "trade", is_day=True, related=("competitor", "category")),
    "interaction": Source(Interaction, "occurred_at", "talk", related=("rep", "product")),
    "complaint": Source(Complaint, "reported_at", "complaints", related=("rep", "product")),
    "resolution": Source(
        Complaint, "resolved_at", "complaints", among=Q(resolved_at__isnull=False), related=("rep",)
    ),
    "opinion": Source(Opinion, "stated_on", "opinions", is_day=True, related=("rep", "product")),
    "answer": Source(SurveyAnswer, "answered_on", "opinions", is_day=True, related=("survey",)),
    "interview": Source(Interview, "held_on", "opinions", is_day=True, related=("interviewer",)),
    "need": Source(Need, "noted_on", "opinions", is_day=True),
    "gift": Source(Gift, "given_on", "work", is_day=True, related=("given_by",)),
    "note": Source(Note, "created_at", "work", related=("author",)),
    "task": Source(Task, "done_at", "work", among=Q(done_at__isnull=False), related=("assignee",)),
    "case": Source(ChurnCase, "contacted_at", "work", related=("worked_by",)),
    "outcome": Source(
        ChurnCase, "closed_at", "work", among=Q(closed_at__isnull=False), related=("worked_by",)
    ),
    "opportunity": Source(Opportunity, "created_at", "work", related=("owner",)),
    "attachment": Source(Attachment, "uploaded_at", "work", related=("uploaded_by",)),
    "added": Source(Customer, "created_at", "record", owner="pk"),
    "referral": Source(Referral, "referred_on", "record", is_day=True, related=("informant",)),
    "consent": Source(Consent, "given_on", "record", is_day=True, related=("recorded_by",)),
    "withdrawal": Source(Consent, "withdrawn_on", "record", is_day=True, among=Q(withdrawn_on__isnull=False)),
    "merge": Source(
        CustomerMerge,
        "merged_at",
        "record",
        among=Q(undone_at=None),
        owner="kept",
        related=("merged_by", "merged"),
    ),
}
GROUPS = tuple(dict.fromkeys(source.group for source in SOURCES.values()))


def timeline(
    user: User,
    customer: Customer,
    *,
    groups: Collection[str] = GROUPS,
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> Page[Event]:
    """Return one page of what happened with a customer (in scope): a query, and one more a source on the page.

    What has a day and no hour stands at the end of its day. Raises CursorError for a cursor that does not fit.
    """
    backwards = bool(before) and not after
    start = read_cursor(after or before, NEWEST_FIRST)
    keys = _keys(customer, groups, start, backwards=backwards, size=size + 1)
    more = len(keys) > size
    page = keys[:size][::-1] if backwards else keys[:size]
    has_previous = more if backwards else start is not None
    has_next = start is not None if backwards else more
    return Page(
        rows=_events(user, page),
        before=write_cursor(page[0], NEWEST_FIRST) if page and has_previous else None,
        after=write_cursor(page[-1], NEWEST_FIRST) if page and has_next else None,
    )


def _keys(
    customer: Customer, groups: Collection[str], start: list[Any] | None, *, backwards: bool, size: int
) -> list[dict[str, Any]]:
    """Return when what happened, from where: each table is asked for no more rows than a page has."""
    order = [f"{'' if backwards else '-'}{key.column}" for key in NEWEST_FIRST]
    branches = []
    for name, source in SOURCES.items():
        if source.group not in groups:
            continue
        rows = source.model._default_manager.filter(source.among, **{source.owner: customer.pk})
        rows = rows.annotate(at=_at(source), what=Value(name, CharField()))
        if start is not None:
            rows = rows.filter(_beyond(name, start, backwards=backwards))
        branches.append(rows.order_by(*order).values("at", "what", "pk")[:size])
    if not branches:
        return []
    first, *others = branches
    found: QuerySet[Any, dict[str, Any]] = first.union(*others, all=True) if others else first
    return list(found.order_by(*order)[:size] if others else found)


def _at(source: Source) -> Combinable:
    """Return when a row happened; a day ends at midnight of the company's time zone."""
    if not source.is_day:
        return F(source.at)
    zone = settings.COMPANY_TIME_ZONE  # a name that the settings have found to be one
    return Func(
        F(source.at),
        template=f"((%(expressions)s + 1)::timestamp AT TIME ZONE '{zone}' - interval '1 microsecond')",
        output_field=DateTimeField(),
    )


def _beyond(name: str, start: list[Any], *, backwards: bool) -> Q:
    """Return the condition that rows of one table sort after a cursor that stands in any of them."""
    at, source, pk = start
    lookup = "gt" if backwards else "lt"
    if name == source:
        return Q(**{f"at__{lookup}": at}) | Q(at=at, **{f"pk__{lookup}": pk})
    beyond = name > source if backwards else name < source
    return Q(**{f"at__{lookup}{'e' if beyond else ''}": at})


def _events(user: User, keys: list[dict[str, Any]]) -> list[Event]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for key in keys:
        wanted[key["what"]].add(key["pk"])
    rows = {name: _rows(SOURCES[name], ids) for name, ids in wanted.items()}
    cents = _amounts(wanted.get("order", set()))
    show: Callable[[Any], Any] = (lambda row: row) if can(user, "personal.view") else _masked
    return [
        Event(
            at=key["at"],
            source=key["what"],
            row=show(rows[key["what"]][key["pk"]]),
            cents=cents.get(key["pk"], 0) if key["what"] == "order" else None,
        )
        for key in keys
    ]


def _rows(source: Source, ids: Collection[int]) -> dict[int, Any]:
    return source.model._default_manager.select_related(*source.related).in_bulk(list(ids))


def _amounts(orders: Collection[int]) -> dict[int, int]:
    """Return the net amount of each of some orders, in cents."""
    if not orders:
        return {}
    totals: dict[int, int] = defaultdict(int)
    for order, cents in OrderLine.objects.filter(order__in=orders).values_list("order_id", "revenue_cents"):
        totals[order] += cents
    return totals


def _masked(row: Any) -> Any:
    if isinstance(row, Referral):
        masked(row.informant)  # whose name is all that a referral says
    return row if isinstance(row, Customer | CustomerMerge) else masked(row)
