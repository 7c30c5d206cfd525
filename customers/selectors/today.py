"""What waits for somebody today, the most valuable customer first: dates, visits, silence, complaints, tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone

from crm.extensions import CustomerInsights, Standing
from crm.models import Job, User
from crm.policy import can
from customers.models import (
    Calendar,
    CompanyProfile,
    Complaint,
    Customer,
    DateKind,
    FamilyMember,
    FamilyRole,
    ImportantDate,
    Informant,
    Interaction,
    PersonProfile,
    Task,
)
from customers.models.profiles import CustomerQuerySet
from customers.selectors.calendar import ONE_DAY, gregorian_days, lunar_days, lunar_of, next_occurrence
from customers.selectors.masking import masked_text

KEY_TIERS = ("A",)
MOST_OF_A_KIND = 40
MOST_ROWS = 100
SILENT_DAYS = 90
# Who has not ordered for longer is lost, not late: winning them back is no work for between two calls.
LATE_DAYS = 270
ANALYSIS = "analysis.run"
FIRST_LUNAR_YEAR = 1900


class Waiting(StrEnum):
    """Why somebody is in the queue; of one customer's reasons the first come first."""

    COMPLAINT = "complaint"
    TASK = "task"
    DATE = "date"
    OVERDUE = "overdue"
    CARE = "care"
    INFORMANT = "informant"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One reason to turn to a customer today.

    ``on`` is the day that it is about: the task's, the day that returns, the complaint's, the last contact's, the
    last referral's (None: there was none). ``about`` is the record's id, ``text`` the task's title or the label of
    the day, masked for who may not read it; ``net_revenue`` cents of the published run's window.
    """

    why: Waiting
    customer_id: int | None
    customer: str
    on: date | None
    about: int | str = 0
    text: str = ""
    detail: str = ""
    standing: Standing | None = None
    net_revenue: int | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class Numbers:
    """What somebody has in hand: customers of their own, open tasks, those due, contacts of the last seven days."""

    customers: int
    open_tasks: int
    tasks_due: int
    contacts: int


def queue(user: User, insights: CustomerInsights | None, *, own: bool, today: date) -> list[QueueRow]:
    """Return what waits today, over the customers that ``user`` owns or, unless ``own``, over all they may see."""
    customers = in_hand(user, own=own)
    rows = [
        *_tasks(user, own, today),
        *_complaints(customers, insights, today),
        *_dates(user, customers, today),
        *_silent_informants(user, own, today),
    ]
    rows = _valued(rows, insights)
    if insights:
        late = list(_overdue(customers, insights, today))
        known = {row.customer_id for row in late}
        visits = _care_visits(customers, insights, today)
        # Who is late is visited for that.
        rows += [*late, *(row for row in visits if row.customer_id not in known)]
    rows.sort(key=_rank)
    return rows[:MOST_ROWS]


def in_hand(user: User, *, own: bool) -> CustomerQuerySet:
    """Return the customers that a queue is about."""
    visible = Customer.objects.visible_to(user)
    return visible.filter(owner=user) if own else visible


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


def _rank(row: QueueRow) -> tuple[int, int, int]:
    """Order by value, then by reason; nobody's value is known before the first run, nor that of a new customer."""
    return (-(row.net_revenue or 0), row.customer_id or 0, list(Waiting).index(row.why))


def _tasks(user: User, own: bool, today: date) -> Iterator[QueueRow]:
    tasks = Task.objects.visible_to(user).filter(done_at=None, due_on__lte=today)
    if own:
        tasks = tasks.filter(assignee=user)
    readable = can(user, "personal.view")
    for task in tasks.select_related("customer", "assignee").order_by("due_on", "id")[:MOST_OF_A_KIND]:
        yield QueueRow(
            Waiting.TASK,
            task.customer_id,
            task.customer.name,
            task.due_on,
            about=task.pk,
            text=task.title if readable else masked_text(task.title),
            detail="" if task.assignee == user else str(task.assignee or ""),
            days=(today - task.due_on).days,
        )


def _complaints(
    customers: CustomerQuerySet, insights: CustomerInsights | None, today: date
) -> Iterator[QueueRow]:
    """Yield open complaints: of the key customers, where it is known who they are."""
    waiting = Complaint.objects.filter(resolved_at=None, customer__in=customers.values("pk"))
    if insights:
        waiting = waiting.filter(customer__in=insights.customers_with(tiers=KEY_TIERS))
    for each in waiting.select_related("customer").order_by("reported_at")[:MOST_OF_A_KIND]:
        reported_on = timezone.localtime(each.reported_at).date()
        yield QueueRow(
            Waiting.COMPLAINT,
            each.customer_id,
            each.customer.name,
            reported_on,
            about=each.pk,
            text=each.get_complaint_type_display(),
            days=(today - reported_on).days,
        )


def _dates(user: User, customers: CustomerQuerySet, today: date) -> list[QueueRow]:
    """Return the days that are kept today or tomorrow; the same day of one customer counts once."""
    days = (today, today + ONE_DAY)
    found: dict[tuple[int, str, date], QueueRow] = {}
    for row in [
        *_important_dates(user, customers, days),
        *_birthdays(customers, days),
        *_spouses(customers, days),
        *_kept_in_gregorian(PersonProfile, "wedding_anniversary", DateKind.WEDDING, customers, days),
        *_kept_in_gregorian(CompanyProfile, "founded_on", DateKind.FOUNDING, customers, days),
    ]:
        if row.on in days and row.customer_id is not None:
            found.setdefault((row.customer_id, row.text, row.on), row)
    return list(found.values())


