"""What was changed on a customer, by whom and when: read from the versions that the database keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Field, ForeignKey, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import can
from crm.sensitivity import Sensitivity, sensitivity_of
from crm.templatetags.format import day, moment
from customers.models import (
    Address,
    ContactPoint,
    CreditAccount,
    Customer,
    CustomerShare,
    Need,
    OpeningBalance,
    WishListEntry,
)
from customers.selectors.masking import masked_text

MOST_CHANGES = 200
# The records of a customer whose versions are part of its history; what they hold tells the customer.
_PARTS: tuple[type[Model], ...] = (
    ContactPoint,
    Address,
    Need,
    CreditAccount,
    CustomerShare,
    WishListEntry,
    OpeningBalance,
)
# Columns that change by themselves with every edit.
_UNSAID = {"id", "version", "updated_at", "pinyin", "initials", "customer"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, in words; both are empty when they may not be read."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record: "insert", "update" or "delete", by somebody (empty: the system)."""

    at: datetime
    what: str
    record: str
    who: str
    fields: list[FieldChange]


def changes_of(user: User, customer: Customer) -> list[Change]:
    """Return the last changes of a customer (in scope) and of what belongs to it, the newest first.

    The first version of a record is its creation. Personal values are masked for those who may not read them.
    """
    steps = [*_steps(Customer, pgh_obj=customer.pk)]
    for part in _PARTS:
        steps += _steps(part, customer=customer.pk)
    steps.sort(key=lambda step: (step.version.pgh_created_at, step.version.pgh_id), reverse=True)
    steps = steps[:MOST_CHANGES]
    names = _Names(_wanted(steps))
    readable = can(user, "personal.view")
    changes = (_change(step, names, readable) for step in steps)
    return [change for change in changes if change.what != "update" or change.fields]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of an edit that came second: as it was opened, as it stands now, and as the second one has it."""

    label: str
    before: str
    theirs: str
    yours: str
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Who saved first and when, and what differs.

    ``merged`` is what to save so that nothing of theirs is lost but where both changed the same field.
    """

    who: str
    when: datetime
    differences: list[Difference]
    merged: dict[str, Any]


def conflict_of(current: Any, opened: int, mine: Mapping[str, Any]) -> Conflict:
    """Compare an edit of the version ``opened`` with how a record stands; ``mine`` holds every edited field.

    ``current`` is any record that is tracked and has a version.
    """
    versions = current.pgh_event_model.objects.filter(pgh_obj=current.pk)
    newest = versions.select_related("pgh_context").order_by("-pgh_id").first()
    was = versions.filter(version=opened).order_by("-pgh_id").first() or current
    wanted: dict[type[Model], set[int | None]] = {User: {_actor(newest)} if newest else set()}
    compared = []
    for name, value in mine.items():
        field = current._meta.get_field(name)
        values = (_raw(was, field), _raw(current, field), value.pk if isinstance(value, Model) else value)
        compared.append((field, values))
        if isinstance(field, ForeignKey):
            wanted.setdefault(field.related_model, set()).update(values)
    names = _Names(wanted)
    return Conflict(
        who=names.who(newest) if newest else "",
        when=newest.pgh_created_at if newest else timezone.now(),
        differences=[_difference(field, values, names) for field, values in compared if len(set(values)) > 1],
        merged={
            field.name: mine_ if mine_ != before else theirs for field, (before, theirs, mine_) in compared
        },
    )


def _raw(record: Any, field: Any) -> Any:
    return getattr(record, field.attname)


def _difference(field: Any, values: tuple[Any, Any, Any], names: _Names) -> Difference:
    before, theirs, yours = (_words(field, value, names) for value in values)
    return Difference(
        label=str(field.verbose_name),
        before=before,
        theirs=theirs,
        yours=yours,
        is_conflict=len(set(values)) == len(values),
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """One version of a record beside the one before it (None: not kept, or there was none)."""

    model: type[Model]
    version: Any
    previous: Any | None

    def changed_fields(self) -> Iterator[tuple[Field[Any, Any], Any, Any]]:
        """Yield each field that the step changed, or that a part came or went with, before and after."""
        kind = self.version.pgh_label
        if (kind == "update" and self.previous is None) or (kind != "update" and self.model is Customer):
            return
        old = {"insert": None, "delete": self.version}.get(kind, self.previous)
        new = None if kind == "delete" else self.version
        # A zero or a "no" that comes or goes with its record says nothing; as a change of the record it does.
        nothing = (None, "") if old and new else (None, "", 0)
        for field in self.model._meta.concrete_fields:
            if field.name not in _UNSAID and hasattr(self.version, field.attname):
                before, after = (_raw(each, field) if each else None for each in (old, new))
                if before != after and not (before in nothing and after in nothing):
                    yield field, before, after


def _steps(model: type[Model], **condition: Any) -> Iterator[_Step]:
    """Yield the last versions of some records, each beside its predecessor."""
    events = model.pgh_event_model.objects.filter(**condition)  # type: ignore[attr-defined]
    by_record: dict[Any, list[Any]] = defaultdict(list)
    key = model._meta.pk.attname
    for event in events.select_related("pgh_context").order_by("-pgh_id")[:MOST_CHANGES]:
        by_record[getattr(event, key)].append(event)
    for versions in by_record.values():
        for version, previous in zip(versions, [*versions[1:], None], strict=True):
            yield _Step(model, version, previous)


class _Names:
    """What ids stand for, read once for all of them; the gone are shown by number."""

    def __init__(self, wanted: Mapping[type[Model], set[int | None]]) -> None:
        self._names = {
            (model, pk): str(record)
            for model, ids in wanted.items()
            for pk, record in model._default_manager.in_bulk(ids - {None, 0}).items()
        }

    def of(self, model: type[Model], pk: int) -> str:
        """Return the name of a record."""
        return self._names.get((model, pk), f"#{pk}")

    def who(self, version: Any) -> str:
        """Return who made a version, nothing when it was nobody who signs in."""
        actor = _actor(version)
        return self.of(User, actor) if actor else ""


def _wanted(steps: Iterable[_Step]) -> dict[type[Model], set[int | None]]:
    """Return the ids that some versions name, by model."""
    wanted: dict[type[Model], set[int | None]] = defaultdict(set)
    for step in steps:
        wanted[User].add(_actor(step.version))
        for field, before, after in step.changed_fields():
            if isinstance(field, ForeignKey):
                wanted[field.related_model] |= {before, after}
    return wanted


def _actor(version: Any) -> int:
    context = version.pgh_context
    user = (context.metadata or {}).get("user") if context else None
    return user if isinstance(user, int) else 0


def _change(step: _Step, names: _Names, readable: bool) -> Change:
    fields = []
    for field, before, after in step.changed_fields():
        masked = not readable and sensitivity_of(field) is not Sensitivity.OPEN
        values = [_words(field, value, names) for value in (before, after)]
        fields.append(FieldChange(str(field.verbose_name), *(map(masked_text, values) if masked else values)))
    return Change(
        at=step.version.pgh_created_at,
        what=step.version.pgh_label,
        record="" if step.model is Customer else str(step.model._meta.verbose_name),
        who=names.who(step.version),
        fields=fields,
    )


def _words(field: Field[Any, Any], value: Any, names: _Names) -> str:
    """Write a stored value as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(field, ForeignKey):
        return names.of(field.related_model, value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return str(dict(field.flatchoices).get(value, value))
