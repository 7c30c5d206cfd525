"""Where values came from: what was noted of a field, and for what nobody noted the versions that the database keeps.

An import notes nothing of its own: its rows are versions with its number, so that where they came from is known of
every one of them, costs an import nothing, and goes when the import is undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, Func
from django.utils import timezone

from crm.models import User
from crm.prepared import Prepared, Slot
from customers.models import ChannelKind, Customer, FieldProvenance
from customers.models.scope import CustomerChild
from customers.selectors.catalogue import FIELDS, ProfileField

FRESH_DAYS = 365
STALE_DAYS = 3 * 365
# Of a record with more versions than these, what is older counts as of the oldest that is read.
VERSIONS_READ = 200
_CHANNELS = dict(ChannelKind.choices)
_NOTES = Prepared(
    lambda: FieldProvenance.objects.filter(customer=Slot("customer")).values(
        "field", "channel", "recorded_at", "verified_on", "recorded_by__name", "recorded_by__username"
    )
)
# What noted asks of a customer, to be asked ahead.
ASKED = (_NOTES,)
_USERS = Prepared(
    lambda: (
        User.objects.filter(
            Func(
                F("pk"),
                Slot("ids", ArrayField(BigIntegerField())),
                template="(%(expressions)s))",
                arg_joiner=" = ANY(",
                output_field=BooleanField(),
            )
        )
        .order_by()
        .values("id", "name", "username")
    )
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a value came from; ``tone`` is "good" when it was verified lately, "warn" when long ago."""

    channel: str
    who: str
    recorded_on: date
    verified_on: date
    tone: str


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody noted of where a field came from."""

    channel: str
    who: str
    recorded_at: datetime
    verified_on: date


@dataclass(frozen=True, slots=True)
class Written:
    """When a version was written and by whom; ``channel`` is known of what an import wrote, of our own records."""

    at: datetime
    user_id: int | None
    channel: str


def noted(customer: Customer) -> dict[str, Note]:
    """Return what was noted of the fields of a customer (in scope), by key of the catalogue: one query."""
    return {
        row["field"]: Note(
            channel=row["channel"],
            who=row["recorded_by__name"] or row["recorded_by__username"] or "",
            recorded_at=row["recorded_at"],
            verified_on=row["verified_on"],
        )
        for row in _NOTES(customer=customer.pk)
    }


def in_words(note: Note) -> Provenance:
    """Return a note as people read it."""
    return _provenance(note.channel, note.who, note.recorded_at, note.verified_on)


def of_core_facts(customer: Customer, notes: Mapping[str, Note]) -> dict[str, Provenance]:
    """Return where the customer's own columns came from, by key: two queries.

    A note counts unless the column was written again after it.
    """
    written = _columns_written(customer, _core_columns())
    found = {}
    names = _names(written.values())
    for field in _core_fields():
        note, version = notes.get(field.key), written.get(field.key)
        if note is not None and (version is None or note.recorded_at >= version.at):
            found[field.key] = in_words(note)
        elif version is not None:
            found[field.key] = _of_version(version, names, verified_on=note.verified_on if note else None)
    return found


def asked_of_core_facts() -> tuple[Prepared[Any], ...]:
    """Return what :func:`noted` and :func:`of_core_facts` ask of a customer, to be asked ahead."""
    return (*ASKED, _versions(_columns(_core_columns())))


@lru_cache
def _core_fields() -> tuple[ProfileField, ...]:
    return tuple(field for field in FIELDS.values() if field.model is Customer and not field.is_derived)


@lru_cache
def _core_columns() -> tuple[ProfileField, ...]:
    return tuple(field for field in _core_fields() if not field.model_field.many_to_many)


def written_as(customer: Customer, key: str) -> Written | None:
    """Return how a column of the customer's own got the value that it has; None for a field of another kind."""
    field = FIELDS.get(key)
    if field is None or field.model is not Customer or field.model_field.many_to_many:
        return None
    return _columns_written(customer, [field]).get(key)


