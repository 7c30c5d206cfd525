"""Rows that two records of one customer both have and may have but once: which answer holds, and what stays behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from crm.models import User
from crm.policy import can
from crm.sensitivity import Sensitivity, sensitivity_of
from customers.models import ChurnCase, Consent, Customer, CustomerShare, CustomValue
from customers.selectors.links import Link, movable_links, to_oneself, twins
from customers.selectors.masking import masked_text
from customers.selectors.merging import KEPT, MERGED, Compared
from customers.selectors.sections import custom_in_words, value_in_words

# Of what was agreed or done, the one does not stand for the other.
_OWN_STORY: tuple[type[models.Model], ...] = (ChurnCase, Consent)
_WITHOUT_ANSWER: tuple[type[models.Model], ...] = (CustomerShare, Customer.tags.through)


@dataclass(frozen=True, slots=True)
class Twin:
    """A row of the kept record and its like of the merged one; ``fields`` are the columns in which they differ."""

    link: Link
    ours: Any
    theirs: Any
    same: Sequence[str]
    fields: list[str]

    @property
    def key(self) -> str:
        """The name of the choice between the two."""
        return f"{self.link.model._meta.model_name}.{self.theirs.pk}"

    @property
    def default(self) -> str:
        """Whose answer is taken when nobody chooses: that of the kept record, where it has one."""
        return KEPT if _says_something(self.ours, self.fields) else MERGED


def answers_of_both(kept: Customer, merged: Customer) -> list[Twin]:
    """Return the rows of two customers that answer one thing differently: one of each two can hold."""
    return [
        twin
        for twin in _twins(kept, merged)
        if twin.link.model not in _OWN_STORY and _says_something(twin.theirs, twin.fields)
    ]


def compared_rows(user: User, kept: Customer, merged: Customer) -> list[Compared]:
    """Return the answers of both (customers in scope) beside each other; personal values are masked for who may not
    read them."""
    readable = can(user, "personal.view")
    return [
        Compared(
            twin.key,
            _label(twin.theirs, twin.same, user, readable),
            _words(twin.ours, twin.fields, user, readable),
            _words(twin.theirs, twin.fields, user, readable),
            twin.default,
        )
        for twin in answers_of_both(kept, merged)
    ]


def left_behind(user: User, kept: Customer, merged: Customer) -> list[str]:
    """Return, in words, the rows that a merge leaves with the record that goes away: what was agreed or done twice
    over, and what ties the two to each other."""
    readable = can(user, "personal.view")
    found = [
        _label(twin.theirs, [*twin.same, *twin.fields], user, readable)
        for twin in _twins(kept, merged)
        if twin.link.model in _OWN_STORY
    ]
    for link in movable_links():
        tied = set(to_oneself(link, link.rows_of(merged.pk), merged.pk, kept.pk))
        rows = link.model._default_manager.filter(pk__in=tied)
        found += [_label(row, _columns(link, row), user, readable) for row in rows]
    return found


def _twins(kept: Customer, merged: Customer) -> Iterator[Twin]:
    for link in movable_links():
        if link.model in _WITHOUT_ANSWER:
            continue
        for theirs_id, ours_id, same in twins(link, link.rows_of(merged.pk), kept.pk):
            rows = link.model._default_manager.in_bulk([ours_id, theirs_id])
            ours, theirs = rows[ours_id], rows[theirs_id]
            fields = [
                name
                for name in _columns(link, theirs)
                if name not in same and _raw(ours, name) != _raw(theirs, name)
            ]
            yield Twin(link, ours, theirs, same, fields)


def _says_something(row: Any, names: Sequence[str]) -> bool:
    """Whether a row says anything in some columns: "no" and zero are answers where somebody was asked."""
    nothing = (None, "") if isinstance(row, CustomValue) else (None, "", 0)
    return any(getattr(row, name) not in nothing for name in names)


def _columns(link: Link, row: models.Model) -> list[str]:
    """Return the columns that somebody fills in."""
    return [
        field.name
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in (link.field, "version") and not _is_stamped(field)
    ]


def _is_stamped(field: models.Field[Any, Any]) -> bool:
    return not field.editable or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


def _label(row: Any, names: Sequence[str], user: User, readable: bool) -> str:
    """Name a row by its kind and by some of its columns."""
    if isinstance(row, CustomValue):
        return str(row.field)
    words = _words(row, names, user, readable)
    return f"{row._meta.verbose_name} · {words}" if words else str(row._meta.verbose_name)


def _words(row: Any, names: Sequence[str], user: User, readable: bool) -> str:
    return " · ".join(filter(None, (_in_words(row, name, user, readable) for name in names)))


def _in_words(row: Any, name: str, user: User, readable: bool) -> str:
    field = row._meta.get_field(name)
    value = getattr(row, name)
    if isinstance(value, bool):
        return str(field.verbose_name) if value else ""
    if isinstance(value, Customer):
        return value.name if value.is_visible_to(user) else f"#{value.pk}"
    if isinstance(row, CustomValue):
        text, is_open = custom_in_words(row.field, value), not row.field.is_personal
    else:
        text, is_open = value_in_words(field, value), sensitivity_of(field) is Sensitivity.OPEN
    return text if readable or is_open else masked_text(text)


def _raw(row: Any, name: str) -> Any:
    return getattr(row, row._meta.get_field(name).attname)
