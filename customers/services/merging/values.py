"""Putting two records together field by field, and taking the fields apart again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from crm.models import User
from crm.sealing import SealedField
from customers.models import Customer, CustomValue, FieldProvenance, OpeningBalance
from customers.selectors.links import Link
from customers.selectors.merging import MERGED, PREFIXES, choices, default_side, is_empty, row_of
from customers.selectors.provenance import written_as
from customers.selectors.twins import answers_of_both
from customers.services.merging.rows import Moved, last_version, move_rows, versions_of
from customers.services.profiles import refresh_keys
from customers.services.sealing import open_value, seal_value

_PROVENANCE = ("channel", "recorded_by", "recorded_at", "verified_on")


@dataclass(frozen=True, slots=True)
class Changed:
    """Fields of a row that a merge changed, between two of the row's kept versions; created when ``before`` is 0."""

    model: type[models.Model]
    pk: Any
    fields: list[str]
    before: int
    after: int

    def document(self) -> dict[str, Any]:
        """Write it for the log of a merge."""
        return {
            "model": self.model._meta.label,
            "pk": self.pk,
            "fields": self.fields,
            "before": self.before,
            "after": self.after,
        }

    @classmethod
    def read(cls, document: dict[str, Any]) -> Changed:
        """Read it from the log of a merge."""
        return cls(**{**document, "model": apps.get_model(document["model"])})


def put_together(
    kept: Customer, merged: Customer, chosen: Mapping[str, str]
) -> tuple[list[Changed], list[Moved]]:
    """Give the kept customer the answers chosen from the merged one, with where they came from.

    ``chosen`` says KEPT or MERGED by the key of a choice; what it does not name is as ``default_side`` says.
    """
    changes, taken = [], []
    for model, prefix in PREFIXES.items():
        ours, theirs = row_of(model, kept), row_of(model, merged)
        if theirs is None:
            continue
        wanted = [
            choice
            for choice in choices()
            if choice.model is model
            and not is_empty(theirs, choice)
            and chosen.get(choice.key, default_side(ours, choice)) == MERGED
        ]
        fields = [name for choice in wanted for name in choice.fields]
        if model is Customer and merged.scoring_refused and not kept.scoring_refused:
            fields.append("scoring_refused")
        if ours is None:
            changes.append(_created(model, kept, theirs))
        elif fields:
            changes += _changed(ours, {name: _value_for(ours, theirs, name) for name in fields})
        taken += [f"{prefix}.{name}" for name in fields]
    for twin in answers_of_both(kept, merged):
        if chosen.get(twin.key, twin.default) == MERGED:
            changes += _changed(twin.ours, {name: getattr(twin.theirs, name) for name in twin.fields})
            if isinstance(twin.theirs, CustomValue):
                taken.append(f"custom.{twin.theirs.field.key}")
    alone = CustomValue.objects.filter(customer=merged).exclude(field__values__customer=kept)
    taken += [f"custom.{key}" for key in alone.values_list("field__key", flat=True)]
    changes += _add_up_openings(kept, merged)
    changed, moved = _take_provenance(kept, merged, taken)
    return [*changes, *changed], moved


def take_apart(change: Changed) -> list[str]:
    """Give a row the values it had before a merge; return the names of the fields that were edited since and stay."""
    row = change.model._default_manager.select_for_update(of=("self",)).filter(pk=change.pk).first()
    if row is None:
        return change.fields
    if not change.before:
        if last_version(change.model, [change.pk]) != change.after:
            return change.fields
        row.delete()
        return []
    versions = versions_of(change.model)
    known = versions.in_bulk([change.before, change.after]) if versions is not None else {}
    if len(known) != 2:  # their history has been erased
        return change.fields
    before, after = known[change.before], known[change.after]
    edited = [name for name in change.fields if _raw(row, name) != _raw(after, name)]
    restored = {name: _raw(before, name) for name in change.fields if name not in edited}
    for name, value in restored.items():
        setattr(row, _attname(change.model, name), value)
    if restored:
        _save(row, list(restored))
    return edited


