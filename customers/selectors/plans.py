"""What people are to reach in a month, beside what they have reached (销售计划)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from crm.models import Role, User
from crm.policy import can
from customers.models import Interaction, OrderLine, OrderStatus, ResponseType, SalesPlan
from customers.selectors.profiles import possible_owners

CENTS = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's month: the plan (None: there is none) and what was reached; money in cents."""

    user: User
    plan: SalesPlan | None
    revenue: int
    visits: int

    @property
    def revenue_target(self) -> int | None:
        """The plan's revenue in cents."""
        return int(self.plan.revenue * CENTS) if self.plan else None

    @property
    def revenue_share(self) -> float | None:
        """How much of the plan's revenue was reached; None without one."""
        target = self.revenue_target
        return self.revenue / target if target else None

    @property
    def visits_share(self) -> float | None:
        """How many of the plan's visits were made, as a share; None without any planned."""
        return self.visits / self.plan.visits if self.plan and self.plan.visits else None


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def own_standing(user: User, today: date) -> Standing:
    """Where somebody stands this month: net revenue of the customers that they own today, and their own visits."""
    return _standings([user], month_of(today))[0]


def standings(viewer: User, month: date) -> list[Standing]:
    """Where the reps and managers whose plans ``viewer`` may see stand in a month."""
    if not can(viewer, "plan.view"):
        return []
    people = possible_owners(viewer).filter(role__in=[Role.REP, Role.MANAGER]).select_related("team")
    return _standings(list(people), month)


def may_plan_for(actor: User, user_id: int) -> bool:
    """Whether ``actor`` sets the plans of somebody: those of the colleagues among whom they divide customers."""
    return possible_owners(actor).filter(pk=user_id, role__in=[Role.REP, Role.MANAGER]).exists()


def _standings(people: list[User], month: date) -> list[Standing]:
    ids = [person.pk for person in people]
    until = next_month(month)
    by_user = {plan.user_id: plan for plan in SalesPlan.objects.filter(user__in=ids, month=month)}
    earned = _earned(ids, month, until)
    visited = Interaction.objects.filter(
        rep__in=ids,
        response_type=ResponseType.VISIT,
        occurred_at__gte=_midnight(month),
        occurred_at__lt=_midnight(until),
    )
    visits = dict(visited.values_list("rep").annotate(n=Count("*")).order_by())
    return [
        Standing(person, by_user.get(person.pk), earned[person.pk], visits.get(person.pk, 0))
        for person in people
    ]


def _earned(owners: list[int], month: date, until: date) -> Counter[int]:
    """Net revenue in cents of a month, by who owns the customers today.

    Lines that count on the day of their own order are found by the orders of the month; the others, returns that count
    on the day of the sale, by the index that holds only them. By the day alone all lines would be read.
    """
    own_day = Q(attributed_on=F("ordered_on"))
    lines = OrderLine.objects.filter(
        customer__owner__in=owners,
        customer__deleted_at=None,
        attributed_on__gte=month,
        attributed_on__lt=until,
    ).exclude(order__status=OrderStatus.CANCELLED)
    of_the_month = Q(
        ordered_on__gte=month, ordered_on__lt=until, order__ordered_on__gte=month, order__ordered_on__lt=until
    )
    earned: Counter[int] = Counter()
    for some in (lines.filter(own_day, of_the_month), lines.filter(~own_day)):
        by_owner = some.order_by().values_list("customer__owner").annotate(sum=Sum("revenue_cents"))
        earned.update({owner: int(cents) for owner, cents in by_owner})
    return earned


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
