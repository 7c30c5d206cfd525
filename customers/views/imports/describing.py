"""Imports in words: how a file was read, who brought it, what its rows became."""

from __future__ import annotations

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.models import User
from crm.templatetags.format import moment, number
from customers.imports.tables import Table
from customers.models import ImportBatch, ImportState, RowOutcome

_CONTAINERS = {
    "text": gettext_lazy("Text"),
    "xlsx": gettext_lazy("Excel workbook (xlsx)"),
    "xlsb": gettext_lazy("Excel workbook (xlsb)"),
    "xls": gettext_lazy("Excel workbook (xls)"),
    "ods": gettext_lazy("OpenDocument spreadsheet"),
    "vcard": gettext_lazy("vCards"),
}
_STATED = {
    "mark": gettext_lazy("by its byte-order mark"),
    "zero bytes": gettext_lazy("by its bytes"),
    "content": gettext_lazy("by its content"),
    "choice": gettext_lazy("as chosen"),
}
_BETWEEN = {
    ",": gettext_lazy("commas"),
    ";": gettext_lazy("semicolons"),
    "\t": gettext_lazy("tabs"),
    "|": gettext_lazy("vertical bars"),
}
OUTCOME_TONES = {
    RowOutcome.CREATED: "good",
    RowOutcome.UPDATED: "info",
    RowOutcome.UNCHANGED: "",
    RowOutcome.REJECTED: "bad",
    RowOutcome.SKIPPED: "warn",
}
STATE_TONES = {
    ImportState.DONE: "good",
    ImportState.DONE_WITH_REJECTS: "warn",
    ImportState.FAILED: "bad",
    ImportState.RUNNING: "info",
    ImportState.REVERTING: "info",
    ImportState.PAUSED: "warn",
}


def read_facts(table: Table) -> list[dict[str, Any]]:
    """Say how a file was read."""
    source = table.source
    form = str(_CONTAINERS[source.container])
    if source.compressed:
        form = _("%(form)s, compressed with gzip") % {"form": form}
    facts: list[dict[str, Any]] = [{"label": _("Kind of file"), "value": form}]
    if source.encoding:
        stated = _STATED.get(source.encoding_stated_by or "", "")
        facts.append({"label": _("Encoding"), "value": source.encoding.upper(), "note": stated})
    if source.delimiter:
        between = _BETWEEN.get(source.delimiter, source.delimiter)
        facts.append({"label": _("Between the cells"), "value": between})
    if source.sheet:
        facts.append({"label": _("Sheet"), "value": source.sheet, "note": _of_sheets(len(source.sheets))})
    if source.container != "vcard":
        named = _("line %(line)d") % {"line": table.header_line} if table.header_line else _("no line")
        facts.append({"label": _("Column names are in"), "value": named})
    facts.append({"label": _("Columns"), "value": number(len(table.headers))})
    return facts


def file_facts(batch: ImportBatch) -> list[dict[str, Any]]:
    """Say what was brought, by whom and when."""
    return [
        {"label": _("File"), "value": batch.file_name, "note": filesizeformat(batch.size)},
        {"label": _("Rows are"), "value": batch.get_kind_display()},
        {"label": _("Basis of consent"), "value": _basis(batch)},
        {"label": _("Brought by"), "value": person_name(batch.created_by)},
        {"label": _("Uploaded"), "value": moment(batch.created_at)},
        {"label": _("Begun"), "value": moment(batch.started_at) if batch.started_at else None},
        {
            "label": pgettext("import", "Ended"),
            "value": moment(batch.finished_at) if batch.finished_at else None,
        },
    ]


def _basis(batch: ImportBatch) -> str | None:
    """Return on what ground all rows of an import are kept, if somebody said."""
    said = batch.mapping.get("consent_basis")
    return said.get("constant") if isinstance(said, dict) else None


def person_name(user: User | None) -> str:
    """Return a colleague's name; the command line has none."""
    return str(user) if user is not None else _("the command line")


def _of_sheets(count: int) -> str:
    return _("of %(count)d sheets") % {"count": count} if count > 1 else ""
