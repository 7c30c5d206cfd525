"""Taking rows of the analysis out as a file: no more than the cap, for a reason, and on record before it leaves."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from analysis.exports.tables import Column, headers, values
from analysis.models import AnalysisRun
from analysis.services.exporting import ReasonMissingError, note_export
from crm.files import write_csv, write_workbook
from crm.models import User

FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What is taken out: the word it goes by on record, its title, the columns, and rows scoped to who takes them."""

    what: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Any]


def hand_out(
    request: HttpRequest, user: User, taken: TakenOut, *, run: AnalysisRun, kind: str, back: str
) -> HttpResponseBase:
    """Send rows as a file; or go ``back`` and say that it is too long, or that no reason was given."""
    if len(taken.rows) > settings.EXPORT_MAX_ROWS:
        message = _("More than %(cap)d rows match. Narrow the list, and export it in parts.")
        messages.error(request, message % {"cap": settings.EXPORT_MAX_ROWS})
        return redirect(back)
    reason = request.POST.get("reason", "")
    try:
        note_export(user, what=taken.what, run=run.pk, rows=len(taken.rows), file_format=kind, reason=reason)
    except ReasonMissingError:
        messages.error(request, _("Say what the file is for: it is kept on record."))
        return redirect(back)
    return _file(taken, run, kind)


def _file(taken: TakenOut, run: AnalysisRun, kind: str) -> FileResponse:
    heads, lines = headers(taken.columns), ([*values(taken.columns, row)] for row in taken.rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows.{kind}"
        if kind == "csv":
            write_csv(path, heads, lines, bom=True)
        else:
            write_workbook(path, heads, lines, taken.title)
        content = BytesIO(path.read_bytes())
    response = FileResponse(
        content,
        as_attachment=True,
        filename=f"{taken.title}-{run.as_of:%Y-%m-%d}.{kind}",
        content_type=FILE_TYPES[kind],
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
