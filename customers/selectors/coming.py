"""The days that come round soon for one customer: birthdays and anniversaries, theirs and their spouse's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from crm.models import User
from crm.policy import can
from crm.prepared import Prepared, Slot
from customers.models import (
    CompanyProfile,
    Customer,
    DateKind,
    FamilyMember,
    FamilyRole,
    ImportantDate,
    PersonProfile,
)
from customers.selectors.calendar import next_birthday, next_occurrence

_KINDS = dict(DateKind.choices)
_DATES = Prepared(
    lambda: ImportantDate.objects.filter(customer=Slot("customer")).values(
        "kind", "label", "month", "day", "calendar", "is_leap_month"
    )
)
_SPOUSES = Prepared(
    lambda: FamilyMember.objects.filter(
        customer=Slot("customer"), role=FamilyRole.SPOUSE, birthday__isnull=False
    ).values("birthday", "birthday_is_lunar")
)
# What coming_days asks of a customer, to be asked ahead.
ASKED = (_DATES, _SPOUSES)


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A day that comes round; ``detail`` says whose it is, or what the day is called."""

    kind: str
    on: date
    detail: str = ""


def coming_days(
    user: User, customer: Customer, profile: PersonProfile | CompanyProfile, today: date, within_days: int
) -> list[ComingDay]:
    """Return the days of a customer (in scope) kept from ``today`` within so many days, the next first.

    The days of a person, and those that somebody noted, are told to nobody who may not read personal values.
    """
    last = today + timedelta(days=within_days)
    found = _of_company(profile, today) if isinstance(profile, CompanyProfile) else []
    if can(user, "personal.view"):
        found += _noted(customer, today)
        found += _of_person(customer, profile, today) if isinstance(profile, PersonProfile) else []
    near = {(each.kind, each.on, each.detail): each for each in found if each.on <= last}
    return sorted(near.values(), key=lambda each: each.on)


def _noted(customer: Customer, today: date) -> list[ComingDay]:
    return [
        ComingDay(
            kind="" if each["kind"] == DateKind.OTHER and each["label"] else str(_KINDS[each["kind"]]),
            detail=each["label"],
            on=next_occurrence(
                each["month"],
                each["day"],
                calendar=each["calendar"],
                is_leap_month=each["is_leap_month"],
                on_or_after=today,
            ),
        )
        for each in _DATES(customer=customer.pk)
    ]


def _of_person(customer: Customer, profile: PersonProfile, today: date) -> list[ComingDay]:
    found = []
    if profile.date_of_birth:
        on = next_birthday(profile.date_of_birth, profile.birthday_is_lunar, today)
        found.append(ComingDay(str(DateKind.BIRTHDAY.label), on))
    if profile.wedding_anniversary:
        on = next_birthday(profile.wedding_anniversary, False, today)
        found.append(ComingDay(str(DateKind.WEDDING.label), on))
    for spouse in _SPOUSES(customer=customer.pk):
        if spouse["birthday"]:
            on = next_birthday(spouse["birthday"], spouse["birthday_is_lunar"], today)
            found.append(ComingDay(str(DateKind.BIRTHDAY.label), on, str(FamilyRole.SPOUSE.label)))
    return found


def _of_company(profile: CompanyProfile, today: date) -> list[ComingDay]:
    if profile.founded_on is None:
        return []
    return [ComingDay(str(DateKind.FOUNDING.label), next_birthday(profile.founded_on, False, today))]