def of_rows(
    customer: Customer, rows: Sequence[CustomerChild], notes: Mapping[str, Note]
) -> dict[Any, Provenance]:
    """Return where each of some rows of one model came from, by its key: at most two queries.

    A note is of the row that was written last; how the others were collected is said by imports alone.
    """
    if not rows:
        return {}
    model = type(rows[0])
    versions = list(
        model.pgh_event_model.objects.filter(pgh_obj__in=[row.pk for row in rows])  # type: ignore[attr-defined]
        .order_by("pgh_obj", "-pgh_id")
        .distinct("pgh_obj")
        .values_list("pgh_obj", "pgh_created_at", "pgh_context__metadata", "pgh_id")
    )
    written = {pk: _written(at, metadata) for pk, at, metadata, _version in versions}
    if not written:
        return {}
    names = _names(written.values())
    last = max(versions, key=lambda version: version[3])[0]
    keys = [field.key for field in fields_of_rows(model, customer.kind)]
    mine = [notes[key] for key in keys if key in notes and notes[key].recorded_at >= written[last].at]
    channel = max(mine, key=lambda note: note.recorded_at).channel if mine else ""
    return {pk: _of_version(version, names, channel if pk == last else "") for pk, version in written.items()}


def fields_of_rows(model: type[Any], kind: str) -> list[ProfileField]:
    """Return the fields of a person or a company whose values are the rows of a model."""
    return [
        field
        for field in FIELDS.values()
        if field.model is model
        and field.rows is not None
        and not field.is_sealed
        and field.key.partition(".")[0] in {kind, "customer"}
    ]


def _columns_written(customer: Customer, fields: Sequence[ProfileField]) -> dict[str, Written]:
    """Return by which version each field got the value that it has; a field without one is left out."""
    columns = {field.key: [_attribute(name) for name in field.columns] for field in fields}
    versions = _versions(_columns(fields))(customer=customer.pk)[::-1]
    found: dict[str, Written] = {}
    before: dict[str, Any] = {}
    for version in versions:
        for key, names in columns.items():
            values = [version[name] for name in names]
            if values != [before.get(name) for name in names]:
                found[key] = _written(version["pgh_created_at"], version["pgh_context__metadata"])
        before = version
    return found


def _columns(fields: Iterable[ProfileField]) -> tuple[str, ...]:
    """Return the columns of some fields, each once."""
    return tuple(dict.fromkeys(_attribute(name) for field in fields for name in field.columns))


def _attribute(name: str) -> str:
    return str(Customer._meta.get_field(name).attname)  # type: ignore[union-attr]


@lru_cache
def _versions(columns: tuple[str, ...]) -> Prepared[dict[str, Any]]:
    """Return the query that reads some columns of a customer's versions, the newest first."""
    model = Customer.pgh_event_model  # type: ignore[attr-defined]
    return Prepared(
        lambda: (
            model.objects.filter(pgh_obj=Slot("customer"))
            .order_by("-pgh_id")
            .values("pgh_created_at", "pgh_context__metadata", *columns)[:VERSIONS_READ]
        )
    )


def _written(at: datetime, metadata: Mapping[str, Any] | None) -> Written:
    said = metadata or {}
    channel = ChannelKind.INTERNAL_RECORDS.value if "import_batch" in said else ""
    return Written(at, said.get("user"), channel)


def _names(versions: Iterable[Written]) -> dict[int, str]:
    wanted = {version.user_id for version in versions if version.user_id is not None}
    rows = _USERS(ids=sorted(wanted)) if wanted else ()
    return {row["id"]: row["name"] or row["username"] for row in rows}


def _of_version(
    version: Written, names: Mapping[int, str], channel: str = "", verified_on: date | None = None
) -> Provenance:
    who = names.get(version.user_id, "") if version.user_id is not None else ""
    day = timezone.localdate(version.at)
    return _provenance(version.channel or channel, who, version.at, max(day, verified_on or day))


def _provenance(channel: str, who: str, at: datetime, verified_on: date) -> Provenance:
    age = (timezone.localdate() - verified_on).days
    return Provenance(
        channel=str(_CHANNELS.get(channel, "")),
        who=who,
        recorded_on=timezone.localdate(at),
        verified_on=verified_on,
        tone="good" if age <= FRESH_DAYS else "none" if age <= STALE_DAYS else "warn",
    )
