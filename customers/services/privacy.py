"""Sensitive values: a field is switched on, a person consents, a value is sealed, revealed, purged; all on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from crm.sealing.keys import blind_index
from crm.services import audit
from customers.imports.cleaning.identifiers import identity_number
from customers.imports.problems import CellError
from customers.models import (
    Consent,
    Customer,
    CustomerKind,
    FamilyMember,
    FieldSwitch,
    PersonProfile,
)
from customers.selectors.catalogue import FIELDS, ProfileField, sensitive_fields
from customers.selectors.privacy import sealed_state
from customers.services import provenance
from customers.services.meanwhile import ChangedMeanwhileError, require_as_seen
from customers.services.sealing import open_value, seal_value

IDENTITY = "person.identity_number"
CHILD_FIELDS = frozenset({"person.children", "person.child_birthday", "person.child_education"})
AGE_OF_OWN_CONSENT = 14
LEAST_PURPOSE = 4


class NotAllowedError(Exception):
    """The law's conditions for keeping or reading a sensitive value are not met; the message says which."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What came of storing a value; ``notice`` is what does not fit with what was known before."""

    field: str
    notice: str = ""


@transaction.atomic
def switch_field(
    key: str, *, actor: User, is_on: bool, purpose: str, assessment: str, seen: str | None = None
) -> FieldSwitch:
    """Decide whether a sensitive field may be kept, for which purpose and at which assessed risk.

    ``seen`` is how the decision stood when the actor opened it (``state_or_absence``). Raises PermissionDenied;
    KeyError for a field that is not sensitive; ChangedMeanwhileError when somebody else has decided since;
    NotAllowedError without a purpose and an assessment. Switching off keeps what is stored, sealed and unreadable,
    until it is purged.
    """
    require(actor, "fields.manage")
    if key not in {each.key for each in sensitive_fields()}:
        raise KeyError(key)
    if is_on and not (purpose.strip() and assessment.strip()):
        raise NotAllowedError(_("Say what the field is kept for, and how its risk was assessed."))
    require_as_seen(FieldSwitch.objects.select_for_update().filter(field=key).first(), seen)
    with pghistory.context(user=actor.pk):
        switch, _is_new = FieldSwitch.objects.update_or_create(
            field=key,
            defaults={"is_on": is_on, "purpose": purpose, "assessment": assessment, "decided_by": actor},
        )
    audit.record(actor, "field.switch", f"field:{key}", is_on=is_on)
    return switch


@transaction.atomic
def give_consent(
    customer_id: int,
    key: str,
    *,
    actor: User,
    evidence: str,
    given_on: date,
    is_guardians: bool = False,
    purpose: str = "",
) -> Consent:
    """Record a person's separate consent that one field be kept for ``purpose``; not said, for that of its switch.

    Raises PermissionDenied; Customer.DoesNotExist out of scope; NotAllowedError when the field is off, the consent
    is in force already, lies in the future, or a guardian's is needed.
    """
    require(actor, "customer.edit")
    customer = _customer(actor, customer_id)
    switch = _switch_on(key)
    today = timezone.localdate()
    if given_on > today:
        raise NotAllowedError(_("A consent can't be given in the future."))
    if not is_guardians and needs_guardian(customer, key, today):
        raise NotAllowedError(_("For a child under fourteen a guardian must consent."))
    if Consent.objects.filter(customer=customer, field=key, withdrawn_on=None).exists():
        raise NotAllowedError(_("This consent is on record already."))
    with pghistory.context(user=actor.pk):
        consent = Consent.objects.create(
            customer=customer,
            field=key,
            purpose=purpose or switch.purpose,
            evidence=evidence,
            is_guardians=is_guardians,
            given_on=given_on,
            recorded_by=actor,
        )
    audit.record(actor, "consent.give", f"customer:{customer.pk}", field=key, is_guardians=is_guardians)
    return consent


