"""What waits for somebody today, the most valuable customer first: dates, visits, silence, complaints, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from crm.extensions import CustomerInsights
from crm.models import Job, User
from crm.policy import can
from customers.models import Complaint, ComplaintType, Customer, Informant, Interaction, Task
from customers.models.profiles import CustomerQuerySet
from customers.selectors.churn_cases import dealt_with
from customers.selectors.days_kept import days_kept
from customers.selectors.masking import masked_text
from customers.selectors.queue_rows import MOST_OF_A_KIND, QueueRow, Waiting, by_value

MOST_ROWS = 100
SILENT_DAYS = 90
# Who has not ordered for longer is lost, not late: winning them back is no work for between two calls.
LATE_DAYS = 270
ANALYSIS = "analysis.run"
_COMPLAINTS = dict(ComplaintType.choices)
_ASSIGNED = ("assignee_id", "assignee__name", "assignee__username")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What somebody has in hand: customers of their own, open tasks, those due, contacts of the last seven days."""

    customers: int
    open_tasks: int
    tasks_due: int
    contacts: int


def queue(user: User, insights: CustomerInsights | None, *, own: bool, today: date) -> list[QueueRow]:
    """Return what waits today, over the customers that ``user`` owns or, unless ``own``, over all they may see.

    Of more than are read in a morning, those of the most valuable customers, and whatever their customers are worth,
    all due tasks that are the user's own: :func:`count_waiting` counts the rest.
    """
    customers = in_hand(user, own=own)
    rows = [
        *_tasks(user, insights, own, today),
        *_complaints(customers, insights, today),
        *days_kept(user, customers, insights, today),
        *_silent_informants(user, insights, own, today),
    ]
    rows = _valued(rows, insights)
    if insights:
        late = list(_overdue(customers, insights, today))
        known = {row.customer_id for row in late}
        visits = _care_visits(customers, insights, today, own)
        # Who is late is visited for that.
        rows += [*late, *(row for row in visits if row.customer_id not in known)]
    rows.sort(key=_rank)
    return _cut(rows)


def count_waiting(
    user: User, insights: CustomerInsights | None, *, own: bool, today: date
) -> dict[Waiting, int]:
    """Count all that waits, of each kind: :func:`queue` shows the first of it."""
    customers = in_hand(user, own=own)
    counts = {
        Waiting.TASK: _due(user, own, today).count(),
        Waiting.COMPLAINT: _open_complaints(customers, insights, today).count(),
        Waiting.DATE: len(days_kept(user, customers, insights, today, most=None)),
        Waiting.INFORMANT: _silent(user, own, today).count(),
    }
    if insights:
        late = insights.customers_with(flagged=True).filter(customer__in=_late(customers, today).values("pk"))
        followed_up = Exists(late.filter(customer=OuterRef("customer")))
        visits = (
            insights.customers_with(tiers=[tier]).filter(~followed_up, customer__in=due.values("pk"))
            for tier, _days, due in _unvisited(customers, insights)
        )
        counts |= {Waiting.OVERDUE: late.count(), Waiting.CARE: sum(each.count() for each in visits)}
    return counts


def in_hand(user: User, *, own: bool) -> CustomerQuerySet:
    """Return the customers that a queue is about."""
    return Customer.objects.owned_by(user) if own else Customer.objects.visible_to(user)


def numbers(user: User, today: date) -> Numbers:
    """Return what somebody has in hand."""
    mine = Task.objects.visible_to(user).filter(assignee=user, done_at=None)
    since = timezone.now() - timedelta(days=7)
    return Numbers(
        customers=in_hand(user, own=True).count(),
        open_tasks=mine.count(),
        tasks_due=mine.filter(due_on__lte=today).count(),
        contacts=Interaction.objects.visible_to(user).filter(rep=user, occurred_at__gte=since).count(),
    )


def has_logged(user: User) -> bool:
    """Whether somebody has noted any contact yet."""
    return Interaction.objects.filter(rep=user).exists()


def last_jobs(user: User, limit: int = 5) -> list[Job]:
    """Return the last jobs of the analysis, and those that somebody asked for."""
    return list(Job.objects.filter(Q(kind=ANALYSIS) | Q(created_by=user)).order_by("-id")[:limit])


