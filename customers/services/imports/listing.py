"""The rows of an import to look through, before it runs as they would be, afterwards as they became."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Field, Model
from django.utils.translation import gettext as _

from customers.imports.knowledge import sensitive_places, without
from customers.imports.problems import FileProblem
from customers.imports.rows import CUSTOM
from customers.models import CustomField, ImportBatch, RowOutcome
from customers.selectors.masking import MASK
from customers.services.imports.batches import open_batch, stored_path
from customers.services.imports.corrections import corrections_of, with_corrections
from customers.services.imports.profiles import PROFILES
from customers.services.imports.reversal import SUBJECTS
from customers.services.imports.staging import Staging

REVIEWED = (RowOutcome.CREATED, RowOutcome.UPDATED)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a row changes in a field; ``old`` and ``new`` are for people to read."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """What a row repeats: a line of its own file, or a customer."""

    line: int | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row: what becomes of it and why, the record that it means, and its cells with what was corrected in them."""

    line: int
    outcome: str
    subject_id: int | None
    subject: str
    duplicate_of: Duplicate | None
    changes: tuple[FieldChange, ...]
    reason: str
    cells: tuple[str, ...]
    corrected: frozenset[int]

    @property
    def problems(self) -> tuple[tuple[int | None, str], ...]:
        """What is wrong with a rejected row: column, if it is of one, and reason."""
        return ((None, self.reason),) if self.outcome == RowOutcome.REJECTED else ()


@dataclass(frozen=True, slots=True)
class _Verdict:
    line: int
    outcome: str
    subject_id: int | None
    changes: Mapping[str, Any]
    reason: str
    cells: Sequence[str]
    new: Mapping[str, Any]


def rows(
    batch: ImportBatch, *, outcome: str | Iterable[str] = "", after: int = 0, limit: int = 50
) -> list[CheckedRow]:
    """Return the rows behind line ``after`` in the order of the file, of some outcomes only if any are given.

    Those of the standing check before the import runs, their fates afterwards; empty when there are neither. The cells
    are blank once the file is no longer kept; sensitive ones are always masked.
    """
    wanted = [outcome] if isinstance(outcome, str) and outcome else list(outcome) or list(RowOutcome.values)
    if batch.started_at is None:
        staging = Staging.of_check(batch.pk)
        verdicts = _expected(staging, wanted, after, limit) if staging.exists() else []
    else:
        verdicts = _become(batch, wanted, after, limit)
    corrections = corrections_of(batch)
    hidden = batch.columns.get("sensitive", ())
    names = _names(batch.kind, verdicts)
    labels = _Labels(SUBJECTS[batch.kind].model)
    return [
        CheckedRow(
            line=verdict.line,
            outcome=verdict.outcome,
            subject_id=verdict.subject_id,
            subject=names.get(verdict.subject_id, ""),
            duplicate_of=_duplicate(verdict),
            changes=labels.changes(verdict),
            reason=verdict.reason,
            cells=tuple(
                without(
                    with_corrections(list(verdict.cells), corrections.get(verdict.line, {})), hidden, MASK
                )
            ),
            corrected=frozenset(corrections.get(verdict.line, {})),
        )
        for verdict in verdicts
    ]


def review(batch: ImportBatch, *, after: int = 0, limit: int = 50) -> list[CheckedRow]:
    """Return the rows that created or changed a record."""
    return rows(batch, outcome=REVIEWED, after=after, limit=limit)


def _expected(staging: Staging, wanted: list[str], after: int, limit: int) -> list[_Verdict]:
    with staging.open() as cursor:
        cursor.execute(
            "SELECT j.line_no, j.outcome, j.subject_id, coalesce(j.changes, '{}'), j.reason, s.cells, to_jsonb(j)"
            " FROM judged j JOIN source s ON s.line_no = j.line_no"
            " WHERE j.outcome = ANY(%s) AND j.line_no > %s ORDER BY j.line_no LIMIT %s",
            [wanted, after, limit],
        )
        return [
            _Verdict(line, outcome, pk, json.loads(changes), reason, cells, json.loads(new))
            for line, outcome, pk, changes, reason, cells, new in cursor.fetchall()
        ]


