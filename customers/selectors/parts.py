"""Reading what hangs on a customer: the rows of one kind, as far as somebody may see them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Exists, Field, Model, OuterRef, Q, QuerySet

from crm.models import User
from crm.policy import can
from crm.sensitivity import Sensitivity, sensitivity_of
from customers.models import Customer, Employment, Informant, KeyPerson, Referral, Relation
from customers.models.scope import CustomerChild
from customers.selectors.masking import masked_text

P = TypeVar("P", bound=CustomerChild)

MOST_ROWS = 200
STATE_LENGTH = 16
# Rows that say nothing without the other end: who may not see that one does not see the row.
_TIES: dict[type[Model], tuple[str, type[Any]]] = {
    Relation: ("other", Customer),
    KeyPerson: ("person", Customer),
    Referral: ("informant", Informant),
}
# Rows that say something without the other customer: only that one is left out.
_ASIDE: dict[type[Model], tuple[str, ...]] = {Employment: ("employer",)}


@dataclass(frozen=True, slots=True)
class OpenedPart(Generic[P]):
    """One row, and the digest of how it stood when it was opened."""

    row: P
    state: str


def parts_in_scope(user: User, model: type[P]) -> QuerySet[P]:
    """Return the rows of a kind that ``user`` may see: those whose customer they see, and the one it ties them to."""
    rows = cast(QuerySet[P], model._default_manager.visible_to(user))
    if model in _TIES:
        name, other = _TIES[model]
        # Asked of each row: they are few, and to list all whom somebody may see is not.
        seen = Exists(other.objects.visible_to(user).filter(pk=OuterRef(name)))
        rows = rows.filter(Q(**{f"{name}__isnull": True}) | seen)
    return rows


def parts_of(
    user: User,
    model: type[P],
    customer: Customer,
    *,
    owner: str = "customer",
    related: Sequence[str] = (),
    fixed: Mapping[str, Any] = MappingProxyType({}),
    limit: int = MOST_ROWS,
) -> list[P]:
    """Return the rows of a customer (in scope) in their own order, masked for those who may not read them.

    ``owner`` names the field by which the rows belong to the customer, ``related`` what is read along, ``fixed``
    what all of them hold.
    """
    rows = parts_in_scope(user, model).filter(**{owner: customer, **fixed})
    if related:
        rows = rows.select_related(*related)
    found = list(rows[:limit])
    _leave_out_unseen(user, model, found)
    return found if can(user, "personal.view") else [masked(row) for row in found]


def part(user: User, model: type[P], pk: object) -> OpenedPart[P] | None:
    """Return one row, or None when there is none that ``user`` may see."""
    row = parts_in_scope(user, model).filter(pk=pk).first()
    if row is None:
        return None
    opened = OpenedPart(row, state_of(row))
    _leave_out_unseen(user, model, [row])
    return opened


def state_of(row: Model) -> str:
    """Return a digest of all that a row holds: whoever edits it shows by it what they saw."""
    values = [_plain(field, row) for field in row._meta.concrete_fields]
    several = (field.value_from_object(row) for field in row._meta.many_to_many)
    values.extend(sorted(each.pk for each in linked) for linked in several)
    text = json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:STATE_LENGTH]


def masked(row: P) -> P:
    """Mask the texts of a row that describe a natural person, and leave out its other personal values.

    So too of the informant that it was read with: the name is theirs.
    """
    for read_along in row._state.fields_cache.values():
        if isinstance(read_along, Informant):
            masked(read_along)
    for field in row._meta.concrete_fields:
        if sensitivity_of(field) is not Sensitivity.PERSONAL:
            continue
        value = getattr(row, field.attname)
        if isinstance(value, str) and not field.choices:
            setattr(row, field.attname, masked_text(value))
        elif value is not None:
            setattr(row, field.attname, False if isinstance(value, bool) else None)
    return row


def _leave_out_unseen(user: User, model: type[Model], rows: Iterable[Any]) -> None:
    """Leave out the other customers of some rows, where ``user`` may not see them."""
    for name in _ASIDE.get(model, ()):
        named = {getattr(row, f"{name}_id") for row in rows} - {None}
        if not named:
            continue
        seen = set(Customer.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))
        for row in rows:
            if getattr(row, f"{name}_id") not in seen:
                setattr(row, name, None)


def _plain(field: Field[Any, Any], row: Model) -> Any:
    value = getattr(row, field.attname)
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