def may_have_been_cut(rows: list[QueueRow]) -> bool:
    """Whether more may wait than these rows of a queue."""
    return len(rows) >= MOST_OF_A_KIND // 2


def _cut(rows: list[QueueRow]) -> list[QueueRow]:
    """Keep the first rows, in their order, and every task."""
    room = max(MOST_ROWS - sum(row.why is Waiting.TASK for row in rows), MOST_OF_A_KIND)
    others = [row for row in rows if row.why is not Waiting.TASK][room:]
    cut = {id(row) for row in others}
    return [row for row in rows if id(row) not in cut]


def _rank(row: QueueRow) -> tuple[int, int, int]:
    """Order by value, then by reason; nobody's value is known before the first run, nor that of a new customer."""
    return (-(row.net_revenue or 0), row.customer_id or 0, list(Waiting).index(row.why))


def _due(user: User, own: bool, today: date) -> QuerySet[Task]:
    tasks = Task.objects.visible_to(user).filter(done_at=None, due_on__lte=today)
    return tasks.filter(assignee=user) if own else tasks


def _tasks(user: User, insights: CustomerInsights | None, own: bool, today: date) -> Iterator[QueueRow]:
    readable = can(user, "personal.view")
    columns = ("pk", "customer_id", "customer__name", "due_on", "title", *_ASSIGNED)
    due = by_value(_due(user, own, today), insights, "due_on", "id").values(*columns)
    # What somebody is to do themselves is never cut; of the team's, so much.
    found = due if own else [*due.filter(assignee=user), *due.exclude(assignee=user)[:MOST_OF_A_KIND]]
    for task in found:
        assignee = task["assignee__name"] or task["assignee__username"] or ""
        yield QueueRow(
            Waiting.TASK,
            task["customer_id"],
            task["customer__name"],
            task["due_on"],
            about=task["pk"],
            text=task["title"] if readable else masked_text(task["title"]),
            detail="" if task["assignee_id"] == user.pk else assignee,
            days=(today - task["due_on"]).days,
        )


def _open_complaints(
    customers: CustomerQuerySet, insights: CustomerInsights | None, today: date
) -> QuerySet[Complaint]:
    """Return open complaints: those that the care plan of their customer's tier has there, where tiers are known."""
    waiting = Complaint.objects.filter(resolved_at=None, customer__in=customers.values("pk"))
    return waiting.filter(_to_be_dealt_with(insights, today)) if insights else waiting


def _complaints(
    customers: CustomerQuerySet, insights: CustomerInsights | None, today: date
) -> Iterator[QueueRow]:
    waiting = _open_complaints(customers, insights, today)
    first = by_value(waiting, insights, "reported_at")
    columns = ("pk", "customer_id", "customer__name", "reported_at", "complaint_type")
    for each in first.values(*columns)[:MOST_OF_A_KIND]:
        reported_on = timezone.localtime(each["reported_at"]).date()
        yield QueueRow(
            Waiting.COMPLAINT,
            each["customer_id"],
            each["customer__name"],
            reported_on,
            about=each["pk"],
            text=str(_COMPLAINTS.get(each["complaint_type"], each["complaint_type"])),
            days=(today - reported_on).days,
        )


def _to_be_dealt_with(insights: CustomerInsights, today: date) -> Q:
    """Return which open complaints wait: some tiers' at once, others' once they are late."""
    wanted = Q(pk__in=[])
    for tier, terms in insights.care_plan().items():
        # Asked of each open complaint: a tier may have more customers than all that complain.
        of_tier = Exists(insights.customers_with(tiers=[tier]).filter(customer=OuterRef("customer")))
        if terms.complaints == "first":
            wanted |= Q(of_tier)
        elif terms.complaints == "late":
            last_day = today - timedelta(days=terms.complaint_days)
            late = timezone.make_aware(datetime.combine(last_day, time.min))
            wanted |= Q(of_tier, reported_at__lt=late)
    return wanted