def _become(batch: ImportBatch, wanted: list[str], after: int, limit: int) -> list[_Verdict]:
    fates = list(batch.fates.filter(outcome__in=wanted, line_no__gt=after).order_by("line_no")[:limit])
    subject = SUBJECTS[batch.kind]
    ids = [fate.subject_id for fate in fates if fate.subject_id]
    now = {record["pk"]: record for record in _plain(subject.model, ids)}
    cells = _cells(batch, [fate.line_no for fate in fates])
    return [
        _Verdict(
            fate.line_no,
            fate.outcome,
            fate.subject_id,
            fate.changes or {},
            fate.reason,
            cells.get(fate.line_no, ()),
            now.get(fate.subject_id, {}),
        )
        for fate in fates
    ]


def _plain(model: type[Model], ids: Sequence[int]) -> list[dict[str, Any]]:
    return list(model._default_manager.filter(pk__in=ids).values("pk", *_columns(model)))


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _cells(batch: ImportBatch, lines: Sequence[int]) -> dict[int, list[str]]:
    """Read some lines of the file, as far as it is there and can still be read."""
    found: dict[int, list[str]] = {}
    if not lines or not batch.stored_as or not stored_path(batch).is_file():
        return found
    wanted = set(lines)
    with suppress(FileProblem):
        opened = open_batch(batch)
        hidden = sensitive_places(opened.table, opened.mapping)
        for line, cells in opened.table:
            if line in wanted:
                found[line] = without(cells, hidden, MASK)
            if line >= lines[-1]:
                break
    return found


def _names(kind: str, verdicts: Iterable[_Verdict]) -> dict[int | None, str]:
    ids = [verdict.subject_id for verdict in verdicts if verdict.subject_id]
    records = SUBJECTS[kind].model._default_manager.filter(pk__in=ids)
    return {record.pk: str(record) for record in records}


def _duplicate(verdict: _Verdict) -> Duplicate | None:
    said = verdict.changes.get("duplicate_of")
    return Duplicate(**said) if said else None


def _told(value: Any) -> str:
    """What is kept in a custom field, in words."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else str(value)


def _in_words(model: type[Model], column: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    field = cast("Field[Any, Any]", model._meta.get_field(column))
    return str(dict(field.flatchoices).get(value, value))


class _Labels:
    """The words for a record's columns and for what stands in them."""

    def __init__(self, model: type[Model]) -> None:
        self._fields: dict[str, Field[Any, Any]] = {str(f.column): f for f in model._meta.concrete_fields}
        self._known: dict[tuple[str, Any], str] = {}
        self._custom: dict[str, CustomField] = {}

    def changes(self, verdict: _Verdict) -> tuple[FieldChange, ...]:
        """Return what a row changes, field by field; what it adds beside them in one line."""
        old = verdict.changes.get("old", {})
        changes = [
            FieldChange(
                column.removesuffix("_id"),
                str(self._fields[column].verbose_name),
                self._text(column, before),
                self._text(column, verdict.new.get(column)),
            )
            for column, before in old.items()
        ]
        for kind, profile in verdict.changes.get("profile", {}).items():
            model = PROFILES[kind]
            changes += [
                FieldChange(
                    column,
                    str(model._meta.get_field(column).verbose_name),  # type: ignore[union-attr]
                    _in_words(model, column, before),
                    _in_words(model, column, after),
                )
                for column, (before, after) in profile.items()
            ]
        custom = verdict.changes.get("custom", {})
        if custom and not self._custom:
            self._custom.update({str(each.pk): each for each in CustomField.objects.all()})
        changes += [
            FieldChange(f"{CUSTOM}{field.key}", str(field), _told(before), _told(after))
            for number, (before, after) in custom.items()
            if (field := self._custom.get(number))
        ]
        if verdict.outcome == RowOutcome.UPDATED and not changes:
            changes.append(FieldChange("", _("Contact points, addresses, tags or costs"), "", _("added")))
        return tuple(changes)

    def _text(self, column: str, value: Any) -> str:
        if value in (None, ""):
            return ""
        field = self._fields[column]
        if field.is_relation:
            key = (column, value)
            if key not in self._known:
                found = field.related_model._default_manager.filter(pk=value).first()  # type: ignore[union-attr]
                self._known[key] = str(found or "")
            return self._known[key]
        return str(dict(field.flatchoices).get(value, value))
