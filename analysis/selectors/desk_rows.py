"""What the desk counts, row by row: late visits, late complaints, discounts above the care plan."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.selectors.desk import complaint_late, discount_over, lately, visit_late
from analysis.selectors.snapshots import visible
from crm.models import User
from customers.models import Complaint, Interaction, OrderLine


@dataclass(frozen=True, slots=True)
class LateRow:
    """One thing beyond the care plan of its customer's tier.

    ``on`` is the day of the last contact (None: there was none), of the complaint or of the order; ``found`` and
    ``allowed`` are days, of a discount shares of the price. ``order_id`` is that of a discount.
    """

    customer_id: int
    customer: str
    owner: str
    tier: str
    on: datetime.date | None
    found: int | Decimal | None
    allowed: int | Decimal
    order_id: int | None = None


Rows = tuple[list[LateRow], int]
# Takes the run, the viewer, the moment, whose customers, and how many rows to return at most.
Reader = Callable[[AnalysisRun, User, datetime.datetime, Q, int], Rows]


def late_visits(run: AnalysisRun, viewer: User, now: datetime.datetime, whose: Q, most: int) -> Rows:
    """The viewer's customers to whom nobody has spoken for too long, the most valuable first, and how many."""
    found = visible(run, viewer).filter(visit_late(run, now), whose)
    rows = list(found.select_related("customer__owner").order_by("rank", "customer_id")[:most])
    contacts = Interaction.objects.filter(customer__in=[row.customer_id for row in rows]).order_by()
    last = dict(contacts.values_list("customer_id").annotate(last=Max("occurred_at")))
    care, today = run.policy.parsed().care.tiers, timezone.localdate(now)
    told = []
    for row in rows:
        on = timezone.localdate(last[row.customer_id]) if row.customer_id in last else None
        days = (today - on).days if on else None
        owner = str(row.customer.owner or "")
        told.append(
            LateRow(row.customer_id, row.customer.name, owner, row.tier, on, days, care[row.tier].days or 0)
        )
    return told, found.count()


def late_complaints(run: AnalysisRun, viewer: User, now: datetime.datetime, whose: Q, most: int) -> Rows:
    """The viewer's complaints that have been open for too long, the oldest first, and how many."""
    found = Complaint.objects.filter(complaint_late(run, viewer, now), whose)
    return _complaints(run, found, now, most), found.count()


def oldest_complaints(run: AnalysisRun, viewer: User, now: datetime.datetime, most: int) -> list[LateRow]:
    """The first of :func:`late_complaints`, for who does not ask how many there are."""
    return _complaints(run, Complaint.objects.filter(complaint_late(run, viewer, now)), now, most)


def _complaints(
    run: AnalysisRun, found: QuerySet[Complaint], now: datetime.datetime, most: int
) -> list[LateRow]:
    rows = list(found.select_related("customer__owner").order_by("reported_at", "id")[:most])
    tiers = _tiers(run, (row.customer_id for row in rows))
    care, today = run.policy.parsed().care.tiers, timezone.localdate(now)
    told = []
    for row in rows:
        on, tier = timezone.localdate(row.reported_at), tiers[row.customer_id]
        owner = str(row.customer.owner or "")
        told.append(
            LateRow(
                row.customer_id,
                row.customer.name,
                owner,
                tier,
                on,
                (today - on).days,
                care[tier].complaint_days,
            )
        )
    return told


def discounts_over(run: AnalysisRun, viewer: User, now: datetime.datetime, whose: Q, most: int) -> Rows:
    """The lines sold lately above the plan's discount to the viewer's customers, the greatest first, and how many."""
    found = OrderLine.objects.filter(discount_over(run, viewer, lately(now)), whose)
    rows = list(found.select_related("customer__owner").order_by("-discount", "id")[:most])
    tiers = _tiers(run, (row.customer_id for row in rows if row.customer_id))
    care = run.policy.parsed().care.tiers
    return [
        LateRow(
            row.customer.pk,
            row.customer.name,
            str(row.customer.owner or ""),
            tiers[row.customer.pk],
            row.ordered_on,
            row.discount,
            care[tiers[row.customer.pk]].discount,
            row.order_id,
        )
        for row in rows
        if row.customer
    ], found.count()


ROWS: dict[str, Reader] = {
    "visits": late_visits,
    "complaints": late_complaints,
    "discounts": discounts_over,
}


def _tiers(run: AnalysisRun, customer_ids: Iterable[int]) -> dict[int, str]:
    rows = CustomerSnapshot.objects.filter(run=run, customer__in=list(customer_ids))
    return dict(rows.values_list("customer_id", "tier"))
