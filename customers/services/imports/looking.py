"""Looking at a batch's file before anything is decided about it."""

from __future__ import annotations

from dataclasses import asdict

from customers.imports.readers import read_table
from customers.imports.tables import Table
from customers.models import ImportBatch
from customers.services.imports.batches import Reading, stored_path


def look(batch: ImportBatch, reading: Reading | None = None) -> Table:
    """Read the beginning of a batch's file as it is to be read, or as ``reading`` says instead.

    Raises:
        FileProblem: it can't be read so; says where and what to do.
    """
    how = asdict(reading) if reading else batch.reading
    return read_table(stored_path(batch), name=batch.file_name, **how)


def note_headers(batch: ImportBatch, table: Table) -> None:
    """Keep the headers of a batch that was looked at: by them its layout is known again."""
    batch.columns = {**batch.columns, "headers": list(table.headers)}
    batch.save(update_fields=["columns"])
