"""Rows of an import as pages show them: what becomes of each, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from crm.templatetags.format import number
from customers.models import ImportBatch, ImportKind, RowOutcome
from customers.selectors.masking import masked_text
from customers.services import imports
from customers.views.imports.describing import OUTCOME_TONES

PAGE_ROWS = 50
_SHOWN_CELLS = 5
_SHOWN_CHARACTERS = 60
_LINE_CHARACTERS = 240
# Which page shows the record of a row.
_RECORDS = {ImportKind.CUSTOMERS: "customers:record", ImportKind.ORDERS: "customers:order"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line, what becomes of it, about whom it is, and what changes or is wrong."""

    line: int
    outcome: str
    label: str
    tone: str
    subject: str
    url: str
    cells: str
    changes: list[tuple[str, str, str]]
    reason: str
    duplicate_of: str
    duplicate_url: str
    fix_url: str
    is_corrected: bool


def row_of(
    batch: ImportBatch, each: imports.CheckedRow, *, may_fix: bool, may_open: bool, may_read: bool = True
) -> Row:
    """Describe one row; ``may_fix`` links to its cells, ``may_open`` to its record.

    Who may not read personal values gets no cell, and neither values nor reasons: these quote cells.
    """
    outcome = RowOutcome(each.outcome)
    # A record that is only going to be made has no page yet.
    is_there = not (may_fix and outcome == RowOutcome.CREATED)
    return Row(
        line=each.line,
        outcome=outcome.value,
        label=_planned(outcome) if may_fix else str(outcome.label),
        tone=OUTCOME_TONES[outcome],
        subject=each.subject,
        url=record_url(batch, each.subject_id) if may_open and is_there else "",
        cells=_joined(each.cells) if may_read else "",
        changes=[_change(change, may_read=may_read) for change in each.changes],
        reason=each.reason if may_read or not each.reason else _("The reason may quote personal values."),
        duplicate_of=_duplicate(each),
        duplicate_url=_duplicate_url(each) if may_open else "",
        fix_url=reverse("customers:import_row", args=[batch.pk, each.line]) if may_fix else "",
        is_corrected=bool(each.corrected),
    )


def count_tabs(
    batch: ImportBatch, counts: imports.Counts, only: str, route: str = "import_check"
) -> list[dict[str, Any]]:
    """Return the counts as tabs, all rows first; together the others are all rows."""
    here = reverse(f"customers:{route}", args=[batch.pk])
    tabs = [{"label": _("All rows"), "url": here, "active": not only, "count": number(counts.rows)}]
    for outcome in RowOutcome:
        query = urlencode({"only": outcome.value})
        count = getattr(counts, outcome.value)
        tabs.append(
            {
                "label": _planned(outcome) if route == "import_check" else str(outcome.label),
                "url": f"{here}?{query}",
                "active": only == outcome.value,
                "count": number(count),
            }
        )
    return tabs


def _planned(outcome: RowOutcome) -> str:
    """Say what would become of a row."""
    return {
        RowOutcome.CREATED: _("New record"),
        RowOutcome.UPDATED: _("Changes"),
        RowOutcome.UNCHANGED: _("Unchanged"),
        RowOutcome.REJECTED: _("Errors"),
        RowOutcome.SKIPPED: _("Left out"),
    }[outcome]


def record_url(batch: ImportBatch, subject_id: int | None) -> str:
    """Return where the record of a row is shown; nothing if it has no page of its own."""
    route = _RECORDS.get(ImportKind(batch.kind))
    return reverse(route, args=[subject_id]) if route and subject_id is not None else ""


def _duplicate(each: imports.CheckedRow) -> str:
    """Say of which customer a row is a duplicate; of which line, its reason says."""
    known = each.duplicate_of is not None and each.duplicate_of.customer_id is not None
    return _("the same as a customer that is known") if known else ""


def _duplicate_url(each: imports.CheckedRow) -> str:
    if each.duplicate_of is None or each.duplicate_of.customer_id is None:
        return ""
    return reverse("customers:record", args=[each.duplicate_of.customer_id])


def _joined(cells: tuple[str, ...]) -> str:
    written = " · ".join(cell.strip()[:_SHOWN_CHARACTERS] for cell in cells if cell.strip())
    return Truncator(written).chars(_LINE_CHARACTERS)


def _change(change: imports.FieldChange, *, may_read: bool) -> tuple[str, str, str]:
    values = (change.old, change.new)
    old, new = values if may_read else map(masked_text, values)
    return str(change.label), _shown(old), _shown(new)


def _shown(value: object) -> str:
    return "–" if value in (None, "", [], {}) else str(value)
