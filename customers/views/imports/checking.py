"""The check: what would become of every row, only the errors if that is asked, and cells put right in place."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.models import User
from crm.policy import can
from customers.forms.imports.cells import Cell, CellsForm
from customers.imports.problems import FileProblem
from customers.models import ImportBatch, RowOutcome
from customers.services import imports
from customers.views.imports.progress import progress_card
from customers.views.imports.rows import PAGE_ROWS, count_tabs, row_of
from customers.views.imports.steps import begun_already, is_being_checked, is_open, own_import, step_bar

UNPROCESSABLE = 422
_LONGEST_LINE = 10


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what would become of every row; asked by POST, look at all of them again."""
    user, batch = own_import(request, pk)
    if not is_open(batch):
        return begun_already(batch)
    if request.method == "POST":
        try:
            imports.start_check(batch, actor=user)
        except (FileProblem, imports.ImportStateError) as problem:
            messages.error(request, str(problem))
        return redirect("customers:import_check", batch.pk)
    if not batch.mapping:
        return redirect("customers:import_columns", batch.pk)
    context = {"batch": batch, "steps": step_bar("check", batch)}
    if is_being_checked(batch):
        context |= progress_card(batch, user)
        return render(request, "customers/imports/checking.html", context)
    result = imports.checked(batch)
    if result is None:
        return render(request, "customers/imports/unchecked.html", context)
    return render(request, "customers/imports/check.html", context | _verdicts(request, user, batch, result))


@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Show the cells of one row, and put right what is changed in them."""
    user, batch = own_import(request, pk)
    if not is_open(batch):
        return begun_already(batch)
    judged = _judged(batch, line)
    form = CellsForm(request.POST or None, cells=_cells(batch, judged))
    if request.method == "POST" and form.is_valid():
        return _put_right(request, user, batch, judged, form)
    return _row_form(request, batch, judged, form)


def _put_right(
    request: HttpRequest, user: User, batch: ImportBatch, judged: imports.CheckedRow, form: CellsForm
) -> HttpResponse:
    try:
        for column, text in form.changed():
            judged = imports.fix(batch, judged.line, column, text, actor=user)
    except (FileProblem, imports.ImportStateError) as problem:
        form.add_error(None, str(problem))
        return _row_form(request, batch, judged, form, status=UNPROCESSABLE)
    if getattr(request, "htmx", False):
        result = imports.checked(batch)
        only = request.POST.get("only", "")
        context = {
            "batch": batch,
            "row": row_of(batch, judged, may_fix=True, may_open=can(user, "customer.view")),
            "tabs": count_tabs(batch, result.counts, only) if result else [],
            "only": only,
        }
        return render(request, "customers/imports/row_done.html", context)
    return HttpResponseRedirect(_back_to(batch, request.POST.get("only", ""), judged.line))


def _row_form(
    request: HttpRequest,
    batch: ImportBatch,
    judged: imports.CheckedRow,
    form: CellsForm,
    *,
    status: int = 200,
) -> HttpResponse:
    only = request.POST.get("only") or request.GET.get("only", "")
    context = {
        "batch": batch,
        "row": row_of(batch, judged, may_fix=True, may_open=False),
        "form": form,
        "hidden": [batch.columns["headers"][place] for place in batch.columns["sensitive"]],
        "only": only if only in RowOutcome.values else "",
        "back": _back_to(batch, only, judged.line),
        "steps": step_bar("check", batch),
    }
    name = "row_form.html" if getattr(request, "htmx", False) else "row_page.html"
    return render(request, f"customers/imports/{name}", context, status=status)


def _verdicts(
    request: HttpRequest, user: User, batch: ImportBatch, result: imports.ImportResult
) -> dict[str, Any]:
    """Return a page of verdicts, all or of one outcome, with the counts of all."""
    only = request.GET.get("only", "")
    only = only if only in RowOutcome.values else ""
    after = _line(request.GET.get("after", "0"))
    found = imports.rows(batch, outcome=only, after=after, limit=PAGE_ROWS + 1)
    shown = found[:PAGE_ROWS]
    here = reverse("customers:import_check", args=[batch.pk])
    counts = result.counts
    return {
        "counts": counts,
        "writes": counts.created + counts.updated,
        "tabs": count_tabs(batch, counts, only),
        "rows": [row_of(batch, each, may_fix=True, may_open=can(user, "customer.view")) for each in shown],
        "warnings": result.warnings,
        "only": only,
        "is_stale": batch.stale,
        "next_url": _address(here, only, shown[-1].line) if len(found) > PAGE_ROWS else "",
        "first_url": _address(here, only, 0) if after else "",
    }


def _judged(batch: ImportBatch, line: int) -> imports.CheckedRow:
    if imports.checked(batch) is None:
        raise Http404
    found = imports.rows(batch, after=line - 1, limit=1)
    if not found or found[0].line != line:
        raise Http404
    return found[0]


def _cells(batch: ImportBatch, judged: imports.CheckedRow) -> list[Cell]:
    """Return the cells of a row that feed a field, those first that the reason names; sensitive ones not at all."""
    headers, hidden = batch.columns["headers"], batch.columns["sensitive"]
    fed = set(batch.columns["matched"].values())
    reason = judged.reason if judged.outcome == RowOutcome.REJECTED else ""
    cells = [
        Cell(
            column=number,
            header=header or _("Column %(number)d") % {"number": number + 1},
            text=judged.cells[number] if number < len(judged.cells) else "",
            is_wrong=bool(header) and header in reason,
            is_corrected=number in judged.corrected,
        )
        for number, header in enumerate(headers)
        if header in fed and number not in hidden
    ]
    return sorted(cells, key=lambda cell: not cell.is_wrong)


def _back_to(batch: ImportBatch, only: str, line: int) -> str:
    here = reverse("customers:import_check", args=[batch.pk])
    return f"{_address(here, only, max(line - 1, 0))}#row-{line}"


def _address(here: str, only: str, after: int) -> str:
    query = urlencode({name: value for name, value in (("only", only), ("after", after)) if value})
    return f"{here}?{query}" if query else here


def _line(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_LINE else 0
