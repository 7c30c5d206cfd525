"""Giving the rows that hang on a customer to another one, and what was done to them since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Max

from crm.sealing import SealedField
from customers.selectors.links import Link, to_oneself, twins
from customers.services.sealing import open_value, seal_value


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows that went over by one column; ``after`` is the last of their versions that the move itself made, ``stayed``
    how many more were left where they were."""

    link: Link
    ids: list[Any]
    after: int
    stayed: int = 0

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


def move_rows(link: Link, source_id: int, target_id: int, only: Sequence[Any] | None = None) -> Moved:
    """Give the rows of one customer to another, but those that the other has already or that would tie it to itself."""
    rows = link.rows_of(source_id).select_for_update(of=("self",))
    if only is not None:
        rows = rows.filter(pk__in=only)
    staying = {pk for pk, _like, _same in twins(link, rows, target_id)}
    staying |= set(to_oneself(link, rows, source_id, target_id))
    ids = [each for each in rows.values_list("pk", flat=True) if each not in staying]
    if ids:
        link.model._default_manager.filter(pk__in=ids).update(**{link.field: target_id})
        _seal_anew(link, ids, source_id, target_id)
    return Moved(link, ids, last_version(link.model, ids), len(staying))


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
