"""What happened between a customer and us, as pages show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.models import Count, F, Max, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import can
from crm.prepared import Prepared, Slot
from customers.models import (
    Complaint,
    ComplaintType,
    ContactChannel,
    Customer,
    Direction,
    Interaction,
    Need,
    Order,
    OrderStatus,
    Payment,
    ResponseType,
)
from customers.models.finance import COUNTED
from customers.selectors import finance
from customers.selectors.finance import OrderRow, last_orders
from customers.selectors.masking import masked_text

YEAR = timedelta(days=365)
MOST_RECENT = 8
_CHANNELS = dict(ContactChannel.choices)
_RESPONSES = dict(ResponseType.choices)
_COMPLAINT_TYPES = dict(ComplaintType.choices)
_INTERACTIONS = Prepared(
    lambda: Interaction.objects.filter(customer=Slot("customer")).values(
        "id", "occurred_at", "response_type", "channel", "body", "rep__name", "rep__username"
    )[:MOST_RECENT]
)
_COMPLAINTS = Prepared(
    lambda: Complaint.objects.filter(customer=Slot("customer")).values(
        "id", "reported_at", "complaint_type", "cause", "resolved_at", "rep__name", "rep__username"
    )[:MOST_RECENT]
)
_WAITING = Prepared(
    lambda: (
        Complaint.objects.filter(customer=Slot("customer"), resolved_at=None)
        .order_by("reported_at")
        .values("reported_at")
    )
)
_NEEDS = Prepared(
    lambda: Need.objects.filter(customer=Slot("customer")).values("statement", "is_met", "noted_on")
)
# What open_complaints asks of a customer, and what recent and needs_of do: to be asked ahead.
ASKED_FOR_HEAD = (_WAITING,)
ASKED = (_INTERACTIONS, _COMPLAINTS, _NEEDS, *finance.ASKED)


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
class NeedRow:
    """One need that a customer spoke of."""

    statement: str
    is_met: bool
    noted_on: date


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """How often a customer and we dealt with each other in one way, what came of it, and when last."""

    label: str
    count: int
    share: float
    value: Decimal | None
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ResponseLedger:
    """The response ledger (回应): by type, by channel, and how often in the last year.

    ``value`` is in the company currency, None when nobody wrote one down.
    """

    types: list[ResponseRow]
    channels: list[ResponseRow]
    count: int
    last_year: int
    inbound: int
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class LateRow:
    """One order that was delivered late, or one payment that was made late; ``is_open``: it is not there yet."""

    id: int | None
    name: str
    promised_on: date
    days: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Lateness:
    """What came late, and how much of all: ``late`` of ``counted``, with the latest of them."""

    late: int
    counted: int
    rows: list[LateRow]


def recent(user: User, customer: Customer, limit: int = MOST_RECENT) -> list[Happening]:
    """Return the last things that happened with a customer (in scope): orders, interactions, complaints."""
    readable = can(user, "personal.view")
    happened = [
        *(_interaction(each, readable) for each in _INTERACTIONS(customer=customer.pk)[:limit]),
        *(_complaint(each, readable) for each in _COMPLAINTS(customer=customer.pk)[:limit]),
        *(_order(each) for each in last_orders(customer)[:limit]),
    ]
    return sorted(happened, key=attrgetter("at"), reverse=True)[:limit]


def open_complaints(customer: Customer) -> list[datetime]:
    """Return when the complaints of a customer (in scope) that wait for an answer were reported, oldest first."""
    return [each["reported_at"] for each in _WAITING(customer=customer.pk)]


def needs_of(user: User, customer: Customer) -> list[NeedRow]:
    """Return the needs of a customer (in scope), the unmet first."""
    readable = can(user, "personal.view")
    return [
        NeedRow(
            each["statement"] if readable else masked_text(each["statement"]),
            each["is_met"],
            each["noted_on"],
        )
        for each in _NEEDS(customer=customer.pk)
    ]


def _interaction(row: Mapping[str, Any], readable: bool) -> Happening:
    return Happening(
        at=row["occurred_at"],
        kind="interaction",
        id=row["id"],
        label=str(_RESPONSES.get(row["response_type"], row["response_type"])),
        way=str(_CHANNELS.get(row["channel"], "")),
        who=row["rep__name"] or row["rep__username"] or "",
        text=row["body"] if readable else masked_text(row["body"]),
        is_open=False,
    )


def _complaint(row: Mapping[str, Any], readable: bool) -> Happening:
    return Happening(
        at=row["reported_at"],
        kind="complaint",
        id=row["id"],
        label=str(_COMPLAINT_TYPES.get(row["complaint_type"], row["complaint_type"])),
        way="",
        who=row["rep__name"] or row["rep__username"] or "",
        text=row["cause"] if readable else masked_text(row["cause"]),
        is_open=row["resolved_at"] is None,
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


def response_ledger(customer: Customer) -> ResponseLedger:
    """Return the response ledger of a customer (in scope): one query."""
    year_ago = timezone.now() - YEAR
    groups: list[Any] = list(
        Interaction.objects.filter(customer=customer)
        .order_by()
        .values("response_type", "channel", "direction")
        .annotate(
            count=Count("id"),
            recent=Count("id", filter=Q(occurred_at__gte=year_ago)),
            value=Sum("value"),
            last=Max("occurred_at"),
        )
    )
    types, channels = dict(ResponseType.choices), {**_CHANNELS, "": _("not noted")}
    return ResponseLedger(
        types=_ledger_rows(groups, "response_type", types),
        channels=_ledger_rows(groups, "channel", channels),
        count=sum(each["count"] for each in groups),
        last_year=sum(each["recent"] for each in groups),
        inbound=sum(each["count"] for each in groups if each["direction"] == Direction.INBOUND),
        value=_total(groups),
    )


def _ledger_rows(groups: list[Any], key: str, labels: Mapping[str, Any]) -> list[ResponseRow]:
    total = sum(each["count"] for each in groups)
    by_key: dict[str, list[Any]] = defaultdict(list)
    for each in groups:
        by_key[each[key]].append(each)
    rows = [
        ResponseRow(
            label=str(labels.get(name, name)),
            count=sum(each["count"] for each in found),
            share=sum(each["count"] for each in found) / total,
            value=_total(found),
            last_at=max(each["last"] for each in found),
        )
        for name, found in by_key.items()
    ]
    return sorted(rows, key=lambda row: (-row.count, row.label))


def _total(groups: list[Any]) -> Decimal | None:
    values = [each["value"] for each in groups if each["value"] is not None]
    return sum(values, Decimal(0)) if values else None


def late_deliveries(customer: Customer, today: date, limit: int = 5) -> Lateness:
    """Return the orders of a customer (in scope) that came, or are still coming, after the day promised."""
    promised = Order.objects.filter(customer=customer, status__in=COUNTED, promised_on__isnull=False)
    missing = Q(delivered_on=None, status=OrderStatus.CONFIRMED, promised_on__lt=today)
    late = Q(delivered_on__gt=F("promised_on")) | missing
    counts = promised.aggregate(counted=Count("id"), late=Count("id", filter=late))
    rows = [
        LateRow(
            id=order.pk,
            name=order.number,
            promised_on=order.promised_on,  # type: ignore[arg-type]
            days=((order.delivered_on or today) - order.promised_on).days,  # type: ignore[operator]
            is_open=order.delivered_on is None,
        )
        for order in promised.filter(late).order_by("-promised_on", "-id")[: limit if counts["late"] else 0]
    ]
    return Lateness(counts["late"], counts["counted"], rows)


def late_payments(customer: Customer, today: date, limit: int = 5) -> Lateness:
    """Return the payments of a customer (in scope) that were made, or are still waited for, after they were due."""
    due = Payment.objects.filter(customer=customer, due_on__isnull=False)
    late = Q(paid_on__gt=F("due_on")) | Q(paid_on=None, due_on__lt=today)
    counts = due.aggregate(counted=Count("id"), late=Count("id", filter=late))
    rows = [
        LateRow(
            id=payment.order_id,
            name=payment.reference,
            promised_on=payment.due_on,  # type: ignore[arg-type]
            days=((payment.paid_on or today) - payment.due_on).days,  # type: ignore[operator]
            is_open=payment.paid_on is None,
        )
        for payment in due.filter(late).order_by("-due_on", "-id")[: limit if counts["late"] else 0]
    ]
    return Lateness(counts["late"], counts["counted"], rows)
