"""Rotating keys while people work: master keys, which wrap data keys, and data keys, which seal values.

Each key is a transaction of its own, so that nobody waits for long, and a rotation that was stopped goes on where it
was. Values that are read or written meanwhile are under the old key or the new one, never between.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from crm.sealing.envelope import SealError, new_key, open_sealed, seal
from crm.sealing.keys import unwrap, wrap
from crm.services import factors
from customers.models import Customer, DataKey
from customers.selectors.sealed import sealed_columns
from customers.services.merging.rows import versions_of
from customers.services.sealing import place_of

CHUNK = 500
Step = Callable[[int], None]


def rewrap_keys(step: Step = lambda _done: None) -> int:
    """Wrap what older master keys wrap under the current one, second factors included; return how many there were.

    What the data keys seal stays as it is, and so does everything in backups. Goes on until none is left: a process
    that was not restarted yet may still make keys under the old one. Raises SealError for a key whose master key is
    missing.
    """
    current = next(iter(settings.MASTER_KEYS))
    done = factors.seal_anew()
    while pks := list(DataKey.objects.exclude(master_key_id=current).values_list("pk", flat=True)[:CHUNK]):
        for pk in pks:
            done += _rewrap(pk, current)
        step(done)
    return done


def reseal_values(*, before: datetime, step: Step = lambda _done: None) -> int:
    """Give every customer whose data key was made ``before`` a new one, and seal values and versions under it.

    Older backups keep the keys that they need. Raises SealError when a value that is in use does not open.
    """
    done = 0
    older = DataKey.objects.filter(created_at__lt=before).order_by("pk").values_list("pk", flat=True)
    while pks := list(older[:CHUNK]):
        for pk in pks:
            done += _reseal(pk, before)
        step(done)
    return done


@transaction.atomic
def _rewrap(pk: int, current: str) -> bool:
    held = DataKey.objects.select_for_update().filter(~Q(master_key_id=current), pk=pk).first()
    if held is None:  # erased meanwhile
        return False
    place = _place_of_key(pk)
    key = unwrap(held.master_key_id, bytes(held.wrapped), place)
    held.master_key_id, held.wrapped = wrap(key, place)
    held.save(update_fields=["master_key_id", "wrapped"])
    return True


@transaction.atomic
def _reseal(pk: int, before: datetime) -> bool:
    # Whoever keeps, reads or purges a value holds the customer: before the key, so that nobody waits in a circle.
    Customer.objects.select_for_update(of=("self",)).get(pk=pk)
    held = DataKey.objects.select_for_update().filter(pk=pk, created_at__lt=before).first()
    if held is None:
        return False
    place = _place_of_key(pk)
    old, new = unwrap(held.master_key_id, bytes(held.wrapped), place), new_key()
    for model, columns in sealed_columns():
        _seal_rows(model, columns, pk, old, new)
        _seal_versions(model, columns, pk, old, new)
    held.master_key_id, held.wrapped = wrap(new, place)
    held.created_at = timezone.now()
    held.save(update_fields=["master_key_id", "wrapped", "created_at"])
    return True


def _seal_rows(model: type[models.Model], columns: list[str], customer: int, old: bytes, new: bytes) -> None:
    # The value is the same: history needs no version of it.
    with pgtrigger.ignore(f"{model._meta.label}:update_update"):
        for row in model._default_manager.filter(customer=customer):
            sealed = {
                column: _again(getattr(row, column), old, new, place_of(row, column))
                for column in columns
                if getattr(row, column) is not None
            }
            if sealed:
                model._default_manager.filter(pk=row.pk).update(**sealed)


def _seal_versions(
    model: type[models.Model], columns: list[str], customer: int, old: bytes, new: bytes
) -> None:
    """Seal earlier versions too; one that a merge left under the other record's key stays as it is."""
    versions = versions_of(model)
    if versions is None:
        return
    label = model._meta.label_lower
    with pgtrigger.ignore(f"{versions.model._meta.label}:append_only"):
        for version in versions.filter(customer_id=customer):
            sealed: dict[str, bytes] = {}
            for column in columns:
                value = getattr(version, column)
                if value is not None:
                    try:
                        sealed[column] = _again(value, old, new, f"{label}.{column}:{version.pgh_obj_id}")
                    except SealError:
                        continue
            if sealed:
                versions.filter(pk=version.pk).update(**sealed)


def _again(sealed: Any, old: bytes, new: bytes, place: str) -> bytes:
    return seal(open_sealed(bytes(sealed), old, place), new, place)


def _place_of_key(pk: int) -> str:
    return f"customer:{pk}"
