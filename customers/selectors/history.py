"""What was changed on a customer, by whom and when: read from the versions that the database keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Field, ForeignKey, Model, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from crm.models import User
from crm.paging import CursorError, Page
from crm.policy import can
from crm.sealing import SealedField
from crm.sensitivity import Sensitivity, sensitivity_of
from crm.templatetags.format import day, moment
from customers.models import Customer
from customers.selectors.catalogue import FIELDS
from customers.selectors.history_rows import NAMED_BY, newest_versions, tags_of_imports, tracked_models
from customers.selectors.masking import masked_text

CHANGES_SHOWN = 50
LONGEST_CURSOR = 8
LONGEST_NAME = 40
# Columns that change by themselves with every edit.
_UNSAID = {"id", "version", "updated_at", "pinyin", "initials", "customer", "identity_index"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, in words; both are empty when they may not be read."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one record: "insert", "update" or "delete", by somebody (empty: the system).

    ``record`` is empty for the customer itself; ``name`` tells which of the records of a kind it is.
    """

    at: datetime
    what: str
    record: str
    name: str
    who: str
    fields: list[FieldChange]


def changes_of(user: User, customer: Customer) -> list[Change]:
    """Return the last changes of a customer; see ``change_page``."""
    return change_page(user, customer).rows


def change_page(
    user: User, customer: Customer, *, after: str = "", before: str = "", size: int = CHANGES_SHOWN
) -> Page[Change]:
    """Return a page of the changes of a customer (in scope) and of what belongs to it, the newest first.

    The first version of a record is its creation. Personal values are masked for those who may not read them, other
    customers who may not be seen have no name, and of what is kept sealed is said only that it changed. ``after`` is
    the place from which a page starts, ``before`` the one before which it ends. Raises CursorError.
    """
    start = _place(after) if after else max(0, _place(before) - size) if before else 0
    found = list(newest_versions(user, customer)[start : start + size + 1])
    steps = _steps(found[:size])
    names = _Names(_wanted(steps), user)
    readable = can(user, "personal.view")
    of_imports = tags_of_imports(customer.pk, (_context(step) for step in steps if step.is_edit_of_customer))
    changes = (_change(step, customer, names, readable, _tags(step, of_imports)) for step in steps)
    return Page(
        [change for change in changes if change.what != "update" or change.fields],
        str(start) if start else None,
        str(start + size) if len(found) > size else None,
    )


def _place(cursor: str) -> int:
    """Read a cursor: how many changes stand before a page."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < LONGEST_CURSOR):
        raise CursorError(cursor)
    return int(cursor)


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


def conflict_of(current: Any, opened: int, mine: Mapping[str, Any], viewer: User | None = None) -> Conflict:
    """Compare an edit of the version ``opened`` with how a record stands; ``mine`` holds every edited field.

    ``current`` is any record that is tracked and has a version; customers whom ``viewer`` may not see have no name.
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
    names = _Names(wanted, viewer)
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

    @property
    def is_edit_of_customer(self) -> bool:
        """Whether the customer itself was edited."""
        return self.model is Customer and self.version.pgh_label == "update"

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


def _steps(found: Sequence[tuple[str, int, datetime]]) -> list[_Step]:
    """Return the versions that were found, in their order, each beside its predecessor."""
    ids: dict[str, list[int]] = defaultdict(list)
    for label, version, _at in found:
        ids[label].append(version)
    models, read = tracked_models(), {}
    for label, wanted in ids.items():
        for version, previous in _versions(models[label], wanted):
            read[label, version.pgh_id] = _Step(models[label], version, previous)
    return [read[label, version] for label, version, _at in found]


def _versions(model: type[Model], wanted: Sequence[int]) -> Iterator[tuple[Any, Any]]:
    """Yield some versions of a model, each with the one before it of the same record, None for the first."""
    events = model.pgh_event_model.objects  # type: ignore[attr-defined]
    # By the record that was tracked, which has an index: by the copy of its own key every version would be read.
    earlier = events.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
    versions = list(
        events.filter(pgh_id__in=wanted)
        .annotate(earlier_id=Subquery(earlier.values("pgh_id")[:1]))
        .select_related("pgh_context")
    )
    predecessors = events.in_bulk({each.earlier_id for each in versions} - {None})
    for version in versions:
        yield version, predecessors.get(version.earlier_id)


