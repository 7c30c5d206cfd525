"""Erasing a person: what is about them is destroyed; what the books need stays, about nobody.

Destroyed are the data key, and with it every sensitive value wherever it was copied, all rows that tell of the person,
every earlier version of these, their files, and what imports and exports kept. Orders, payments and complaints stay,
without a word in them, on a record that has a number and no name.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from crm.sensitivity import Sensitivity, sensitivity_of
from crm.services import audit
from customers.models import (
    Attachment,
    ChangedCustomer,
    Complaint,
    CreditAccount,
    Customer,
    CustomerActivity,
    CustomerMerge,
    Informant,
    OpeningBalance,
    Order,
    OrderLine,
    Payment,
    PurgeKind,
    Referral,
    ServiceCost,
)
from customers.models.scope import customers_in_scope
from customers.selectors.links import every_link
from customers.selectors.merging import merged_into
from customers.services.attachments import path_of
from customers.services.duties import ledger
from customers.services.duties.imported import forget_changes, forget_imported, own_words
from customers.services.duties.traces import forget_traces
from customers.services.merging.rows import versions_of
from customers.services.privacy import NotAllowedError
from customers.services.recovery.keyrings import forget_keys

# What the books and the figures need: it stays, and loses its words.
KEPT: frozenset[type[models.Model]] = frozenset(
    {
        Order,
        OrderLine,
        Payment,
        ServiceCost,
        OpeningBalance,
        CreditAccount,
        Complaint,
        Referral,
        CustomerActivity,
        ChangedCustomer,
        CustomerMerge,
    }
)
# Rows of others that only name the person: the name goes, the row stays theirs.
NAMING: frozenset[tuple[type[models.Model], str]] = frozenset({(Informant, "customer")})
_STAYS = frozenset({"id", "kind", "created_at", "updated_at", "version", "code", "name", "deleted_at"})
LEAST_REASON = 4
NOBODY = "–"


@transaction.atomic
def erase_customer(customer_id: int, *, actor: User, reason: str) -> dict[str, int]:
    """Erase a customer, and the records merged into it; return how many rows of each kind were destroyed.

    It can't be undone, and a restore from an older backup does it again. Raises PermissionDenied;
    Customer.DoesNotExist out of scope; NotAllowedError without a reason, or when it was done already.
    """
    require(actor, "privacy.manage")
    if len(reason.strip()) < LEAST_REASON:
        raise NotAllowedError(_("Say why: as in, the person asked for it on 3 May."))
    found = Customer.objects.filter(customers_in_scope(actor))
    customer = found.select_for_update(of=("self",)).get(pk=customer_id)
    counts = erase(customer, actor=actor, reason=reason.strip())
    audit.record(actor, "customer.erase", f"customer:{customer_id}", rows=sum(counts.values()))
    return counts


def erase(
    customer: Customer,
    *,
    actor: User | None,
    reason: str,
    done_at: datetime | None = None,
    keys_later: bool = False,
) -> dict[str, int]:
    """Erase a customer (locked by the caller) and those merged into it, and put it on the ledger.

    With ``keys_later`` the caller has their keys in backups destroyed (``forget_erased``), of many people at once.
    Raises NotAllowedError when it was done already.
    """
    if is_erased(customer):
        raise NotAllowedError(_("This record was erased already."))
    records = [customer.pk, *merged_into(customer.pk)]
    with pghistory.context(user=actor.pk if actor else None):
        destroyed = _destroy_rows(records)
        for each in Customer.objects.select_for_update(of=("self",)).filter(pk__in=records).order_by("pk"):
            _unname(each)
            ledger.note(
                PurgeKind.ERASURE, each, actor=actor, reason=reason, counts=dict(destroyed), done_at=done_at
            )
    _drop_versions(Customer, models.Q(pgh_obj_id__in=records), keep_latest=True)
    if not keys_later:
        transaction.on_commit(partial(forget_keys, records), robust=True)
    transaction.on_commit(_drop_exports, robust=True)
    return dict(destroyed)


def is_erased(customer: Customer) -> bool:
    """Whether nothing but a number is left of a customer."""
    return customer.code == _code_of(customer)


def _code_of(customer: Customer) -> str:
    return f"erased-{customer.pk}"


def _destroy_rows(records: list[int]) -> Counter[str]:
    """Destroy what is about some customers, with its versions; return how many rows by model."""
    destroyed: Counter[str] = Counter()
    _drop_files(records)
    forget_imported(records)
    forget_changes(records)
    forget_traces(own_words(records))
    for link in every_link():
        rows = link.model._default_manager.filter(**{f"{link.field}__in": records})
        if link.model in KEPT or (link.model, link.field) in NAMING:
            if not _blank(link.model, rows):
                continue
        elif link.is_loose:
            continue
        else:
            destroyed[link.model._meta.label_lower] += rows.count()
            rows.delete()
        _drop_versions(link.model, models.Q(**{f"{link.field}_id__in": records}))
    return +destroyed


def _words_of(model: type[models.Model]) -> dict[str, Any]:
    """Return what a row's words about a person are set to."""
    return {
        field.name: None if field.null else ""
        for field in model._meta.concrete_fields
        if sensitivity_of(field) is not Sensitivity.OPEN
    }


def _blank(model: type[models.Model], rows: models.QuerySet[Any]) -> bool:
    """Take the words about a person out of rows; say False where such rows have none."""
    words = _words_of(model) | ({"name": NOBODY} if model is Informant else {})
    if words:
        rows.update(**words)
    return bool(words)


def _unname(customer: Customer) -> None:
    """Leave a customer a number and no name."""
    for field in Customer._meta.concrete_fields:
        if field.name not in _STAYS:
            default = field.get_default() if field.has_default() else None if field.null else ""
            setattr(customer, field.name, default)
    customer.code = customer.name = _code_of(customer)
    customer.deleted_at = customer.deleted_at or timezone.now()
    customer.scoring_refused = True
    customer.version += 1
    customer.save()


def _drop_versions(model: type[models.Model], which: models.Q, *, keep_latest: bool = False) -> None:
    """Delete earlier versions: beside withdrawn consents the one thing for which history is changed."""
    versions = versions_of(model)
    if versions is None:
        return
    gone = versions.filter(which)
    if keep_latest:
        newest = gone.values("pgh_obj_id").annotate(newest=models.Max("pgh_id")).values("newest")
        gone = gone.exclude(pgh_id__in=list(newest.values_list("newest", flat=True)))
    with pgtrigger.ignore(f"{versions.model._meta.label}:append_only"):
        gone.delete()


def _drop_files(records: list[int]) -> None:
    """Delete the files about some customers, those that were removed before included, once this is committed."""
    names = set(Attachment.objects.filter(customer__in=records).values_list("stored_as", flat=True))
    versions = versions_of(Attachment)
    if versions is not None:
        names |= set(versions.filter(customer_id__in=records).values_list("stored_as", flat=True))
    transaction.on_commit(partial(_unlink, [path_of(name) for name in names]), robust=True)


def _drop_exports() -> None:
    """Delete the files that people exported: whoever still needs one makes it again, without who was erased."""
    _unlink(list(Path(settings.MEDIA_ROOT, "exports").glob("*")))


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
