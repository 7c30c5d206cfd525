"""Two people who wrote values of custom fields at once: how they stood when the second one opened them, and now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from customers.models import CompanyProfile, Customer, CustomField, CustomValue, PersonProfile
from customers.selectors.history import Difference
from customers.selectors.sections import custom_in_words


@dataclass(frozen=True, slots=True)
class CustomConflict:
    """What differs, and by the key of each field what to save so that only what both changed is decided anew."""

    differences: list[Difference]
    merged: dict[str, Any]


def custom_conflict(
    profile: PersonProfile | CompanyProfile,
    customer: Customer,
    opened: int,
    mine: Iterable[tuple[CustomField, Any]],
) -> CustomConflict:
    """Compare an edit that began at a profile's version ``opened`` with how a customer's custom values stand.

    ``mine`` holds every edited field with what was typed, None for nothing.
    """
    held = dict(CustomValue.objects.filter(customer=customer).values_list("field_id", "value"))
    was = _as_opened(profile, customer, opened)
    differences, merged = [], {}
    for field, typed in mine:
        before, theirs, yours = was.get(field.pk), held.get(field.pk), as_json(typed)
        merged[field.key] = yours if yours != before else theirs
        if theirs != before or yours != before:
            told = [custom_in_words(field, value) for value in (before, theirs, yours)]
            is_conflict = before not in (theirs, yours) and theirs != yours
            differences.append(Difference(str(field), told[0], told[1], told[2], is_conflict))
    return CustomConflict(differences, merged)


def as_json(value: Any) -> Any:
    """Write a value as JSON has it: a day in ISO form, a number exactly."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _as_opened(profile: PersonProfile | CompanyProfile, customer: Customer, opened: int) -> dict[int, Any]:
    """Return the values by field at a version of the profile.

    What was written later was written together with a later version of the profile, so by the contexts of those.
    """
    versions = profile.pgh_event_model.objects.filter(pgh_obj=profile.pk, version__gt=opened)  # type: ignore[union-attr]
    later = set(versions.values_list("pgh_context_id", flat=True)) - {None}
    events = CustomValue.pgh_event_model.objects.filter(customer=customer.pk)  # type: ignore[attr-defined]
    found: dict[int, Any] = {}
    for label, context, field, value in events.order_by("pgh_id").values_list(
        "pgh_label", "pgh_context_id", "field_id", "value"
    ):
        if context not in later:
            found[field] = None if label == "delete" else value
    return found
