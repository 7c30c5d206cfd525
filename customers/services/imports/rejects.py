"""The rejected rows as a file in their own layout: mend them there, and import that."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.imports.cleaning.text import FORMULA_STARTS
from customers.imports.knowledge import sensitive_places, without
from customers.imports.tables import Table
from customers.models import ImportBatch, RowOutcome
from customers.services.imports.batches import open_batch

_PLAIN_NUMBER = re.compile(r"[-+]?[\d.,\s]+%?", re.ASCII)


def neutralised(cell: str) -> str:
    """Return ``cell`` as text to a spreadsheet, if it would take it for a formula. Reading it again takes that back."""
    if cell.startswith(FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def write_rejected_rows(batch: ImportBatch, table: Table) -> str:
    """Write the rejected rows with their lines and reasons; return the file's path under MEDIA_ROOT.

    UTF-8 with a byte-order mark, which spreadsheets need to read Chinese. Cells beyond the last header stand
    after the reason.
    """
    path = str(Path(batch.stored_as).with_name("rejected.csv"))
    width = len(table.headers)
    target = Path(settings.MEDIA_ROOT) / path
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        target.chmod(0o600)
        writer = csv.writer(file)
        writer.writerow([*map(neutralised, table.headers), _("Rejected line"), _("Rejected because")])
        for line, reason, cells in _rejected(batch, table):
            own = cells[:width] + [""] * (width - len(cells))
            writer.writerow(map(neutralised, [*own, str(line), reason, *cells[width:]]))
    return path


def fetch_rejected(batch: ImportBatch, *, actor: User) -> BinaryIO | None:
    """Return the file of the rejected rows, on record; None if there is none any more.

    Sensitive cells are in it for who brought the file, who has them anyway, and blank for everybody else.

    Raises PermissionDenied.
    """
    require(actor, "import.run")
    path = batch.rejected_path
    if path is None or not path.is_file():
        return None
    audit.record(actor, "import.rejected_fetched", f"import:{batch.pk}", kind=batch.kind, rows=batch.rejected)
    return path.open("rb") if batch.created_by_id == actor.pk else _blanked(path, batch)


def _blanked(path: Path, batch: ImportBatch) -> BinaryIO:
    """Return a copy of the file, of no name, without what stands in sensitive columns."""
    opened = open_batch(batch)
    hidden = sensitive_places(opened.table, opened.mapping)
    copy = TemporaryFile()  # noqa: SIM115 - the answer closes it
    text = io.TextIOWrapper(copy, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, cells in enumerate(csv.reader(file)):
            writer.writerow(without(cells, hidden) if number else cells)
    text.detach()
    copy.seek(0)
    return copy


def _rejected(batch: ImportBatch, table: Table) -> Iterator[tuple[int, str, list[str]]]:
    """Yield line, reason and cells of the rejected rows: two streams in the order of lines, side by side."""
    fates = batch.fates.filter(outcome=RowOutcome.REJECTED).order_by("line_no")
    records = iter(table)
    for wanted, reason in fates.values_list("line_no", "reason").iterator():
        for line, cells in records:
            if line == wanted:
                yield line, reason, cells
                break