@transaction.atomic
def store_sensitive(
    customer_id: int,
    key: str,
    value: Any,
    *,
    actor: User,
    row_id: str | UUID = "",
    collected_by: str = "",
    seen: str | None = None,
) -> Stored:
    """Seal and keep one sensitive value; empty, the value that was kept is removed.

    ``row_id`` names the family member whom it is about, ``seen`` the ``sealed_state`` in which the actor opened it.
    Raises PermissionDenied; Customer.DoesNotExist or FamilyMember.DoesNotExist out of scope; ChangedMeanwhileError when
    somebody has stored or removed a value since; NotAllowedError without switch or consent; ValidationError for a value
    that the field can't have, never repeating it.
    """
    require(actor, "customer.edit")
    customer = _customer(actor, customer_id)
    field = FIELDS[key]
    notice = ""
    with pghistory.context(user=actor.pk):
        row = _row(customer, field, row_id)
        if seen is not None and seen != sealed_state(getattr(row, field.column)):
            raise ChangedMeanwhileError(row)
        if value in (None, ""):
            _write(row, field, None)
        else:
            _switch_on(key)
            cleaned = _cleaned(field, value)
            _require_consent(customer, key, _birthday(cleaned) if key == IDENTITY else None)
            notice = _mismatch(row, cleaned) if key == IDENTITY else ""
            _write(row, field, seal_value(row, field.column, cleaned, customer.pk), cleaned)
        provenance.note(customer, [key], actor=actor, channel=collected_by)
    audit.record(actor, "sensitive.store", f"customer:{customer.pk}", field=key, is_kept=bool(value))
    return Stored(key, notice)


@transaction.atomic
def reveal(customer_id: int, key: str, *, actor: User, purpose: str, row_id: str | UUID = "") -> Any:
    """Return one sensitive value, after its reading was put on record in this very transaction.

    Raises PermissionDenied; Customer.DoesNotExist or FamilyMember.DoesNotExist out of scope; NotAllowedError without
    a purpose, switch or consent; SealError when the value does not open.
    """
    require(actor, "sensitive.reveal")
    customer = _customer(actor, customer_id)
    field = FIELDS[key]
    if len(purpose.strip()) < LEAST_PURPOSE:
        raise NotAllowedError(_("Say what you need the value for."))
    _switch_on(key)
    _require_consent(customer, key)
    row = _row(customer, field, row_id)
    audit.record(actor, "sensitive.reveal", f"customer:{customer.pk}", field=key, purpose=purpose.strip())
    return open_value(row, field.column, customer.pk)


def needs_guardian(customer: Customer, key: str, today: date, born: date | None = None) -> bool:
    """Whether a guardian must consent: always for a customer's children, and for a customer under fourteen.

    ``born`` is a birthday that is known otherwise than from the profile, whose counts first.
    """
    if key in CHILD_FIELDS:
        return True
    profile = PersonProfile.objects.filter(customer=customer)
    born = profile.values_list("date_of_birth", flat=True).first() or born
    if born is None:
        return False
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return age < AGE_OF_OWN_CONSENT


def identity_index(number: str) -> bytes:
    """Return the digest by which an identity number is found; ``number`` is valid and in capitals."""
    return blind_index(IDENTITY, number)


def _customer(actor: User, customer_id: int) -> Customer:
    return Customer.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=customer_id)


def _switch_on(key: str) -> FieldSwitch:
    switch = FieldSwitch.objects.filter(field=key, is_on=True).first()
    if switch is None:
        raise NotAllowedError(_("This field is off. An administrator can enable it in the field dictionary."))
    return switch


def _require_consent(customer: Customer, key: str, born: date | None = None) -> None:
    """Require a consent by whoever may give it as of today: a birthday may have become known since it was given."""
    consent = Consent.objects.filter(customer=customer, field=key, withdrawn_on=None).first()
    if consent is None:
        raise NotAllowedError(_("No consent to keep this is on record. Record the person's consent first."))
    if not consent.is_guardians and needs_guardian(customer, key, timezone.localdate(), born):
        raise NotAllowedError(_("For a child under fourteen a guardian must consent."))


def _birthday(number: str) -> date:
    return date.fromisoformat(number[6:14])


def _row(customer: Customer, field: ProfileField, row_id: str | UUID) -> Model:
    if customer.kind != CustomerKind.PERSON:
        raise Customer.DoesNotExist
    if field.model is FamilyMember:
        return FamilyMember.objects.select_for_update().get(
            pk=row_id, customer=customer, **(field.rows or {})
        )
    row, _is_new = PersonProfile.objects.get_or_create(customer=customer)
    return row


def _cleaned(field: ProfileField, value: Any) -> Any:
    if field.key != IDENTITY:
        return field.plain_field.clean(value, None)
    try:
        number = identity_number(str(value))
    except CellError as error:
        raise ValidationError(str(error)) from error
    return number


def _mismatch(row: Any, number: str) -> str:
    """Say when the birthday in an identity number is another one than the profile has."""
    if row.date_of_birth is None or f"{row.date_of_birth:%Y%m%d}" == number[6:14]:
        return ""
    return _("The date of birth in the identity number is not the one in the profile. Check both.")


def _write(row: Model, field: ProfileField, sealed: bytes | None, plain: Any = None) -> None:
    written = {field.column: sealed}
    if field.key == IDENTITY:
        written["identity_index"] = identity_index(plain) if sealed else None
    type(row)._default_manager.filter(pk=row.pk).update(**written)
