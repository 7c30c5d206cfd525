"""What we read: the encoding, the sheet, the header, a sample; changed here until it looks right."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.models import User
from customers.forms.imports.columns import still_possible
from customers.forms.imports.reading import ReadingForm, asked_reading, said_of
from customers.imports.kinds import Kind
from customers.imports.knowledge import sensitive_places, without
from customers.imports.previews import EncodingPreview, encoding_previews
from customers.imports.problems import EncodingProblem, FileProblem
from customers.imports.tables import Record, Table
from customers.models import ImportBatch, ImportKind
from customers.selectors.imports import same_file
from customers.selectors.masking import MASK
from customers.services import imports
from customers.services.imports.batches import stored_path
from customers.services.imports.looking import look, note_headers
from customers.views.imports.columns import take_over
from customers.views.imports.describing import read_facts
from customers.views.imports.steps import begun_already, is_open, own_import, step_bar

UNPROCESSABLE = 422
SHOWN_ROWS = 8
SHOWN_COLUMNS = 40
SHOWN_CHARACTERS = 120
_ASKED = ("encoding", "delimiter", "sheet", "header_line")


@dataclass(frozen=True, slots=True)
class Looked:
    """What a reading gave: the table, or why there is none; ``controls`` is one by which it can be changed."""

    table: Table | None
    problem: FileProblem | None
    controls: Table | None


@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is read of a file, let it be read otherwise, and keep what is right."""
    user, batch = own_import(request, pk)
    if not is_open(batch):
        return begun_already(batch)
    if request.method == "POST":
        return _answered(request, user, batch)
    asked = _asked(request, batch)
    looked = _look(batch, asked_reading(asked))
    return _page(request, user, batch, _form(batch, looked, asked), looked)


def _answered(request: HttpRequest, user: User, batch: ImportBatch) -> HttpResponse:
    """Look again as the form says, or keep that and go on."""
    asked = {name: request.POST.get(name, "") for name in _ASKED}
    looked = _look(batch, asked_reading(asked))
    form = _form(batch, looked, asked, request.POST)
    if not form.is_valid():
        return _page(request, user, batch, form, looked, status=UNPROCESSABLE)
    here = reverse("customers:import_reading", args=[batch.pk])
    if request.POST.get("go") == "look" or looked.table is None:
        said = {**asked, "kind": form.cleaned_data["kind"]}
        return HttpResponseRedirect(f"{here}?{urlencode({k: v for k, v in said.items() if v})}")
    try:
        _keep(user, batch, form, looked.table)
    except imports.ImportStateError as error:
        messages.error(request, str(error))
        return redirect("customers:import", batch.pk)
    return redirect("customers:import_columns", batch.pk)


def _keep(user: User, batch: ImportBatch, form: ReadingForm, table: Table) -> None:
    """Note how the file is read; a layout that was kept by name is matched as it was then."""
    kind, how = form.cleaned_data["kind"], form.reading()
    if batch.kind != kind or batch.reading != asdict(how):
        wishes = still_possible(batch.mapping, imports.layout_of(Kind(kind)), table.headers)
        imports.choose(batch, actor=user, kind=kind, reading=how, wishes=wishes)
    note_headers(batch, table)
    known = imports.known_layout(batch)
    if known is not None and not batch.mapping:
        take_over(user, batch, known, table)


def _asked(request: HttpRequest, batch: ImportBatch) -> dict[str, str]:
    """Return how to read: as the address says, else as was kept."""
    if any(name in request.GET for name in (*_ASKED, "kind")):
        return {name: request.GET.get(name, "") for name in (*_ASKED, "kind")}
    return said_of(batch.reading) | {"kind": batch.kind}


def _look(batch: ImportBatch, how: imports.Reading) -> Looked:
    try:
        table = look(batch, how)
    except FileProblem as problem:
        return Looked(None, problem, _readable_somehow(batch, how))
    return Looked(table, None, table)


def _readable_somehow(batch: ImportBatch, how: imports.Reading) -> Table | None:
    """Read a file in any way that works, so that its sheets and lines can be chosen from."""
    attempts = (
        replace(how, header_line=0),
        replace(how, sheet=None, header_line=None),
        imports.Reading(by_name=False),
    )
    for attempt in attempts:
        try:
            return look(batch, attempt)
        except FileProblem:
            continue
    return None


def _form(batch: ImportBatch, looked: Looked, asked: dict[str, str], data: Any | None = None) -> ReadingForm:
    controls = looked.controls
    kind = asked.get("kind") or batch.kind
    initial = {**asked, "kind": kind if kind in ImportKind.values else batch.kind}
    if controls is not None and not initial.get("sheet"):
        initial["sheet"] = controls.source.sheet or ""
    return ReadingForm(
        data,
        source=controls.source if controls else None,
        top=_top(controls) if controls else (),
        initial=initial,
    )


def _top(table: Table) -> list[Record]:
    """Return the lines that may name the columns; below the names sensitive cells are masked."""
    hidden = sensitive_places(table)
    return [
        (line, without(cells, hidden, MASK) if line > table.header_line else cells)
        for line, cells in table.top
    ]


def _page(
    request: HttpRequest,
    user: User,
    batch: ImportBatch,
    form: ReadingForm,
    looked: Looked,
    *,
    status: int = 200,
) -> HttpResponse:
    table = looked.table
    context = {
        "batch": batch,
        "form": form,
        "steps": step_bar("reading", batch),
        "problem": str(looked.problem) if looked.problem else "",
        "encodings": _encodings(batch) if isinstance(looked.problem, EncodingProblem) else (),
        "facts": read_facts(table) if table else [],
        "sample": _sample(table) if table else None,
        "twin": same_file(user, batch),
        "can_go_on": table is not None,
    }
    return render(request, "customers/imports/reading.html", context, status=status)


def _encodings(batch: ImportBatch) -> list[EncodingPreview]:
    return [each for each in encoding_previews(stored_path(batch)) if each.fits]


def _sample(table: Table) -> dict[str, Any]:
    """Return the first columns of the first rows, each cell as short as a table can show, sensitive ones masked."""
    headers = table.headers[:SHOWN_COLUMNS]
    hidden = sensitive_places(table)
    rows = [
        (line, [cell[:SHOWN_CHARACTERS] for cell in [*shown, *[""] * len(headers)][: len(headers)]])
        for line, shown in ((line, without(cells, hidden, MASK)) for line, cells in table.sample[:SHOWN_ROWS])
    ]
    more = len(table.headers) - len(headers)
    return {
        "headers": [header or _("(no name)") for header in headers],
        "rows": rows,
        "more": more,
        "columns": len(table.headers),
    }
