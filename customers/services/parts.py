"""Writing what hangs on a customer: a row is added, changed, removed and put back, in scope and on record.

A row belongs to a customer and may name others (a tie, an employer); whoever writes it must see every one of them.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pghistory
from django.db import transaction
from django.db.models import Model

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import (
    Competitor,
    Complaint,
    ContactPoint,
    Customer,
    Gift,
    Informant,
    Interaction,
    Interview,
    Note,
    Opinion,
    Opportunity,
    Survey,
    WishListEntry,
)
from customers.models.scope import CustomerChild
from customers.selectors.parts import parts_in_scope, state_of
from customers.selectors.provenance import fields_of_rows, row_key
from customers.services import provenance

P = TypeVar("P", bound=CustomerChild)

# Whose work a row is, when nobody else is named.
_SIGNED: dict[type[Model], str] = {
    Complaint: "rep",
    Gift: "given_by",
    Informant: "owner",
    Interaction: "rep",
    Interview: "interviewer",
    Note: "author",
    Opinion: "rep",
    Opportunity: "owner",
    WishListEntry: "owner",
}


class PartConflictError(Exception):
    """Somebody saved the row after it was opened for editing; ``current`` is how it stands now."""

    def __init__(self, current: CustomerChild) -> None:
        super().__init__(str(current.pk))
        self.current = current


@transaction.atomic
def add_part(model: type[P], *, actor: User, fields: Mapping[str, Any], collected_by: str = "") -> P:
    """Add a row and return it; ``fields`` name its customer too, ``collected_by`` is how a profile's row was learned.

    Raises PermissionDenied; Customer.DoesNotExist when the actor may not see a customer whom the row names;
    IntegrityError for a row that is there already.
    """
    require(actor, "customer.edit")
    _require_in_scope(actor, fields)
    signature = {_SIGNED[model]: actor} if model in _SIGNED else {}
    with pghistory.context(user=actor.pk):
        new = _write_new(fields)
        row = model(**{**signature, **fields})
        row.save(force_insert=True)
        _settle(row)
    _note_source(actor, row, collected_by)
    _note_new(actor, new)
    _note(actor, "add", row, fields)
    return row


@transaction.atomic
def change_part(
    model: type[P],
    pk: object,
    *,
    actor: User,
    changes: Mapping[str, Any],
    seen: str | None = None,
    collected_by: str = "",
) -> P:
    """Change some fields of a row and return it; ``seen`` is its ``state_of`` when the actor opened it.

    Raises PermissionDenied; ``model.DoesNotExist`` or Customer.DoesNotExist when the actor may not see the row
    or a customer whom it shall name; PartConflictError when it was saved since, and nothing is changed then.
    """
    require(actor, "customer.edit")
    row = _locked(model, pk, actor)
    if seen is not None and seen != state_of(row):
        raise PartConflictError(row)
    if not changes:
        return row
    _require_in_scope(actor, changes)
    with pghistory.context(user=actor.pk):
        new = _write_new(changes)
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()
        _settle(row)
    _note_source(actor, row, collected_by)
    _note_new(actor, new)
    _note(actor, "change", row, changes)
    return row


@transaction.atomic
def remove_part(model: type[P], pk: object, *, actor: User) -> P:
    """Remove a row and return what it was; ``put_back_part`` brings it back.

    Raises PermissionDenied, and ``model.DoesNotExist`` when the actor may not see it.
    """
    require(actor, "customer.edit")
    row = _locked(model, pk, actor)
    with pghistory.context(user=actor.pk):
        model._default_manager.filter(pk=pk).delete()
    _note(actor, "remove", row, {})
    return row


@transaction.atomic
def put_back_part(model: type[P], pk: object, *, actor: User) -> P:
    """Bring a removed row back as it was, under its own key.

    Raises PermissionDenied; ``model.DoesNotExist`` when nothing was removed under that key that the actor might
    see; IntegrityError when something has taken its place.
    """
    require(actor, "customer.edit")
    versions = model.pgh_event_model.objects.filter(pgh_obj_id=pk)  # type: ignore[attr-defined]
    last = versions.order_by("-pgh_id").first()
    if last is None or last.pgh_label != "delete" or model._default_manager.filter(pk=pk).exists():
        raise model.DoesNotExist
    row = model(**{field.attname: getattr(last, field.attname) for field in model._meta.concrete_fields})
    with pghistory.context(user=actor.pk):
        # As it was: saved plainly, no field would be given a new time.
        row.save_base(raw=True, force_insert=True)
        if not parts_in_scope(actor, model).filter(pk=row.pk).exists():
            raise model.DoesNotExist  # and nothing is put back
        _settle(row)
    _note(actor, "put_back", row, {})
    return row


@transaction.atomic
def confirm_part(model: type[P], pk: object, *, actor: User) -> P:
    """Note that a row was found to be still true today, and return it.

    Raises PermissionDenied, and ``model.DoesNotExist`` when the actor may not see it.
    """
    require(actor, "customer.edit")
    row = _locked(model, pk, actor)
    customer: Customer | None = getattr(row, "customer", None)
    if customer is not None:
        provenance.confirm_row(customer, row, actor=actor)
    _note(actor, "confirm", row, {})
    return row


def _locked(model: type[P], pk: object, actor: User) -> P:
    """Return a row for writing; every customer whom it names as its own must be in the actor's scope."""
    return parts_in_scope(actor, model).select_for_update(of=("self",)).get(pk=pk)