def _important_dates(user: User, customers: CustomerQuerySet, days: tuple[date, date]) -> Iterator[QueueRow]:
    kept = ImportantDate.objects.filter(customer__in=customers.values("pk")).filter(
        _on_one_of(gregorian_days(days), calendar=Calendar.GREGORIAN)
        | _on_one_of(lunar_days(days), calendar=Calendar.LUNAR)
    )
    readable = can(user, "personal.view")
    for each in kept.select_related("customer").order_by("id")[:MOST_OF_A_KIND]:
        on = next_occurrence(
            each.month,
            each.day,
            calendar=each.calendar,
            is_leap_month=each.is_leap_month,
            on_or_after=days[0],
        )
        label = each.label if readable else masked_text(each.label)
        yield _day_row(each.customer, each.get_kind_display(), on, label)


def _birthdays(customers: CustomerQuerySet, days: tuple[date, date]) -> Iterator[QueueRow]:
    yield from _kept_in_gregorian(
        PersonProfile, "date_of_birth", DateKind.BIRTHDAY, customers, days, birthday_is_lunar=False
    )
    # A lunar day wanders by a month over the Gregorian year.
    months = {(day.month + shift - 1) % 12 + 1 for day in days for shift in (-2, -1, 0, 1, 2)}
    lunar = PersonProfile.objects.filter(
        customer__in=customers.values("pk"), birthday_is_lunar=True, date_of_birth__month__in=months
    )
    wanted = lunar_days(days)
    for each in lunar.select_related("customer").only("date_of_birth", "customer__name"):
        if each.date_of_birth is None or each.date_of_birth.year <= FIRST_LUNAR_YEAR:
            continue
        month, day, is_leap = lunar_of(each.date_of_birth)
        if (month, day) in wanted:
            on = next_occurrence(
                month, day, calendar=Calendar.LUNAR, is_leap_month=is_leap, on_or_after=days[0]
            )
            yield _day_row(each.customer, str(DateKind.BIRTHDAY.label), on)


def _spouses(customers: CustomerQuerySet, days: tuple[date, date]) -> Iterator[QueueRow]:
    for row in _kept_in_gregorian(
        FamilyMember,
        "birthday",
        DateKind.BIRTHDAY,
        customers,
        days,
        birthday_is_lunar=False,
        role=FamilyRole.SPOUSE,
    ):
        yield replace(row, detail=str(FamilyRole.SPOUSE.label))


def _kept_in_gregorian(
    model: Any, name: str, kind: DateKind, customers: CustomerQuerySet, days: tuple[date, date], **narrow: Any
) -> Iterator[QueueRow]:
    found = model.objects.filter(
        _on_one_of(gregorian_days(days), prefix=f"{name}__"), customer__in=customers.values("pk"), **narrow
    )
    for each in found.select_related("customer").only(name, "customer__name")[:MOST_OF_A_KIND]:
        born = getattr(each, name)
        on = next_occurrence(born.month, born.day, calendar=Calendar.GREGORIAN, on_or_after=days[0])
        yield _day_row(each.customer, str(kind.label), on)


def _day_row(customer: Customer, kind: str, on: date, label: str = "") -> QueueRow:
    """Return the row of a day; a day with a name of its own needs no word for its kind."""
    is_named = kind == str(DateKind.OTHER.label) and label
    text, detail = (label, "") if is_named else (str(kind), label)
    return QueueRow(Waiting.DATE, customer.pk, customer.name, on, text=text, detail=detail)


def _on_one_of(days: Iterable[tuple[int, int]], prefix: str = "", **narrow: Any) -> Q:
    found = Q(pk__in=[])
    for month, day in sorted(days):
        found |= Q(**{f"{prefix}month": month, f"{prefix}day": day}, **narrow)
    return found


def _silent_informants(user: User, own: bool, today: date) -> Iterator[QueueRow]:
    """Yield informants from whom nothing came for long: those that are the viewer's, or, for a team, all in scope."""
    informants = Informant.objects.filter(owner=user) if own else Informant.objects.visible_to(user)
    silent = informants.annotate(last=Max("referrals__referred_on")).filter(
        last__lt=today - timedelta(days=SILENT_DAYS)
    )
    for each in silent.select_related("customer").order_by("last", "id")[:MOST_OF_A_KIND]:
        last: date = each.last  # type: ignore[attr-defined]
        yield QueueRow(
            Waiting.INFORMANT,
            each.customer_id,
            each.name,
            last,
            about=each.pk,
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


def _overdue(customers: CustomerQuerySet, insights: CustomerInsights, today: date) -> Iterator[QueueRow]:
    """Yield customers who are late against their own rhythm, and not lost yet."""
    late = customers.filter(activity__last_order_on__gte=today - timedelta(days=LATE_DAYS))
    found = insights.most_valuable(late, flagged=True, limit=MOST_OF_A_KIND)
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


def _care_visits(customers: CustomerQuerySet, insights: CustomerInsights, today: date) -> Iterator[QueueRow]:
    """Yield customers to whom nobody has spoken for longer than the care plan of their tier has it."""
    for tier, days in insights.care_days().items():
        since = timezone.now() - timedelta(days=days)
        spoken = Interaction.objects.filter(customer=OuterRef("pk"), occurred_at__gte=since)
        found = insights.most_valuable(
            customers.filter(~Exists(spoken)), tiers=[tier], limit=MOST_OF_A_KIND // 2
        )
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