def _created(model: type[models.Model], kept: Customer, theirs: models.Model) -> Changed:
    names = [
        field.name for field in model._meta.concrete_fields if field.name not in ("id", "customer", "version")
    ]
    row = model(customer=kept)
    for name in names:
        setattr(row, name, _value_for(row, theirs, name))
    row.save(force_insert=True)
    return Changed(model, row.pk, names, 0, last_version(model, [row.pk]))


def _value_for(ours: models.Model, theirs: models.Model, name: str) -> Any:
    """Return the value of the merged customer's row for that of the kept one: a sealed value under its own key."""
    if not isinstance(theirs._meta.get_field(name), SealedField):
        return getattr(theirs, name)
    value = open_value(theirs, name, theirs.pk)
    return None if value is None else seal_value(ours, name, value, ours.pk)


def _changed(row: models.Model, values: Mapping[str, Any]) -> Iterable[Changed]:
    """Write what differs; yield the change when there was any."""
    fields = [name for name, value in values.items() if getattr(row, name) != value]
    if not fields:
        return
    before = last_version(type(row), [row.pk])
    for name in fields:
        setattr(row, name, values[name])
    _save(row, fields)
    yield Changed(type(row), row.pk, fields, before, last_version(type(row), [row.pk]))


def _save(row: models.Model, fields: list[str]) -> None:
    if isinstance(row, Customer):
        refresh_keys(row)
        fields = [*fields, "pinyin", "initials", "updated_at"]
    if hasattr(row, "version"):
        row.version += 1
        fields = [*fields, "version"]
    row.save(update_fields=fields)


def _add_up_openings(kept: Customer, merged: Customer) -> Iterable[Changed]:
    """Add the history that the merged customer brought from before the system to that of the kept one."""
    ours = OpeningBalance.objects.filter(customer=kept).first()
    theirs = OpeningBalance.objects.filter(customer=merged).first()
    if theirs is None:
        return []
    if ours is None:
        return [_created(OpeningBalance, kept, theirs)]
    first = [each for each in (ours.first_order_on, theirs.first_order_on) if each]
    last = [each for each in (ours.last_order_on, theirs.last_order_on) if each]
    values = {
        "until": max(ours.until, theirs.until),
        "first_order_on": min(first, default=None),
        "last_order_on": max(last, default=None),
        **{name: getattr(ours, name) + getattr(theirs, name) for name in ("orders", "revenue", "receivable")},
    }
    return _changed(ours, values)


def _take_provenance(kept: Customer, merged: Customer, taken: list[str]) -> tuple[list[Changed], list[Moved]]:
    """Take over where the taken fields came from: what was noted of a value that gave way is said of no other."""
    theirs = {row.field: row for row in FieldProvenance.objects.filter(customer=merged, field__in=taken)}
    ours = {row.field: row for row in FieldProvenance.objects.filter(customer=kept, field__in=taken)}
    changed: list[Changed] = []
    for field, row in ours.items():
        noted = theirs.get(field) or _as_written(merged, field)
        if noted is not None:
            changed += _changed(row, {name: getattr(noted, name) for name in _PROVENANCE})
    alone = [row.pk for field, row in theirs.items() if field not in ours]
    # What was noted of single rows goes with them.
    alone += FieldProvenance.objects.filter(customer=merged, field__contains=":").values_list("pk", flat=True)
    moved = [move_rows(Link(FieldProvenance, "customer"), merged.pk, kept.pk, only=alone)] if alone else []
    return changed, moved


def _as_written(merged: Customer, field: str) -> FieldProvenance | None:
    """Return where a field came from of which nobody made a note, as a note would say it."""
    written = written_as(merged, field)
    if written is None:
        return None
    return FieldProvenance(
        channel=written.channel,
        recorded_by=User.objects.filter(pk=written.user_id or 0).first(),
        recorded_at=written.at,
        verified_on=timezone.localdate(written.at),
    )


def _attname(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).attname)  # type: ignore[union-attr]


def _raw(row: Any, name: str) -> Any:
    value = getattr(row, row._meta.get_field(name).attname)
    return bytes(value) if isinstance(value, memoryview) else value