def _require_in_scope(actor: User, fields: Mapping[str, Any]) -> None:
    named = {value.pk for value in fields.values() if isinstance(value, Customer)}
    if Customer.objects.visible_to(actor).filter(pk__in=named).count() != len(named):
        raise Customer.DoesNotExist


def _write_new(fields: Mapping[str, Any]) -> list[Competitor | Survey]:
    """Write what the fields name for the first time, a competitor or a survey, and return it."""
    new = [
        value for value in fields.values() if isinstance(value, Competitor | Survey) and value._state.adding
    ]
    for value in new:
        value.save()
    return new


def _note_new(actor: User, new: list[Competitor | Survey]) -> None:
    """Put on record what was written with a row; last of all, for the trail is held from there to the end."""
    for value in new:
        name = value._meta.model_name
        audit.record(actor, f"{name}.add", f"{name}:{value.pk}")


def _note_source(actor: User, row: CustomerChild, channel: str) -> None:
    """Note of which fields of the profile the row is a value, that they were recorded now, and how."""
    customer: Customer | None = getattr(row, "customer", None)
    if customer is None:
        return
    keys = [
        field.key
        for field in fields_of_rows(type(row), customer.kind)
        if all(_meets(row, condition, value) for condition, value in (field.rows or {}).items())
    ]
    if keys:
        keys.append(row_key(type(row), row.pk))
        provenance.note(customer, keys, actor=actor, channel=channel)


def _meets(row: Model, condition: str, value: Any) -> bool:
    """Whether a row meets a condition of the catalogue: a field that is a value, or one of several."""
    name, _double, lookup = condition.partition("__")
    held = getattr(row, name)
    return held in value if lookup == "in" else bool(held == value)


def _note(actor: User, verb: str, row: CustomerChild, fields: Mapping[str, Any]) -> None:
    name = row._meta.model_name
    subject = f"customer:{getattr(row, 'customer_id', None)}"
    names = sorted(set(fields) - {"customer"})
    audit.record(actor, f"{name}.{verb}", subject, record=str(row.pk), fields=names)


def _one_primary(point: ContactPoint) -> None:
    """Of several numbers of one kind, the one that was called primary last is it."""
    if point.is_primary:
        others = ContactPoint.objects.filter(
            customer=point.customer_id, kind=point.kind, is_primary=True
        ).exclude(pk=point.pk)
        others.update(is_primary=False)


_SETTLING: dict[type[Model], Callable[[Any], None]] = {ContactPoint: _one_primary}


def _settle(row: Model) -> None:
    """Keep true what holds between the rows of a customer."""
    _SETTLING.get(type(row), lambda _row: None)(row)
