"""Taking a list out of the house: by right and for a reason, with a cap, on record, for one person, for a while."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.files import write_csv, write_workbook
from crm.models import Job, JobState, User
from crm.policy import can, require
from crm.sensitivity import Sensitivity
from crm.services import audit, jobs
from crm.services.jobs import RunningJob
from crm.templatetags.format import in_chinese
from customers.exports import asking
from customers.exports.asking import Asked
from customers.exports.columns.base import Column, Value
from customers.exports.columns.custom_fields import CUSTOM
from customers.exports.list_spec import Parts, read_needed
from customers.exports.lists import LISTS
from customers.exports.vcards import write_vcards
from customers.imports.headers import CALCULATED, header_name
from customers.imports.kinds import Kind
from customers.imports.layouts import LAYOUTS, is_known_header
from customers.selectors import lists
from customers.selectors.people import person_cards

KIND = "customers.export"
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vcard4": "text/vcard; charset=utf-8",
    "vcard3": "text/vcard; charset=utf-8",
}
SUFFIXES = {"csv": ".csv", "xlsx": ".xlsx", "vcard4": ".vcf", "vcard3": ".vcf"}
# What an importer reads the rows of a list as.
_KINDS = {
    "customers": Kind.CUSTOMERS,
    "people": Kind.CUSTOMERS,
    "products": Kind.PRODUCTS,
    "payments": Kind.PAYMENTS,
    "orders": Kind.ORDERS,
    "interactions": Kind.INTERACTIONS,
    "complaints": Kind.COMPLAINTS,
}
# So many rows are written while the page waits.
AT_ONCE = 2_000
CHUNK = 1_000
SHOWN, EVERYTHING = "shown", "everything"
LONGEST_REASON = 200


class ExportError(ValueError):
    """An export that can't be begun; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported: a list's parameters, the format, which columns, with personal ones or without, why."""

    key: str
    query: str
    format: str
    columns: str
    personal: bool
    bom: bool
    reason: str

    def arguments(self) -> dict[str, Any]:
        """The order as a job keeps it."""
        return {
            "list": self.key,
            "query": self.query,
            "format": self.format,
            "columns": self.columns,
            "personal": self.personal,
            "bom": self.bom,
            "reason": self.reason,
            "language": translation.get_language() or settings.LANGUAGE_CODE,
        }


def start(order: Order, *, actor: User) -> Job:
    """Begin an export and return its job, ended when there are few rows. Raises PermissionDenied and ExportError."""
    require(actor, "customer.export")
    if order.key not in LISTS or order.format not in FORMATS:
        raise ExportError(_("There is no such list or format."))
    if not order.reason.strip():
        raise ExportError(_("Say what the file is for: it is kept on record."))
    if order.personal:
        require(actor, "personal.export")
    if order.format.startswith("vcard") and not (order.personal and LISTS[order.key].vcard):
        raise ExportError(
            _("A vCard holds personal values; it is made of people, for those who may take these out.")
        )
    asked = _asked(order.key, order.query, actor)
    count = asked.rows.order_by().values("pk")[: settings.EXPORT_MAX_ROWS + 1].count()
    parts = parts_of(asked, order.columns)
    if parts is not None and count <= settings.EXPORT_MAX_ROWS:
        of_these = parts.visible(actor).filter(**{f"{parts.of}__in": asked.rows.order_by().values("pk")})
        count = of_these.order_by().values("pk")[: settings.EXPORT_MAX_ROWS + 1].count()
    if count > settings.EXPORT_MAX_ROWS:
        message = _("More than %(cap)d rows match. Narrow the list, and export it in parts.")
        raise ExportError(message % {"cap": settings.EXPORT_MAX_ROWS})
    if count <= AT_ONCE:
        return jobs.run_here(KIND, order.arguments(), actor=actor)
    with transaction.atomic():
        return jobs.enqueue(KIND, order.arguments(), actor=actor)


@jobs.handles(KIND)
def run(job: RunningJob) -> dict[str, Any]:
    """Write the file: rights, rows and columns as they are by now."""
    actor = job.actor
    arguments = job.arguments
    if actor is None or not can(actor, "customer.export"):
        raise jobs.JobError(_("The right to export is gone."))
    if arguments["personal"] and not can(actor, "personal.export"):
        raise jobs.JobError(_("The right to export personal values is gone."))
    path = _folder() / f"{secrets.token_hex(16)}{SUFFIXES[arguments['format']]}"
    path.touch(mode=0o600)
    try:
        with translation.override(arguments["language"]):
            rows = _write(job, actor, path)
        with transaction.atomic():
            job.guard()
            _record(actor, job, rows)
    except BaseException:
        path.unlink(missing_ok=True)
        _ids_of(path).unlink(missing_ok=True)
        raise
    expires = timezone.now() + timedelta(hours=settings.EXPORT_HOURS)
    return {"file": path.name, "rows": rows, "expires_at": expires.isoformat()}


def file_of(job: Job) -> Path | None:
    """Return the file of an ended export while it can be fetched."""
    name, expires = job.result.get("file", ""), job.result.get("expires_at", "")
    if job.state != JobState.DONE or not name or datetime.fromisoformat(expires) <= timezone.now():
        return None
    path = _folder() / Path(name).name
    return path if path.is_file() else None


def is_all_visible(job: Job, user: User) -> bool:
    """Return whether ``user`` may still see every row that the file of an ended export was made of."""
    path = file_of(job)
    kept = _ids_of(path) if path else None
    if kept is None or not kept.is_file():
        return False
    ids: list[int] = json.loads(kept.read_text())
    visible = LISTS[job.arguments["list"]].visible(user).order_by()
    chunks = (ids[begin : begin + AT_ONCE] for begin in range(0, len(ids), AT_ONCE))
    return all(visible.filter(pk__in=chunk).values("pk").count() == len(chunk) for chunk in chunks)


def drop_expired() -> int:
    """Delete the files that can't be fetched any more; return how many."""
    limit = timezone.now().timestamp() - settings.EXPORT_HOURS * 3600
    old = [path for path in _folder().iterdir() if path.stat().st_mtime <= limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def columns_of(asked: Asked, which: str, *, personal: bool) -> list[Column]:
    """Return the columns of a file: those shown or all, without those that its reader may not read or take out."""
    parts = parts_of(asked, which)
    every = asked.spec.columns_for(asked.viewer, custom=which == EVERYTHING)
    whole = [column for column in every if not column.on_pages_only]
    offered = asked.columns if which == SHOWN else whole
    model = parts.model if parts else asked.spec.model
    return [
        column
        for column in (parts.columns if parts else offered)
        if column.is_name
        or (sensitivity := column.sensitivity(model)) is Sensitivity.OPEN
        or (sensitivity is Sensitivity.PERSONAL and personal and asked.viewer.reads_personal)
    ]


def parts_of(asked: Asked, which: str) -> Parts | None:
    """Return what a file has its rows for, where everything is asked of a list whose rows consist of parts."""
    return asked.spec.parts if which == EVERYTHING else None


def header_of(column: Column, key: str) -> str:
    """Return the head of a column: for what the importer reads, in words that it knows in this language."""
    layout = LAYOUTS[_KINDS[key]] if key in _KINDS else None
    if layout and column.is_calculated:
        english, chinese = CALCULATED
        return f"{chinese if in_chinese() else english}{column.label}"
    known = {each.field: each for each in layout.columns} if layout else {}
    found = known.get(column.header or column.key)
    if found is None:
        return _own_header(column)
    headers = found.headers.split("|")
    if found.field == "name" and key == "customers":
        # Companies stand among them: "full name" is a person's.
        return "客户名称" if in_chinese() else "Customer Name"
    return next(
        (each for each in headers if each.isascii() is not in_chinese()),
        found.field.replace("_", " ").capitalize(),
    )


def _own_header(column: Column) -> str:
    """Return the head of a column that every company has not: its key, where its label means another column."""
    label = str(column.label)
    is_taken = column.key.startswith(CUSTOM) and is_known_header(header_name(label).key)
    return column.key if is_taken else label


def _write(job: RunningJob, actor: User, path: Path) -> int:
    arguments = job.arguments
    asked = _asked(arguments["list"], arguments["query"], actor)
    ids = list(_ordered(asked))
    # Beside the file stays of whom it is: it is handed out only as long as all of them may be seen.
    _ids_of(path).write_text(json.dumps(ids))
    if arguments["format"].startswith("vcard"):
        version = "4.0" if arguments["format"] == "vcard4" else "3.0"
        cards = (card for chunk in _chunks(job, ids) for card in person_cards(actor, chunk))
        return write_vcards(path, cards, version)
    columns = columns_of(asked, arguments["columns"], personal=arguments["personal"])
    columns = _worth_writing(asked, columns, ids)
    headers = [header_of(column, asked.spec.key) for column in columns]
    parts = parts_of(asked, arguments["columns"])
    rows = (row for chunk in _chunks(job, ids) for row in _values(asked, parts, columns, chunk))
    if arguments["format"] == "csv":
        return write_csv(path, headers, rows, bom=arguments["bom"])
    return write_workbook(path, headers, rows, str(asked.spec.title))


def _worth_writing(asked: Asked, columns: list[Column], ids: list[int]) -> list[Column]:
    """Leave out columns of fields that people rarely fill, where nobody has."""
    rare = [path for column in columns if column.only_if_filled for path in column.fields]
    filled = lists.filled(asked.spec.model, ids, rare) if rare else set()
    return [column for column in columns if not column.only_if_filled or filled.intersection(column.fields)]


def _ordered(asked: Asked) -> list[int]:
    order = [f"{'-' if key.descending else ''}{key.column}" for key in asked.sort.keys]
    rows = asked.sort.prepare(asked.rows).order_by(*order).values_list("pk", flat=True)
    return list(rows[: settings.EXPORT_MAX_ROWS])


def _chunks(job: RunningJob, ids: list[int]) -> Iterator[list[int]]:
    for begin in range(0, len(ids), CHUNK):
        yield ids[begin : begin + CHUNK]
        job.progress(min(begin + CHUNK, len(ids)), len(ids))


def _values(
    asked: Asked, parts: Parts | None, columns: list[Column], ids: list[int]
) -> Iterator[list[Value]]:
    """Yield the values of rows, or of their parts, scoped again, in the order of the ids."""
    fields = dict.fromkeys(["pk", *(path for column in columns for path in column.fields)])
    user = asked.viewer.user
    if parts is None:
        found = asked.spec.visible(user).filter(pk__in=ids).values(*fields)
        place = "pk"
    else:
        found = parts.visible(user).filter(**{f"{parts.of}__in": ids}).order_by(parts.order)
        found, place = found.values(*fields, parts.of), parts.of
    places = {pk: number for number, pk in enumerate(ids)}
    ordered = sorted(found, key=lambda row: places[row[place]])
    read_needed((parts or asked.spec).readers, ordered, columns, asked.viewer)
    for row in ordered:
        yield [column.value(row) for column in columns]


def _asked(key: str, query: str, actor: User) -> Asked:
    spec = LISTS[key]
    return asking.asked(spec, asking.viewer_of(actor, spec), QueryDict(query))


def _record(actor: User, job: RunningJob, rows: int) -> None:
    arguments = job.arguments
    names = sorted(QueryDict(arguments["query"]).keys())
    audit.record(
        actor,
        "customer.export",
        f"job:{job.job.pk}",
        list=arguments["list"],
        format=arguments["format"],
        rows=rows,
        personal=arguments["personal"],
        filters=names,
        reason=arguments["reason"][:LONGEST_REASON],
    )


def _ids_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.ids")


def _folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
