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
from django.db.models import BigIntegerField, BooleanField, F, Func, Model
from django.utils import timezone

from crm.models import User
from crm.prepared import Prepared, Slot
from customers.models import (
    ChannelKind,
    CompanyProfile,
    Customer,
    CustomerKind,
    CustomValue,
    FieldProvenance,
    PersonProfile,
)
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
CUSTOM = "custom."
_CUSTOM_VERSIONS = Prepared(
    lambda: (
        CustomValue.pgh_event_model.objects.filter(customer=Slot("customer"))  # type: ignore[attr-defined]
        .order_by("-pgh_id")
        .values("pgh_created_at", "pgh_context__metadata", "pgh_label", "field__key", "value")[:VERSIONS_READ]
    )
)
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
    """When a version was written and by whom; ``channel`` is known of what an import wrote, of our own records.

    ``is_carried`` says that a merge carried the value over from another record, and with it what was noted of it.
    """

    at: datetime
    user_id: int | None
    channel: str
    is_carried: bool = False


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
    written = _columns_written(customer, Customer, _core_columns())
    return _told(notes, written, [field.key for field in _core_fields()])


def of_profile(customer: Customer, notes: Mapping[str, Note]) -> dict[str, Provenance]:
    """Return where the fields of a customer's profile and its custom values came from, by key: three queries.

    A note counts unless the value was written again after it.
    """
    model = _profile_of(customer.kind)
    written = _columns_written(customer, model, _profile_columns(model)) | _custom_written(customer)
    return _told(notes, written, notes.keys() | written.keys())


def asked_of_versions(kind: str) -> tuple[Prepared[Any], ...]:
    """Return what :func:`of_profile` asks of a customer of a kind, to be asked ahead."""
    model = _profile_of(kind)
    return (_versions(model, _columns(model, _profile_columns(model))), _CUSTOM_VERSIONS)


def _told(
    notes: Mapping[str, Note], written: Mapping[str, Written], keys: Iterable[str]
) -> dict[str, Provenance]:
    """Say where fields came from by what was noted of them, or by what wrote them since."""
    found = {}
    names = _names(written.values())
    for key in keys:
        note, version = notes.get(key), written.get(key)
        if note is not None and (version is None or version.is_carried or note.recorded_at >= version.at):
            found[key] = in_words(note)
        elif version is not None:
            found[key] = _of_version(version, names, verified_on=note.verified_on if note else None)
    return found


def asked_of_core_facts() -> tuple[Prepared[Any], ...]:
    """Return what :func:`noted` and :func:`of_core_facts` ask of a customer, to be asked ahead."""
    return (*ASKED, _versions(Customer, _columns(Customer, _core_columns())))


@lru_cache
def _core_fields() -> tuple[ProfileField, ...]:
    return tuple(field for field in FIELDS.values() if field.model is Customer and not field.is_derived)


@lru_cache
def _core_columns() -> tuple[ProfileField, ...]:
    return tuple(field for field in _core_fields() if not field.model_field.many_to_many)


def _profile_of(kind: str) -> type[PersonProfile | CompanyProfile]:
    return PersonProfile if kind == CustomerKind.PERSON else CompanyProfile


@lru_cache
def _profile_columns(model: type[Model]) -> tuple[ProfileField, ...]:
    return tuple(field for field in FIELDS.values() if field.model is model and not field.is_derived)


def written_as(customer: Customer, key: str) -> Written | None:
    """Return how a column of the customer's or its profile's, or a custom field, got the value that it has.

    None for a field of another kind, and for a value that is not there.
    """
    if key.startswith(CUSTOM):
        return _custom_written(customer).get(key)
    field = FIELDS.get(key)
    if field is None or field.model not in {Customer, _profile_of(customer.kind)}:
        return None
    if field.model_field.many_to_many:
        return None
    return _columns_written(customer, field.model, [field]).get(key)


def of_rows(
    customer: Customer, rows: Sequence[CustomerChild], notes: Mapping[str, Note]
) -> dict[Any, Provenance]:
    """Return where each of some rows of one model came from, by its key: at most two queries.

    How a row was learned is said by what was noted of it, or by the import that wrote it; when it was last found to be
    true, by a note. Where none was made of a row itself, what was noted of its field is of the row written last.
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
    found = {}
    for pk, version in written.items():
        own = notes.get(row_key(model, pk))
        said = [own] if own else [notes[key] for key in keys if key in notes and pk == last]
        newer = [note for note in said if note.recorded_at >= version.at]
        channel = max(newer, key=lambda note: note.recorded_at).channel if newer else ""
        found[pk] = _of_version(version, names, channel, verified_on=own.verified_on if own else None)
    return found


def row_key(model: type[Model], pk: object) -> str:
    """Return the key by which a note is of one row, not of all rows that are values of a field: ``need:7``."""
    return f"{model._meta.model_name}:{pk}"


def fields_of_rows(model: type[Any], kind: str) -> list[ProfileField]:
    """Return the fields of a person or a company whose values stand in the rows of a model."""
    return [
        field
        for field in FIELDS.values()
        if field.model is model and not field.is_sealed and field.key.partition(".")[0] in {kind, "customer"}
    ]


def _columns_written(
    customer: Customer, model: type[Model], fields: Sequence[ProfileField]
) -> dict[str, Written]:
    """Return by which version each field got the value that it has; a field without one is left out."""
    columns = {field.key: [_attribute(model, name) for name in field.columns] for field in fields}
    versions = _versions(model, _columns(model, fields))(customer=customer.pk)[::-1]
    found: dict[str, Written] = {}
    before: dict[str, Any] = {}
    for version in versions:
        for key, names in columns.items():
            values = [version[name] for name in names]
            if values != [before.get(name) for name in names]:
                found[key] = _written(version["pgh_created_at"], version["pgh_context__metadata"])
        before = version
    return found


def _custom_written(customer: Customer) -> dict[str, Written]:
    """Return by which version each custom field got the value that it has, by ``custom.<key>``."""
    found: dict[str, Written] = {}
    before: dict[str, Any] = {}
    for version in _CUSTOM_VERSIONS(customer=customer.pk)[::-1]:
        key, value = f"{CUSTOM}{version['field__key']}", version["value"]
        if version["pgh_label"] == "delete":
            found.pop(key, None)
            before.pop(key, None)
        elif before.get(key) != value:
            found[key] = _written(version["pgh_created_at"], version["pgh_context__metadata"])
            before[key] = value
    return found


def _columns(model: type[Model], fields: Iterable[ProfileField]) -> tuple[str, ...]:
    """Return the columns of some fields, each once."""
    return tuple(dict.fromkeys(_attribute(model, name) for field in fields for name in field.columns))


def _attribute(model: type[Model], name: str) -> str:
    return str(model._meta.get_field(name).attname)  # type: ignore[union-attr]


@lru_cache
def _versions(model: type[Any], columns: tuple[str, ...]) -> Prepared[dict[str, Any]]:
    """Return the query that reads some columns of the versions of a customer, or of its profile, the newest first."""
    return Prepared(
        lambda: (
            model.pgh_event_model.objects.filter(pgh_obj=Slot("customer"))
            .order_by("-pgh_id")
            .values("pgh_created_at", "pgh_context__metadata", *columns)[:VERSIONS_READ]
        )
    )


def _written(at: datetime, metadata: Mapping[str, Any] | None) -> Written:
    said = metadata or {}
    channel = ChannelKind.INTERNAL_RECORDS.value if "import_batch" in said else ""
    return Written(at, said.get("user"), channel, is_carried="merge" in said)


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