class _Names:
    """What ids stand for, read once for all of them; the gone are shown by number."""

    def __init__(self, wanted: Mapping[type[Model], set[int | None]], user: User | None = None) -> None:
        self._names = {
            (model, pk): str(record)
            for model, ids in wanted.items()
            for pk, record in self._seen(model, user).in_bulk(ids - {None, 0}).items()
        }

    @staticmethod
    def _seen(model: type[Model], user: User | None) -> QuerySet[Any, Any]:
        """Return the records whose names ``user`` may read."""
        return (
            Customer.objects.visible_to(user) if model is Customer and user else model._default_manager.all()
        )

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
        for field in _naming(step.model):
            if isinstance(field, ForeignKey):
                wanted[field.related_model].add(_raw(step.version, field))
    return wanted


def _naming(model: type[Model]) -> list[Any]:
    """Return the fields by which people know a row."""
    return [model._meta.get_field(name) for name in NAMED_BY.get(model, ())]


def _actor(version: Any) -> int:
    user = _metadata(version).get("user")
    return user if isinstance(user, int) else 0


def _metadata(version: Any) -> Mapping[str, Any]:
    """Return what is known of the circumstances of a change."""
    context = version.pgh_context
    return (context.metadata or {}) if context else {}


def _context(step: _Step) -> Mapping[str, Any]:
    return _metadata(step.version)


def _tags(step: _Step, of_imports: Mapping[tuple[str, int], list[str]]) -> list[FieldChange]:
    """Return the tags that came and went with an edit of the customer: they have no versions of their own."""
    if not step.is_edit_of_customer:
        return []
    known = _metadata(step.version)
    came = [*known.get("tags_added", ()), *of_imports.get(("import_batch", known.get("import_batch", 0)), ())]
    went = [
        *known.get("tags_removed", ()),
        *of_imports.get(("import_undone", known.get("import_undone", 0)), ()),
    ]
    return [
        *([FieldChange(_("tags taken off"), _(", ").join(went), "")] if went else ()),
        *([FieldChange(_("tags added"), "", _(", ").join(came))] if came else ()),
    ]


def _name(step: _Step, customer: Customer, names: _Names, readable: bool) -> str:
    """Name a row among its like, masked for who may not read it; whose history it is goes without saying."""
    words = []
    for field in _naming(step.model):
        value = _raw(step.version, field)
        if field.related_model is Customer and value == customer.pk:
            continue
        text = _words(field, value, names)
        masked = not readable and sensitivity_of(field) is not Sensitivity.OPEN
        words.append(masked_text(text) if masked else Truncator(text).chars(LONGEST_NAME))
    return " · ".join(filter(None, words))


def _change(
    step: _Step, customer: Customer, names: _Names, readable: bool, tags: Iterable[FieldChange]
) -> Change:
    fields = list(tags)
    for field, before, after in step.changed_fields():
        if isinstance(field, SealedField):
            fields.append(FieldChange(str(field.verbose_name), "", _("changed")))
            continue
        masked = not readable and sensitivity_of(field) is not Sensitivity.OPEN
        values = [_words(field, value, names) for value in (before, after)]
        fields.append(FieldChange(str(field.verbose_name), *(map(masked_text, values) if masked else values)))
    return Change(
        at=step.version.pgh_created_at,
        what=step.version.pgh_label,
        record="" if step.model is Customer else str(step.model._meta.verbose_name),
        name=_name(step, customer, names, readable),
        who=names.who(step.version),
        fields=fields,
    )


def _words(field: Field[Any, Any], value: Any, names: _Names) -> str:
    """Write a stored value as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(field, ForeignKey):
        return names.of(field.related_model, value)
    if field.name == "field" and value in FIELDS:
        return str(FIELDS[value].title)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return str(dict(field.flatchoices).get(value, value))
