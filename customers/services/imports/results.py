"""What came of an import, in counts that add up to the file's rows."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from customers.models import ImportBatch, RowOutcome


@dataclass(frozen=True, slots=True)
class Counts:
    """How many source rows had each outcome; together they are all rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: int = 0

    @property
    def rows(self) -> int:
        """All rows."""
        return self.created + self.updated + self.unchanged + self.rejected + self.skipped

    def as_dict(self) -> dict[str, int]:
        """Return all counts, the rows first."""
        return {"rows": self.rows} | {outcome: getattr(self, outcome) for outcome in RowOutcome.values}


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The outcome of one import, or, in a dry run (``batch`` is None), what it would be.

    Attributes:
        state: where the import stands, see ``ImportState``.
        counts: of source rows.
        also: records of other kinds that the file brought along.
        rejected_file: path of the rejected rows with their reasons, or None.
        rejections: the first of them: line and reason.
        warnings: what somebody should know though nothing went wrong.
    """

    batch: int | None
    kind: str
    file: str
    state: str
    counts: Counts
    also: dict[str, int] = field(default_factory=dict)
    rejected_file: str | None = None
    rejections: tuple[tuple[int, str], ...] = ()
    warnings: tuple[str, ...] = ()
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; the counts stand at the top level."""
        plain = {part.name: getattr(self, part.name) for part in fields(self) if part.name != "counts"}
        plain["warnings"] = list(self.warnings)
        plain["rejections"] = [{"line": line, "reason": reason} for line, reason in self.rejections]
        return self.counts.as_dict() | plain


# Of the rejected rows so many are told outside the file of all of them.
SHOWN_REJECTIONS = 10


def counts_of(batch: ImportBatch) -> Counts:
    """Return the counts kept on a batch."""
    return Counts(**{outcome: getattr(batch, outcome) for outcome in RowOutcome.values})


def result(batch: ImportBatch) -> ImportResult:
    """Return what came of an import so far."""
    rejected = batch.fates.filter(outcome=RowOutcome.REJECTED).order_by("line_no")
    path = batch.rejected_path
    return ImportResult(
        batch=batch.pk,
        kind=batch.kind,
        file=batch.file_name,
        state=batch.state,
        counts=counts_of(batch),
        also=batch.also,
        rejected_file=str(path) if path else None,
        rejections=tuple(rejected.values_list("line_no", "reason")[:SHOWN_REJECTIONS]),
        warnings=tuple(batch.warnings),
        error=batch.error,
    )
