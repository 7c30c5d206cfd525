"""Where a field's value came from, who recorded it and when, and when it was last found to be true."""

from collections.abc import Iterable

import pghistory
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import Customer, FieldProvenance
from customers.selectors.catalogue import FIELDS
from customers.selectors.provenance import CUSTOM, row_key, written_as


def note(customer: Customer, fields: Iterable[str], *, actor: User | None, channel: str = "") -> None:
    """Note within the caller's transaction that ``fields`` (catalogue keys) were just recorded.

    ``channel`` is a ChannelKind, or empty when nobody said how they were collected. Raises KeyError for a key that
    the catalogue has not; custom fields are noted as ``custom.<key>``, single rows by their ``row_key``.
    """
    now, today = timezone.now(), timezone.localdate()
    keys = sorted(set(fields))
    unknown = [key for key in keys if key not in FIELDS and not key.startswith(CUSTOM) and ":" not in key]
    if unknown:
        raise KeyError(f"No such fields: {', '.join(unknown)}")
    rows = [
        FieldProvenance(
            customer=customer,
            field=key,
            channel=channel,
            recorded_by=actor,
            recorded_at=now,
            verified_on=today,
        )
        for key in keys
    ]
    with pghistory.context(user=actor.pk if actor else None):
        FieldProvenance.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["customer", "field"],
            update_fields=["channel", "recorded_by", "recorded_at", "verified_on"],
        )


@transaction.atomic
def confirm(customer_id: int, field: str, *, actor: User) -> FieldProvenance:
    """Note that somebody found a field to be still true today, and return its provenance.

    Raises PermissionDenied; Customer.DoesNotExist when the actor may not see the customer; KeyError for a field
    that there is not.
    """
    require(actor, "customer.edit")
    customer = Customer.objects.visible_to(actor).get(pk=customer_id)
    if field not in FIELDS and not field.startswith(CUSTOM):
        raise KeyError(field)
    known = FieldProvenance.objects.filter(customer=customer, field=field)
    if not known.exists():
        written = written_as(customer, field)
        note(customer, [field], actor=actor)
        if written is not None:
            # Whoever finds it true did not write it: an import did, or somebody of whom no note was made.
            known.update(channel=written.channel, recorded_by=written.user_id, recorded_at=written.at)
    else:
        with pghistory.context(user=actor.pk):
            known.update(verified_on=timezone.localdate())
    audit.record(actor, "field.confirm", f"customer:{customer.pk}", field=field)
    return known.get()


def confirm_row(customer: Customer, row: Model, *, actor: User) -> None:
    """Note within the caller's transaction that a row of a customer was found to be still true today.

    Who wrote it and how it was learned is still said by its version, and by what was noted of it when it was written.
    """
    key = row_key(type(row), row.pk)
    known = FieldProvenance.objects.filter(customer=customer, field=key)
    with pghistory.context(user=actor.pk):
        if not known.update(verified_on=timezone.localdate()):
            note(customer, [key], actor=actor)
