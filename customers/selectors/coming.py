"""The days that come round soon for one customer: birthdays and anniversaries, theirs and their spouse's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from crm.models import User
from crm.policy import can
from customers.models import (
    CompanyProfile,
    Customer,
    CustomerKind,
    DateKind,
    FamilyMember,
    FamilyRole,
    ImportantDate,
    PersonProfile,
)
from customers.selectors.calendar import next_birthday, next_occurrence


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A day that comes round; ``detail`` says whose it is, or what the day is called."""

    kind: str
    on: date
    detail: str = ""


def coming_days(user: User, customer: Customer, today: date, within_days: int) -> list[ComingDay]:
    """Return the days of a customer (in scope) kept from ``today`` within so many days, the next first.

    The days of a person, and those that somebody noted, are told to nobody who may not read personal values.
    """
    last = today + timedelta(days=within_days)
    found = [] if customer.kind == CustomerKind.PERSON else _of_company(customer, today)
    if can(user, "personal.view"):
        found += _noted(customer, today)
        found += _of_person(customer, today) if customer.kind == CustomerKind.PERSON else []
    near = {(each.kind, each.on, each.detail): each for each in found if each.on <= last}
    return sorted(near.values(), key=lambda each: each.on)


def _noted(customer: Customer, today: date) -> list[ComingDay]:
    return [
        ComingDay(
            kind="" if each.kind == DateKind.OTHER and each.label else each.get_kind_display(),
            detail=each.label,
            on=next_occurrence(
                each.month,
                each.day,
                calendar=each.calendar,
                is_leap_month=each.is_leap_month,
                on_or_after=today,
            ),
        )
        for each in ImportantDate.objects.filter(customer=customer)
    ]


def _of_person(customer: Customer, today: date) -> list[ComingDay]:
    found = []
    profile = PersonProfile.objects.filter(customer=customer).only(
        "date_of_birth", "birthday_is_lunar", "wedding_anniversary"
    )
    for each in profile:
        if each.date_of_birth:
            on = next_birthday(each.date_of_birth, each.birthday_is_lunar, today)
            found.append(ComingDay(str(DateKind.BIRTHDAY.label), on))
        if each.wedding_anniversary:
            on = next_birthday(each.wedding_anniversary, False, today)
            found.append(ComingDay(str(DateKind.WEDDING.label), on))
    for member in FamilyMember.objects.filter(
        customer=customer, role=FamilyRole.SPOUSE, birthday__isnull=False
    ):
        if member.birthday:
            on = next_birthday(member.birthday, member.birthday_is_lunar, today)
            found.append(ComingDay(str(DateKind.BIRTHDAY.label), on, str(FamilyRole.SPOUSE.label)))
    return found


def _of_company(customer: Customer, today: date) -> list[ComingDay]:
    founded = CompanyProfile.objects.filter(customer=customer, founded_on__isnull=False)
    return [
        ComingDay(str(DateKind.FOUNDING.label), next_birthday(day, False, today))
        for day in founded.values_list("founded_on", flat=True)
        if day
    ]
