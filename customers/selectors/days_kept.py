"""Whose birthday or anniversary is kept today or tomorrow, over all customers of a queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q

from crm.extensions import CustomerInsights
from crm.models import User
from crm.policy import can
from customers.models import (
    Calendar,
    CompanyProfile,
    DateKind,
    FamilyMember,
    FamilyRole,
    ImportantDate,
    PersonProfile,
)
from customers.models.profiles import CustomerQuerySet
from customers.selectors.calendar import (
    ONE_DAY,
    gregorian_births,
    gregorian_days,
    lunar_births,
    lunar_days,
    next_birthday,
    next_occurrence,
)
from customers.selectors.queue_rows import MOST_OF_A_KIND, QueueRow, Waiting, by_value

_KINDS = dict(DateKind.choices)
_NOTED = ("kind", "label", "month", "day", "calendar", "is_leap_month")


def days_kept(
    user: User,
    customers: CustomerQuerySet,
    insights: CustomerInsights | None,
    today: date,
    *,
    most: int | None = MOST_OF_A_KIND,
) -> list[QueueRow]:
    """Return the days that are kept today or tomorrow; the same day of one customer counts once.

    Of each kind the ``most`` of the most valuable customers, or all (None).

    The days of a person, and those that somebody noted, are told to nobody who may not read personal values.
    """
    kept = _Kept(customers, insights, (today, today + ONE_DAY), most)
    rows = list(kept.by_date(CompanyProfile, "founded_on", DateKind.FOUNDING))
    if can(user, "personal.view"):
        rows = [
            *kept.noted(),
            *kept.birthdays(PersonProfile, "date_of_birth"),
            *(
                replace(row, detail=str(FamilyRole.SPOUSE.label))
                for row in kept.birthdays(FamilyMember, "birthday", role=FamilyRole.SPOUSE)
            ),
            *kept.by_date(PersonProfile, "wedding_anniversary", DateKind.WEDDING),
            *rows,
        ]
    found: dict[tuple[int | None, str, str, date | None], QueueRow] = {}
    for row in rows:
        whose = row.detail if row.detail == str(FamilyRole.SPOUSE.label) else ""
        found.setdefault((row.customer_id, row.text, whose, row.on), row)
    return list(found.values())


class _Kept:
    """What is kept on one of two days by some customers, the most valuable of them first."""

    def __init__(
        self,
        customers: CustomerQuerySet,
        insights: CustomerInsights | None,
        days: tuple[date, date],
        most: int | None,
    ) -> None:
        self.customers = customers
        self.insights = insights
        self.days = days
        self.most = most

    def noted(self) -> Iterator[QueueRow]:
        """Yield the days that somebody noted, by either calendar."""
        on_days = _on_one_of(gregorian_days(self.days), calendar=Calendar.GREGORIAN)
        on_days |= _on_one_of(lunar_days(self.days), calendar=Calendar.LUNAR)
        for each in self._first(ImportantDate, on_days, *_NOTED):
            on = next_occurrence(
                each["month"],
                each["day"],
                calendar=each["calendar"],
                is_leap_month=each["is_leap_month"],
                on_or_after=self.days[0],
            )
            yield from self._row(each, str(_KINDS[each["kind"]]), on, each["label"])

    def birthdays(self, model: Any, name: str, **narrow: Any) -> Iterator[QueueRow]:
        """Yield birthdays in a field, by the Gregorian calendar or by the lunar one as the record has it."""
        yield from self.by_date(model, name, DateKind.BIRTHDAY, birthday_is_lunar=False, **narrow)
        born = Q(**{f"{name}__in": lunar_births(self.days)}, birthday_is_lunar=True)
        for each in self._first(model, born, name, **narrow):
            on = next_birthday(each[name], True, self.days[0])
            yield from self._row(each, str(DateKind.BIRTHDAY.label), on)

    def by_date(self, model: Any, name: str, kind: DateKind, **narrow: Any) -> Iterator[QueueRow]:
        """Yield days in a field that are kept by the Gregorian calendar."""
        for each in self._first(model, _born_on(name, self.days), name, **narrow):
            on = next_birthday(each[name], False, self.days[0])
            yield from self._row(each, str(kind.label), on)

    def _first(self, model: Any, kept: Q, *columns: str, **narrow: Any) -> Iterable[dict[str, Any]]:
        """Return some columns, and whose they are."""
        found = model.objects.filter(kept, customer__in=self.customers.values("pk"), **narrow)
        first = by_value(found, self.insights, "pk")
        return first.values("customer_id", "customer__name", *columns)[: self.most]

    def _row(self, of: Mapping[str, Any], kind: str, on: date, label: str = "") -> Iterator[QueueRow]:
        """Yield the row of a day; a day with a name of its own needs no word for its kind."""
        is_named = kind == str(DateKind.OTHER.label) and label
        text, detail = (label, "") if is_named else (kind, label)
        if on in self.days:
            yield QueueRow(
                Waiting.DATE, of["customer_id"], of["customer__name"], on, text=text, detail=detail
            )


def _born_on(name: str, days: tuple[date, date]) -> Q:
    """Return the condition that a date is kept on one of two days: it is listed, or older or later than the list is."""
    listed = gregorian_births(days)
    beyond = Q(**{f"{name}__lt": min(listed)}) | Q(**{f"{name}__gt": max(listed)})
    return Q(**{f"{name}__in": listed}) | (beyond & _on_one_of(gregorian_days(days), prefix=f"{name}__"))


def _on_one_of(days: Iterable[tuple[int, int]], prefix: str = "", **narrow: Any) -> Q:
    found = Q(pk__in=[])
    for month, day in sorted(days):
        found |= Q(**{f"{prefix}month": month, f"{prefix}day": day}, **narrow)
    return found
