"""Withdrawing a consent: what was kept by it is purged, from history and from what imports kept too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pghistory
import pgtrigger
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import Consent, Customer, ImportKind, PurgeKind
from customers.selectors.catalogue import FIELDS, ProfileField
from customers.selectors.merging import merged_into
from customers.services.duties import ledger
from customers.services.duties.imported import forget_imported
from customers.services.privacy import IDENTITY, NotAllowedError


@transaction.atomic
def withdraw_consent(customer_id: int, key: str, *, actor: User) -> int:
    """Withdraw the consent that is in force and purge what was kept by it; return how many values were purged.

    Raises PermissionDenied; Customer.DoesNotExist out of scope; NotAllowedError when none is in force.
    """
    require(actor, "customer.edit")
    customer = Customer.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=customer_id)
    if not Consent.objects.filter(customer=customer, field=key, withdrawn_on=None).exists():
        raise NotAllowedError(_("There is no consent to withdraw."))
    purged = purge_withdrawn(customer, key, actor=actor)
    audit.record(actor, "consent.withdraw", f"customer:{customer.pk}", field=key, purged=purged)
    return purged


@transaction.atomic
def purge_withdrawn(
    customer: Customer, key: str, *, actor: User | None, done_at: datetime | None = None
) -> int:
    """End the consent to a field of a customer (locked by the caller), and purge what was kept by it, on the ledger.

    With it go the files of imports in which the customer stands. Returns how many values were purged.
    """
    records = [customer.pk, *merged_into(customer.pk)]
    with pghistory.context(user=actor.pk if actor else None):
        in_force = Consent.objects.filter(customer=customer, field=key, withdrawn_on=None)
        in_force.update(withdrawn_on=timezone.localdate())
        purged = _purge(records, FIELDS[key])
    forget_imported(records, kinds=[ImportKind.CUSTOMERS])
    ledger.note(
        PurgeKind.WITHDRAWAL, customer, actor=actor, field=key, counts={"values": purged}, done_at=done_at
    )
    return purged


def _purge(records: list[int], field: ProfileField) -> int:
    """Remove what is kept in a field of some records, its index included."""
    written: dict[str, Any] = {field.column: None}
    if field.key == IDENTITY:
        written["identity_index"] = None
    kept = {"customer__in": records, f"{field.column}__isnull": False, **(field.rows or {})}
    purged = field.model._default_manager.filter(**kept).update(**written)
    _purge_versions(field, records, written)
    return purged


def _purge_versions(field: ProfileField, records: list[int], written: dict[str, Any]) -> None:
    """Take a purged value out of the history too: the one thing for which versions are changed."""
    versions: Any = field.model.pgh_event_model  # type: ignore[attr-defined]
    with pgtrigger.ignore(f"{versions._meta.label}:append_only"):
        versions.objects.filter(customer__in=records).update(**written)
