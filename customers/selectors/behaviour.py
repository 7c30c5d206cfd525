"""What happened between a customer and us, as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from operator import attrgetter

from django.db.models import Count
from django.utils import timezone

from crm.models import User
from crm.paging import Key, Page, integer, keyset_page, moment
from crm.policy import can
from customers.models import Complaint, ContactChannel, Customer, Interaction, Need, Order, ResponseType
from customers.models.finance import COUNTED
from customers.selectors.finance import OrderRow, order_page
from customers.selectors.masking import masked_text

NEWEST_FIRST = (Key("occurred_at", moment, descending=True), Key("id", integer, descending=True))
MOST_COMPLAINTS = 100
_CHANNELS = dict(ContactChannel.choices)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened; ``kind`` says which ("order", "interaction", "complaint"), ``id`` which one.

    ``text`` is masked for those who may not read it, and empty when nobody wrote anything. An order stands at
    the end of its day: not every order has an hour.
    """

    at: datetime
    kind: str
    id: int
    label: str
    way: str
    who: str
    text: str
    is_open: bool
    order: OrderRow | None = None


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """One complaint, its texts masked for those who may not read them."""

    id: int
    type: str
    product: str
    reported_at: datetime
    resolved_at: datetime | None
    days: int | None
    rep: str
    cause: str
    resolution: str
    is_satisfied: bool | None


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One need that a customer spoke of."""

    statement: str
    is_met: bool
    noted_on: date


@dataclass(frozen=True, slots=True)
class ResponseCount:
    """How many interactions there were of one kind, and the share of all."""

    label: str
    count: int
    share: float


def recent(user: User, customer: Customer, limit: int = 8) -> list[Happening]:
    """Return the last things that happened with a customer (in scope): orders, interactions, complaints."""
    readable = can(user, "personal.view")
    interactions = Interaction.objects.filter(customer=customer).select_related("rep")[:limit]
    complaints = Complaint.objects.filter(customer=customer).select_related("rep")[:limit]
    orders = order_page(Order.objects.filter(customer=customer, status__in=COUNTED), size=limit)
    happened = [
        *(_interaction(each, readable) for each in interactions),
        *(_complaint(each, readable) for each in complaints),
        *(_order(each) for each in orders.rows),
    ]
    return sorted(happened, key=attrgetter("at"), reverse=True)[:limit]


def interaction_page(
    user: User, customer: Customer, *, after: str = "", before: str = "", size: int = 30
) -> Page[Happening]:
    """Return one page of a customer's (in scope) interactions, the newest first."""
    readable = can(user, "personal.view")
    interactions = Interaction.objects.filter(customer=customer).select_related("rep")
    found = keyset_page(interactions, NEWEST_FIRST, after=after, before=before, size=size)
    return Page([_interaction(each, readable) for each in found.rows], found.before, found.after)


def complaints_of(user: User, customer: Customer) -> list[ComplaintRow]:
    """Return a customer's (in scope) complaints, the newest first."""
    readable = can(user, "personal.view")
    complaints = Complaint.objects.filter(customer=customer).select_related("rep", "product")
    return [
        ComplaintRow(
            id=each.pk,
            type=each.get_complaint_type_display(),
            product=str(each.product or ""),
            reported_at=each.reported_at,
            resolved_at=each.resolved_at,
            days=(each.resolved_at - each.reported_at).days if each.resolved_at else None,
            rep=str(each.rep or ""),
            cause=each.cause if readable else masked_text(each.cause),
            resolution=each.resolution if readable else masked_text(each.resolution),
            is_satisfied=each.is_satisfied,
        )
        for each in complaints[:MOST_COMPLAINTS]
    ]


def open_complaints(customer: Customer) -> list[datetime]:
    """Return when the complaints of a customer (in scope) that wait for an answer were reported, oldest first."""
    waiting = Complaint.objects.filter(customer=customer, resolved_at=None).order_by("reported_at")
    return list(waiting.values_list("reported_at", flat=True))


def needs_of(user: User, customer: Customer) -> list[NeedRow]:
    """Return the needs of a customer (in scope), the unmet first."""
    readable = can(user, "personal.view")
    return [
        NeedRow(each.statement if readable else masked_text(each.statement), each.is_met, each.noted_on)
        for each in Need.objects.filter(customer=customer)
    ]


def response_mix(customer: Customer) -> list[ResponseCount]:
    """Return how often a customer (in scope) answered or was turned to, by response type, the most frequent first."""
    counts = list(
        Interaction.objects.filter(customer=customer)
        .order_by()
        .values_list("response_type")
        .annotate(count=Count("id"))
        .order_by("-count", "response_type")
    )
    total = sum(count for _kind, count in counts)
    return [ResponseCount(str(ResponseType(kind).label), count, count / total) for kind, count in counts]


def _interaction(interaction: Interaction, readable: bool) -> Happening:
    return Happening(
        at=interaction.occurred_at,
        kind="interaction",
        id=interaction.pk,
        label=interaction.get_response_type_display(),
        way=str(_CHANNELS.get(interaction.channel, "")),
        who=str(interaction.rep or ""),
        text=interaction.body if readable else masked_text(interaction.body),
        is_open=False,
    )


def _complaint(complaint: Complaint, readable: bool) -> Happening:
    return Happening(
        at=complaint.reported_at,
        kind="complaint",
        id=complaint.pk,
        label=complaint.get_complaint_type_display(),
        way="",
        who=str(complaint.rep or ""),
        text=complaint.cause if readable else masked_text(complaint.cause),
        is_open=complaint.resolved_at is None,
    )


def _order(order: OrderRow) -> Happening:
    return Happening(
        at=timezone.make_aware(datetime.combine(order.ordered_on, time.max)),
        kind="order",
        id=order.id,
        label=order.number,
        way=str(order.status_label),
        who=order.salesperson,
        text="",
        is_open=False,
        order=order,
    )
