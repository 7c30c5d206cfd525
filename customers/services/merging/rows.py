"""The rows that hang on a customer: which of them go over to another customer, and which stay where they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Max, Q

from crm.history import Event
from crm.sealing import SealedField
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
from customers.services.sealing import open_value, seal_value

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


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows that went over by one column; ``after`` is the last of their versions that the move itself made."""

    link: Link
    ids: list[Any]
    after: int

    def document(self) -> dict[str, Any]:
        """Write it for the log of a merge."""
        ids = [each if isinstance(each, int) else str(each) for each in self.ids]
        return {
            "model": self.link.model._meta.label,
            "field": self.link.field,
            "ids": ids,
            "after": self.after,
        }

    @classmethod
    def read(cls, document: dict[str, Any]) -> Moved:
        """Read it from the log of a merge."""
        link = Link(apps.get_model(document["model"]), document["field"])
        return cls(link, [link.model._meta.pk.to_python(each) for each in document["ids"]], document["after"])


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


def move_rows(link: Link, source_id: int, target_id: int, only: Sequence[Any] | None = None) -> Moved:
    """Give the rows of one customer to another, but those that the other has already or that would tie it to itself."""
    rows = link.rows_of(source_id).select_for_update(of=("self",))
    if only is not None:
        rows = rows.filter(pk__in=only)
    staying = set(_in_the_way(link, rows, target_id)) | set(_to_oneself(link, rows, source_id, target_id))
    ids = [each for each in rows.values_list("pk", flat=True) if each not in staying]
    if ids:
        link.model._default_manager.filter(pk__in=ids).update(**{link.field: target_id})
        _seal_anew(link, ids, source_id, target_id)
    return Moved(link, ids, last_version(link.model, ids))


def _seal_anew(link: Link, ids: Sequence[Any], source_id: int, target_id: int) -> None:
    """Put what is sealed in rows that went over under the key of their new customer."""
    columns = [field.name for field in link.model._meta.concrete_fields if isinstance(field, SealedField)]
    if not columns or link.field != "customer":
        return
    for row in link.model._default_manager.filter(pk__in=ids):
        opened = {column: open_value(row, column, source_id) for column in columns}
        sealed = {
            column: seal_value(row, column, value, target_id)
            for column, value in opened.items()
            if value is not None
        }
        if sealed:
            link.model._default_manager.filter(pk=row.pk).update(**sealed)


def last_version(model: type[models.Model], ids: Sequence[Any]) -> int:
    """Return the number of the newest version that is kept of some rows; 0 without one."""
    versions = versions_of(model)
    if versions is None or not ids:
        return 0
    newest = versions.filter(pgh_obj_id__in=ids).aggregate(newest=Max("pgh_id"))["newest"]
    return newest or 0


def edited_since(moved: Moved) -> set[Any]:
    """Return the ids of rows that somebody edited or deleted after they went over."""
    versions = versions_of(moved.link.model)
    if versions is None:
        return set()
    later = versions.filter(pgh_obj_id__in=moved.ids, pgh_id__gt=moved.after)
    return set(later.values_list("pgh_obj_id", flat=True))


def versions_of(model: type[models.Model]) -> models.QuerySet[Any] | None:
    """Return the kept versions of a model's rows, None when none are kept."""
    events = getattr(model, "pgh_event_model", None)
    return events.objects.all() if events is not None else None


def _relations() -> Iterator[Any]:
    for relation in Customer._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or isinstance(relation, models.ManyToManyRel):
            continue
        model = relation.related_model
        if isinstance(model, str) or model._meta.app_label != Customer._meta.app_label:
            continue
        if not issubclass(model, Event):
            yield relation


def _in_the_way(link: Link, rows: models.QuerySet[Any], target_id: int) -> Iterator[Any]:
    """Yield the ids of rows whose like the target has: a unique constraint allows it but once."""
    for names, condition in _unique_with(link):
        others = [name for name in names if name != link.field]
        held = link.rows_of(target_id).filter(condition).values_list("pk", *others)
        there = {tuple(values) for _pk, *values in held}
        for pk, *values in rows.filter(condition).values_list("pk", *others):
            if None not in values and tuple(values) in there:
                yield pk


def _unique_with(link: Link) -> Iterator[tuple[Sequence[str], Q]]:
    meta = link.model._meta
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and link.field in constraint.fields:
            yield constraint.fields, constraint.condition or Q()
    for names in meta.unique_together:
        if link.field in names:
            yield names, Q()


def _to_oneself(link: Link, rows: models.QuerySet[Any], source_id: int, target_id: int) -> Iterator[Any]:
    """Yield the ids of rows that tie the two customers to each other."""
    for other in movable_links():
        if other.model is link.model and other.field != link.field:
            yield from rows.filter(**{f"{other.field}__in": [source_id, target_id]}).values_list(
                "pk", flat=True
            )
