"""Who has dealt with what: by colleague the visits and complaints that are late, discounts, churn and tasks."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.lookups import Exact
from django.utils import timezone

from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.selectors import churn_work
from analysis.selectors.kept import count_by, of_records
from analysis.selectors.snapshots import visible
from crm.models import User
from crm.policy import can
from customers.models import ChurnCase, Complaint, Interaction, OrderLine, Task
from customers.models.scope import customers_in_scope

# What was done within so many days counts as lately.
LATELY_DAYS = 30


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One colleague ("" with id None: nobody's customers): what waits of theirs, and what they did lately."""

    user_id: int | None
    name: str
    customers: int
    key_customers: int
    visits_late: int
    complaints_late: int
    discounts_over: int
    churn_open: int
    churn_worked: int
    tasks_late: int
    tasks_done: int


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A customer of tier A whom nobody owns; net revenue in cents."""

    customer_id: int
    name: str
    region: str
    net_revenue: int


def lines(run: AnalysisRun, viewer: User, now: datetime.datetime) -> list[DeskLine]:
    """Each owner of the viewer's customers, those with most that is late first."""
    counted = _by_owner(run, viewer, now)
    complaints = count_by(Complaint.objects.filter(complaint_late(run, viewer, now)), "customer__owner")
    waiting = churn_work.open_by_owner(run, viewer)
    since = lately(now)
    mine = Q(customers_in_scope(viewer, "customer__"), customer__deleted_at=None)
    over = count_by(OrderLine.objects.filter(discount_over(run, viewer, since)), "customer__owner")
    worked = count_by(ChurnCase.objects.filter(mine, contacted_at__gte=since), "worked_by")
    today = timezone.localdate(now)
    late = count_by(Task.objects.filter(mine, done_at=None, due_on__lt=today), "assignee")
    done = count_by(Task.objects.filter(mine, done_at__gte=since), "assignee")
    people = User.objects.in_bulk(
        {key for found in (counted, complaints, over, waiting, worked, late, done) for key in found if key}
    )
    found = [
        DeskLine(
            key,
            str(people[key]) if key else "",
            *counted.get(key, (0, 0, 0)),
            complaints.get(key, 0),
            over.get(key, 0),
            waiting.get(key, 0),
            worked.get(key, 0),
            late.get(key, 0),
            done.get(key, 0),
        )
        for key in {*people, *([None] if None in counted else [])}
    ]
    return sorted(
        found,
        key=lambda each: (
            -(each.visits_late + each.complaints_late + each.churn_open + each.tasks_late),
            each.name,
        ),
    )


def unassigned(run: AnalysisRun, viewer: User, most: int) -> list[Unassigned]:
    """The viewer's customers of tier A whom nobody owns, the most valuable first."""
    rows = visible(run, viewer).filter(tier="A", customer__owner=None).select_related("customer", "region")
    return [
        Unassigned(row.customer_id, row.customer.name, str(row.region or ""), row.net_revenue)
        for row in rows.order_by("rank", "customer_id")[:most]
    ]


def lately(now: datetime.datetime) -> datetime.datetime:
    """Since when something was done lately."""
    return now - datetime.timedelta(days=LATELY_DAYS)


def visit_late(run: AnalysisRun, now: datetime.datetime) -> Q:
    """Customers with whom nobody has spoken for longer than the care plan of their tier has it."""
    found = Q(pk__in=[])
    for tier, since in _due_since(run, now).items():
        spoken = Interaction.objects.filter(customer=OuterRef("customer"), occurred_at__gte=since)
        found |= Q(Q(tier=tier), ~Exists(spoken))
    return found


def _due_since(run: AnalysisRun, now: datetime.datetime) -> dict[str, datetime.datetime]:
    """Since when somebody should have spoken with the customers of each tier whose care plan says how often."""
    care = run.policy.parsed().care.tiers
    return {tier: now - datetime.timedelta(days=terms.days) for tier, terms in care.items() if terms.days}


def complaint_late(run: AnalysisRun, viewer: User, now: datetime.datetime) -> Q:
    """Open complaints of the viewer's customers beyond the days of their tier's plan."""
    found = Q(pk__in=[])
    today = timezone.localdate(now)
    for tier, terms in run.policy.parsed().care.tiers.items():
        day = today - datetime.timedelta(days=terms.complaint_days)
        midnight = timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
        found |= Q(reported_at__lt=midnight) & _of_tier(run, tier)
    return found & Q(_scored(viewer), resolved_at=None)


def discount_over(run: AnalysisRun, viewer: User, since: datetime.datetime) -> Q:
    """Lines sold since a moment at a greater discount than the care plan of the customer's tier allows."""
    found = Q(pk__in=[])
    for tier, terms in run.policy.parsed().care.tiers.items():
        found |= Q(discount__gt=terms.discount) & _of_tier(run, tier)
    first = timezone.localdate(since)
    # The day of the order is the line's own: orders have an index by it, lines have none.
    return found & Q(_scored(viewer), ordered_on__gte=first, order__ordered_on__gte=first, quantity__gt=0)


def _scored(viewer: User) -> Q:
    """Records of customers whom the viewer may see scored."""
    if not can(viewer, "analysis.view"):
        return Q(pk__in=[])
    return Q(
        customers_in_scope(viewer, "customer__"), customer__deleted_at=None, customer__scoring_refused=False
    )


def _of_tier(run: AnalysisRun, tier: str) -> Q:
    """Records of customers of a tier: each is looked up, for a tier may have far more customers than records."""
    rows = CustomerSnapshot.objects.filter(run=run, customer=OuterRef("customer"))
    return Q(Exact(Subquery(rows.values("tier")[:1]), tier))


def _by_owner(
    run: AnalysisRun, viewer: User, now: datetime.datetime
) -> dict[int | None, tuple[int, int, int]]:
    """The viewer's customers of each owner, those of tier A, and those to whom nobody has spoken for too long."""
    rows = visible(run, viewer).order_by().values("customer__owner", "tier").annotate(n=Count("customer_id"))
    found = of_records(
        run,
        viewer,
        "owners and tiers",
        lambda: list(rows.values_list("customer__owner", "tier", "n")),
    )
    spoken = _spoken(run, viewer, now)
    counts: dict[int | None, tuple[int, int, int]] = {}
    for owner, tier, n in found:
        everybody, key, late = counts.get(owner, (0, 0, 0))
        late += n - spoken[tier].get(owner, 0) if tier in spoken else 0
        counts[owner] = (everybody + n, key + (n if tier == "A" else 0), late)
    return counts


def _spoken(run: AnalysisRun, viewer: User, now: datetime.datetime) -> dict[str, dict[int | None, int]]:
    """For each tier whose care plan has visits: how many of each owner's customers somebody has spoken with in time.

    They are found by who was spoken with lately: those whom nobody has spoken with are all the others, and far more.
    """
    found = {}
    for tier, since in _due_since(run, now).items():
        lately = Interaction.objects.filter(occurred_at__gte=since).order_by().values("customer")
        rows = visible(run, viewer).filter(tier=tier, customer__in=lately)
        found[tier] = count_by(rows, "customer__owner")
    return found
