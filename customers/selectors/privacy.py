"""How sensitive values are kept: never what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from crm.templatetags.format import day
from customers.models import Consent, Customer, FamilyMember, FieldSwitch, PersonProfile
from customers.selectors.catalogue import ProfileField

NOT_KEPT = "-"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a field may be kept, whether the person consents, whether a value is there; ``state`` is its digest."""

    switch: FieldSwitch | None
    consent: Consent | None
    past: list[Consent]
    is_kept: bool
    state: str
    today: date


def standing_of(customer: Customer, field: ProfileField, row: str = "") -> Standing:
    """Return how a sensitive field stands for a customer (in scope), or for ``row`` of the family."""
    consents = list(Consent.objects.filter(customer=customer, field=field.key).select_related("recorded_by"))
    rows: Any = (
        FamilyMember.objects.filter(customer=customer, pk=row)
        if field.model is FamilyMember
        else PersonProfile.objects.filter(customer=customer)
    )
    sealed = rows.values_list(field.column, flat=True).first()
    return Standing(
        switch=FieldSwitch.objects.filter(field=field.key, is_on=True).first(),
        consent=next((each for each in consents if each.withdrawn_on is None), None),
        past=[each for each in consents if each.withdrawn_on is not None],
        is_kept=sealed is not None,
        state=sealed_state(sealed),
        today=timezone.localdate(),
    )


def sealed_state(sealed: bytes | None) -> str:
    """Return a digest that is another one whenever a value is stored or removed; it tells nothing of the value."""
    return sha256(bytes(sealed)).hexdigest() if sealed is not None else NOT_KEPT


def is_family(customer: Customer, field: ProfileField, row: str) -> bool:
    """Whether ``row`` names one of the customer's family whom the field is about."""
    try:
        return FamilyMember.objects.filter(customer=customer, pk=row, **(field.rows or {})).exists()
    except ValidationError:
        return False


def switches() -> dict[str, FieldSwitch]:
    """Return the decisions on sensitive fields, by key."""
    return {each.field: each for each in FieldSwitch.objects.select_related("decided_by")}


def sealed_in_words(field: ProfileField, value: Any) -> str:
    """Write a revealed value as people read it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return day(value)
    return str(dict(field.choices).get(str(value), value))
