"""The columns by which rows belong to a customer, and which rows of two customers are in each other's way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Q

from crm.history import Event
from customers.models import (
    ChangedCustomer,
    CompanyProfile,
    CreditAccount,
    Customer,
    CustomerActivity,
    CustomerMerge,
    DataKey,
    FieldProvenance,
    NotDuplicate,
    OpeningBalance,
    PersonProfile,
    Residence,
)

# What a customer has one of: not moved, but put together field by field.
SINGLES: tuple[type[models.Model], ...] = (
    PersonProfile,
    CompanyProfile,
    Residence,
    CreditAccount,
    OpeningBalance,
)
# What tells of a record rather than of the customer behind it, and stays with the record.
STAYING: tuple[type[models.Model], ...] = (
    ChangedCustomer,
    CustomerActivity,
    CustomerMerge,
    DataKey,
    FieldProvenance,
    NotDuplicate,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A column by which rows of a model belong to a customer."""

    model: type[models.Model]
    field: str
    # Whether the row tells of somebody else, who goes on without this customer.
    is_loose: bool = False

    def rows_of(self, customer_id: int) -> models.QuerySet[Any]:
        """Return the rows that belong to a customer by this column."""
        return self.model._default_manager.filter(**{self.field: customer_id}).order_by("pk")


@cache
def movable_links() -> tuple[Link, ...]:
    """Return every column of this app that names a customer and whose rows can go over to another one."""
    found = [
        Link(relation.related_model, relation.field.name)
        for relation in _relations()
        if relation.related_model not in STAYING
        and not (relation.related_model in SINGLES and relation.field.name == "customer")
    ]
    return tuple(sorted(found, key=lambda link: (link.model._meta.label, link.field)))


@cache
def every_link() -> tuple[Link, ...]:
    """Return every column of this app that names a customer."""
    found = [
        Link(relation.related_model, relation.field.name, relation.on_delete is models.SET_NULL)
        for relation in _relations()
    ]
    return tuple(sorted(found, key=lambda link: (link.model._meta.label, link.field)))


def twins(link: Link, rows: models.QuerySet[Any], target_id: int) -> Iterator[tuple[Any, Any, Sequence[str]]]:
    """Yield the ids of rows whose like the target has, for a unique constraint allows it but once: the row's, the
    like's, and the columns but the link's that are the same in both."""
    for names, condition in _unique_with(link):
        others = [name for name in names if name != link.field]
        held = link.rows_of(target_id).filter(condition).values_list("pk", *others)
        there = {tuple(values): pk for pk, *values in held}
        for pk, *values in rows.filter(condition).values_list("pk", *others):
            if None not in values and tuple(values) in there:
                yield pk, there[tuple(values)], others


def to_oneself(link: Link, rows: models.QuerySet[Any], source_id: int, target_id: int) -> Iterator[Any]:
    """Yield the ids of rows that tie the two customers to each other."""
    for other in movable_links():
        if other.model is link.model and other.field != link.field:
            yield from rows.filter(**{f"{other.field}__in": [source_id, target_id]}).values_list(
                "pk", flat=True
            )


def _relations() -> Iterator[Any]:
    for relation in Customer._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or isinstance(relation, models.ManyToManyRel):
            continue
        model = relation.related_model
        if isinstance(model, str) or model._meta.app_label != Customer._meta.app_label:
            continue
        if not issubclass(model, Event):
            yield relation


def _unique_with(link: Link) -> Iterator[tuple[Sequence[str], Q]]:
    meta = link.model._meta
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and link.field in constraint.fields:
            yield constraint.fields, constraint.condition or Q()
    for names in meta.unique_together:
        if link.field in names:
            yield names, Q()
