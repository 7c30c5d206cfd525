"""Writing a section of a person's or a company's profile, with the fields that an administrator added to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pghistory
from django.db import transaction

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import (
    CompanyProfile,
    Customer,
    CustomerKind,
    CustomField,
    CustomValue,
    PersonProfile,
)
from customers.selectors.catalogue import fields_of
from customers.selectors.custom_conflicts import as_json
from customers.services import provenance

Profile = PersonProfile | CompanyProfile


class SectionConflictError(Exception):
    """Somebody saved the profile after it was opened for editing; ``current`` is how it stands now."""

    def __init__(self, current: Profile) -> None:
        super().__init__(str(current.pk))
        self.current = current


@transaction.atomic
def update_section(
    customer_id: int,
    section: str,
    *,
    actor: User,
    version: int,
    changes: Mapping[str, Any],
    custom: Mapping[str, Any] | None = None,
    collected_by: str = "",
) -> Profile:
    """Change some columns of a profile section that the actor saw at ``version``, and return the profile.

    ``custom`` holds values of custom fields by key; None takes one away. A profile that is not there yet has
    version 0. Raises PermissionDenied; Customer.DoesNotExist when the actor may not see the customer; KeyError for a
    column that the section has not; SectionConflictError when it was saved since, and nothing is changed then.
    """
    require(actor, "customer.edit")
    customer = Customer.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=customer_id)
    keys = _keys_of(section, customer.kind, changes)
    profile = _profile_of(customer)
    if (profile.version if profile.pk else 0) != version:
        raise SectionConflictError(profile)
    with pghistory.context(user=actor.pk):
        written = _write_custom(customer, custom or {})
        # Custom values have no version of their own: the profile's tells that they were written too.
        if changes or written or profile.pk is None:
            _write(profile, customer, changes)
    provenance.note(
        customer, [*keys, *(f"custom.{key}" for key in written)], actor=actor, channel=collected_by
    )
    named = sorted([*changes, *(f"custom.{key}" for key in written)])
    audit.record(actor, "profile.edit", f"customer:{customer.pk}", section=section, fields=named)
    return profile


def _keys_of(section: str, kind: str, changes: Mapping[str, Any]) -> set[str]:
    """Return the catalogue's keys of the changed columns; raises KeyError for one that is not to be written here."""
    model = PersonProfile if kind == CustomerKind.PERSON else CompanyProfile
    own = [each for each in fields_of(section) if each.model is model and not each.is_sealed]
    by_column = {column: each.key for each in own if not each.is_derived for column in each.columns}
    return {by_column[column] for column in changes}


def _profile_of(customer: Customer) -> Profile:
    """Return the profile, locked; a new one without a key when there is none."""
    if customer.kind == CustomerKind.PERSON:
        person = PersonProfile.objects.select_for_update(of=("self",)).filter(customer=customer).first()
        return person or PersonProfile()
    company = CompanyProfile.objects.select_for_update(of=("self",)).filter(customer=customer).first()
    return company or CompanyProfile()


def _write(profile: Profile, customer: Customer, changes: Mapping[str, Any]) -> None:
    is_new = profile.pk is None
    for name, value in changes.items():
        setattr(profile, name, value)
    if is_new:
        profile.customer = customer
        profile.save(force_insert=True)
    else:
        profile.version += 1
        profile.save(update_fields=[*changes, "version"])


def _write_custom(customer: Customer, values: Mapping[str, Any]) -> list[str]:
    """Write the values of custom fields that changed, and return their keys; raises KeyError for unknown ones."""
    if not values:
        return []
    fields = {each.key: each for each in CustomField.objects.filter(key__in=values, is_active=True)}
    held = {each.field_id: each for each in CustomValue.objects.filter(customer=customer)}
    written = []
    for key, value in values.items():
        field, kept = fields[key], held.get(fields[key].pk)
        plain = as_json(value)
        if plain == (kept.value if kept else None):
            continue
        if plain is None and kept:
            kept.delete()
        elif kept:
            kept.value = plain
            kept.save(update_fields=["value"])
        else:
            CustomValue.objects.create(customer=customer, field=field, value=plain)
        written.append(key)
    return written
