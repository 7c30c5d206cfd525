"""Taking a file in: a copy under a name of our own, its finger-print, and what it says about itself."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from customers.imports.columns.base import Layout
from customers.imports.columns.custom_fields import with_custom
from customers.imports.kinds import Kind
from customers.imports.knowledge import sensitive_places
from customers.imports.layouts import LAYOUTS
from customers.imports.matching import ColumnMapping, match_columns
from customers.imports.problems import EmptyFile, FileProblem, MissingFile
from customers.imports.readers import read_table
from customers.imports.tables import Table
from customers.models import ImportBatch, ImportState
from customers.models.imports import FINISHED_STATES
from customers.selectors.custom_fields import fields_in_use
from customers.services.imports.corrections import corrected, corrections_of
from customers.services.imports.plans import Checked
from customers.services.imports.staging import drop_all

FOLDER = "imports"
_PIECE = 1 << 20
_NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody said about how to read a file; None is for finding out.

    ``by_name`` refuses a workbook whose name says plain text.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    by_name: bool = True


def receive(
    origin: Path | BinaryIO,
    *,
    name: str,
    kind: str,
    actor: User | None,
    wishes: Mapping[str, Any] | None = None,
    reading: Reading | None = None,
) -> ImportBatch:
    """Keep a copy of a file and note that it is to be imported; nothing of it is read yet.

    Args:
        origin: where its bytes are; an open file is read from its start.
        name: what its owner calls it.
        kind: what its rows are, see ``ImportKind``.
        actor: who brings it; None is the command line.
        wishes: an explicit column mapping, see ``match_columns``.
        reading: how to read it.

    Raises:
        PermissionDenied: the actor may not import.
        FileProblem: the file cannot be opened or has no bytes.
    """
    if actor is not None:
        require(actor, "import.run")
    stored_as = f"{FOLDER}/{uuid.uuid4().hex}/source"
    target = Path(settings.MEDIA_ROOT) / stored_as
    size, sha256 = _store(origin, target, name)
    batch = ImportBatch(
        kind=Kind(kind).value,
        file_name=Path(name).name[-_NAME_LENGTH:],
        stored_as=stored_as,
        size=size,
        sha256=sha256,
        mapping=dict(wishes or {}),
        reading=asdict(reading or Reading()),
        created_by=actor,
    )
    batch.repeats = done_before(batch)
    batch.save()
    return batch


def layout_of(kind: Kind) -> Layout:
    """Return the columns of a kind, those of fields that administrators added among them."""
    layout = LAYOUTS[kind]
    return with_custom(layout, fields_in_use()) if kind is Kind.CUSTOMERS else layout


def open_batch(batch: ImportBatch) -> Checked:
    """Read the beginning of a batch's file and match its columns.

    Raises:
        FileProblem: it cannot be imported; says where and what to do.
    """
    table = read_table(stored_path(batch), name=batch.file_name, **batch.reading)
    table = corrected(table, corrections_of(batch))
    mapping = match_columns(Kind(batch.kind), table, batch.mapping, layout_of(Kind(batch.kind)))
    mapping.require_complete()
    return Checked(table, mapping)


def check(batch: ImportBatch) -> Checked:
    """Open a batch, and note what was read: its dialect and its columns. One that cannot be read has failed.

    Raises:
        FileProblem: see ``open_batch``.
    """
    try:
        checked = open_batch(batch)
    except FileProblem as problem:
        fail(batch, problem)
        raise
    batch.dialect = _dialect(checked.table)
    batch.columns = _columns(checked.mapping)
    batch.columns["sensitive"] = sensitive_places(checked.table, checked.mapping)
    batch.state = ImportState.CHECKED
    batch.save(update_fields=["dialect", "columns", "state"])
    return checked


def fail(batch: ImportBatch, problem: Exception) -> None:
    """Note why a batch could not be imported; of what nobody foresaw only its name, for its text may quote records."""
    foreseen = isinstance(problem, FileProblem)
    batch.state, batch.error = ImportState.FAILED, str(problem) if foreseen else type(problem).__name__
    batch.save(update_fields=["state", "error"])


def forget(batch: ImportBatch) -> None:
    """Remove a batch that was only looked at, with its copy of the file."""
    path = stored_path(batch)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        path.parent.rmdir()
    if batch.pk is not None:
        drop_all(batch.pk)
        batch.delete()


def stored_path(batch: ImportBatch) -> Path:
    """Return where the copy of a batch's file is."""
    return Path(settings.MEDIA_ROOT) / batch.stored_as


def _store(origin: Path | BinaryIO, target: Path, name: str) -> tuple[int, str]:
    """Copy the bytes piece by piece; return how many they are and their SHA-256."""
    try:
        if isinstance(origin, Path):
            with origin.open("rb") as source:
                return _copy(source, target)
        origin.seek(0)
        return _copy(origin, target)
    except OSError as error:
        message = _("The file %(name)s cannot be opened: %(reason)s.")
        raise MissingFile(message % {"name": name, "reason": error.strerror}) from error


def _copy(source: BinaryIO, target: Path) -> tuple[int, str]:
    first = source.read(_PIECE)
    if not first:
        raise EmptyFile
    target.parent.mkdir(parents=True, mode=0o700)
    digest, size, piece = hashlib.sha256(), 0, first
    with target.open("xb") as copy:
        target.chmod(0o600)
        while piece:
            copy.write(piece)
            digest.update(piece)
            size += len(piece)
            piece = source.read(_PIECE)
    return size, digest.hexdigest()


def done_before(batch: ImportBatch) -> ImportBatch | None:
    """Return the last import of the same bytes as the same kind with the same mapping and rules that was done."""
    return ImportBatch.objects.filter(
        sha256=batch.sha256,
        kind=batch.kind,
        mapping=batch.mapping,
        reading=batch.reading,
        rules=batch.rules,
        state__in=FINISHED_STATES,
    ).first()


def _dialect(table: Table) -> dict[str, Any]:
    return {**asdict(table.source), "header_line": table.header_line}


def _columns(mapping: ColumnMapping) -> dict[str, Any]:
    return {
        "matched": {field: source.header for field, source in mapping.sources.items()},
        "constants": mapping.constants,
        "unmatched": list(mapping.unmatched),
        "headers": list(mapping.headers),
        "profile": mapping.profile.name if mapping.profile else "",
    }