def _silent(user: User, own: bool, today: date) -> QuerySet[Any, Any]:
    """Return informants from whom nothing came for long: those that are the viewer's, or, for a team, all in scope."""
    informants = Informant.objects.filter(owner=user) if own else Informant.objects.visible_to(user)
    return informants.annotate(last=Max("referrals__referred_on")).filter(
        last__lt=today - timedelta(days=SILENT_DAYS)
    )


def _silent_informants(
    user: User, insights: CustomerInsights | None, own: bool, today: date
) -> Iterator[QueueRow]:
    silent = _silent(user, own, today)
    first = by_value(silent, insights, "last", "id")
    for each in first.values("pk", "customer_id", "name", "last")[:MOST_OF_A_KIND]:
        last: date = each["last"]
        yield QueueRow(
            Waiting.INFORMANT,
            each["customer_id"],
            each["name"],
            last,
            about=each["pk"],
            days=(today - last).days,
        )


def _valued(rows: list[QueueRow], insights: CustomerInsights | None) -> list[QueueRow]:
    """Say of each row what its customer is worth."""
    ids = {row.customer_id for row in rows if row.customer_id}
    if insights is None or not ids:
        return rows
    worth = {
        each.customer_id: each
        for each in insights.most_valuable(Customer.objects.filter(pk__in=ids), limit=len(ids))
    }
    return [
        replace(row, standing=worth[row.customer_id].standing, net_revenue=worth[row.customer_id].net_revenue)
        if row.customer_id in worth
        else row
        for row in rows
    ]


def _late(customers: CustomerQuerySet, today: date) -> CustomerQuerySet:
    """Return who is not lost yet, and was not followed up lately."""
    return customers.filter(activity__last_order_on__gte=today - timedelta(days=LATE_DAYS)).exclude(
        pk__in=dealt_with()
    )


def _overdue(customers: CustomerQuerySet, insights: CustomerInsights, today: date) -> Iterator[QueueRow]:
    """Yield customers who are late against their own rhythm, not lost yet, and not followed up lately."""
    found = insights.most_valuable(_late(customers, today), flagged=True, limit=MOST_OF_A_KIND)
    last = dict(
        Customer.objects.filter(pk__in=[each.customer_id for each in found]).values_list(
            "pk", "activity__last_order_on"
        )
    )
    names = _names(last)
    for each in found:
        on = last[each.customer_id]
        yield QueueRow(
            Waiting.OVERDUE,
            each.customer_id,
            names[each.customer_id],
            on,
            standing=each.standing,
            net_revenue=each.net_revenue,
            days=(today - on).days,
        )


def _unvisited(
    customers: CustomerQuerySet, insights: CustomerInsights
) -> Iterator[tuple[str, int, CustomerQuerySet]]:
    """Yield of each tier the days of its care plan, and to whom nobody has spoken for longer, of whatever tier."""
    for tier, terms in insights.care_plan().items():
        if days := terms.visit_days:
            since = timezone.now() - timedelta(days=days)
            spoken = Interaction.objects.filter(customer=OuterRef("pk"), occurred_at__gte=since)
            yield tier, days, customers.filter(~Exists(spoken))


def _care_visits(
    customers: CustomerQuerySet, insights: CustomerInsights, today: date, own: bool
) -> Iterator[QueueRow]:
    """Yield customers to whom nobody has spoken for longer than the care plan of their tier has it."""
    for tier, days, due in _unvisited(customers, insights):
        # One's own are few: found first, where the company's are walked through from the greatest down.
        found = insights.most_valuable(due, tiers=[tier], limit=MOST_OF_A_KIND // 2, are_few=own)
        ids = [each.customer_id for each in found]
        contacts = Interaction.objects.filter(customer__in=ids).order_by().values_list("customer_id")
        last = dict(contacts.annotate(last=Max("occurred_at")))
        names = _names(ids)
        for each in found:
            spoke = last.get(each.customer_id)
            on = timezone.localtime(spoke).date() if spoke else None
            yield QueueRow(
                Waiting.CARE,
                each.customer_id,
                names[each.customer_id],
                on,
                detail=str(days),
                standing=each.standing,
                net_revenue=each.net_revenue,
                days=(today - on).days if on else 0,
            )


def _names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Customer.objects.filter(pk__in=list(ids)).values_list("pk", F("name")))
