"""The days that come round soon for one customer: birthdays and anniversaries, theirs and their spouse's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from crm.models import User
from crm.policy import can
from customers.models import (
    Calendar,
    CompanyProfile,
    Customer,
    CustomerKind,
    DateKind,
    FamilyMember,
    FamilyRole,
    ImportantDate,
    PersonProfile,
)
from customers.selectors.calendar import lunar_of, next_occurrence
from customers.selectors.masking import masked_text

FIRST_LUNAR_YEAR = 1901


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A day that comes round; ``detail`` says whose it is, or what the day is called."""

    kind: str
    on: date
    detail: str = ""


def coming_days(user: User, customer: Customer, today: date, within_days: int) -> list[ComingDay]:
    """Return the days of a customer (in scope) kept from ``today`` within so many days, the next first."""
    readable = can(user, "personal.view")
    found = [
        ComingDay(
            kind="" if each.kind == DateKind.OTHER and each.label else each.get_kind_display(),
            detail=each.label if readable else masked_text(each.label),
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
    found += (
        _of_person(customer, today) if customer.kind == CustomerKind.PERSON else _of_company(customer, today)
    )
    last = today + timedelta(days=within_days)
    near = {(each.kind, each.on, each.detail): each for each in found if each.on <= last}
    return sorted(near.values(), key=lambda each: each.on)


def _of_person(customer: Customer, today: date) -> list[ComingDay]:
    found = []
    profile = PersonProfile.objects.filter(customer=customer).only(
        "date_of_birth", "birthday_is_lunar", "wedding_anniversary"
    )
    for each in profile:
        if each.date_of_birth:
            on = _birthday(each.date_of_birth, each.birthday_is_lunar, today)
            found.append(ComingDay(str(DateKind.BIRTHDAY.label), on))
        if each.wedding_anniversary:
            found.append(
                ComingDay(str(DateKind.WEDDING.label), _birthday(each.wedding_anniversary, False, today))
            )
    for member in FamilyMember.objects.filter(
        customer=customer, role=FamilyRole.SPOUSE, birthday__isnull=False
    ):
        if member.birthday:
            on = _birthday(member.birthday, member.birthday_is_lunar, today)
            found.append(ComingDay(str(DateKind.BIRTHDAY.label), on, str(FamilyRole.SPOUSE.label)))
    return found


def _of_company(customer: Customer, today: date) -> list[ComingDay]:
    founded = CompanyProfile.objects.filter(customer=customer, founded_on__isnull=False)
    return [
        ComingDay(str(DateKind.FOUNDING.label), _birthday(day, False, today))
        for day in founded.values_list("founded_on", flat=True)
        if day
    ]


def _birthday(born: date, is_lunar: bool, today: date) -> date:
    if is_lunar and born.year >= FIRST_LUNAR_YEAR:
        month, day, is_leap = lunar_of(born)
        return next_occurrence(month, day, calendar=Calendar.LUNAR, is_leap_month=is_leap, on_or_after=today)
    return next_occurrence(born.month, born.day, calendar=Calendar.GREGORIAN, on_or_after=today)
