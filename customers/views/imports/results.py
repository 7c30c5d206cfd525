"""One import: what became of its rows, the file of the rejected ones, the list to review, and its undoing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from crm.policy import can
from crm.templatetags.format import number
from customers.models import ImportBatch, ImportState, RowOutcome
from customers.services import imports
from customers.services.imports.undoing import UNDOABLE
from customers.views.imports.describing import STATE_TONES, file_facts
from customers.views.imports.progress import progress_card
from customers.views.imports.rows import PAGE_ROWS, count_tabs, record_url, row_of
from customers.views.imports.steps import (
    furthest_url,
    has_undoing_stopped,
    is_open,
    is_running,
    own_import,
    step_bar,
    viewed_import,
)

_LONGEST_LINE = 10
_REVIEW = "review"


@require_safe
def show_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one import: where it goes on, how far it is, or what came of it."""
    user, batch = viewed_import(request, pk)
    may_run = can(user, "import.run")
    context: dict[str, Any] = {
        "batch": batch,
        "facts": file_facts(batch),
        "tone": STATE_TONES.get(ImportState(batch.state), ""),
        "may_run": may_run,
        "steps": step_bar("run", batch),
    }
    if is_running(batch):
        is_waiting = batch.state not in (ImportState.RUNNING, ImportState.PAUSED, ImportState.REVERTING)
        may_undo = may_run and batch.state == ImportState.PAUSED
        undo_url = reverse("customers:import_undo", args=[batch.pk]) if may_undo else ""
        context |= {**progress_card(batch, user), "is_waiting": is_waiting, "undo_url": undo_url}
        return render(request, "customers/imports/running.html", context)
    if is_open(batch):
        context |= {"go_on_url": furthest_url(batch) if may_run else ""}
        return render(request, "customers/imports/waiting.html", context)
    return render(request, "customers/imports/result.html", context | _outcome(batch, may_run=may_run))


@require_safe
def import_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """List what became of the rows of an import: all, those of one outcome, or those to review."""
    user, batch = viewed_import(request, pk)
    if is_open(batch):
        return redirect("customers:import", batch.pk)
    only = request.GET.get("only", "")
    after = _line(request.GET.get("after", "0"))
    wanted = only if only in RowOutcome.values else ""
    if only == _REVIEW:
        found = imports.review(batch, after=after, limit=PAGE_ROWS + 1)
    else:
        found = imports.rows(batch, outcome=wanted, after=after, limit=PAGE_ROWS + 1)
    may_open, may_read = can(user, "customer.view"), can(user, "personal.view")
    shown = found[:PAGE_ROWS]
    here = reverse("customers:import_rows", args=[batch.pk])
    counts = imports.result(batch).counts
    context = {
        "batch": batch,
        "is_review": only == _REVIEW,
        "tabs": count_tabs(batch, counts, only, "import_rows"),
        "rows": [row_of(batch, each, may_fix=False, may_open=may_open, may_read=may_read) for each in shown],
        "next_url": _address(here, only, shown[-1].line) if len(found) > PAGE_ROWS else "",
        "first_url": _address(here, only, 0) if after else "",
        "hides_cells": not may_read,
    }
    return render(request, "customers/imports/rows.html", context)


@require_safe
def rejected_file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand out the rejected rows as they were brought, each with its reason."""
    user, batch = own_import(request, pk)
    file = imports.fetch_rejected(batch, actor=user)
    if file is None:
        raise Http404
    stem = batch.file_name.rpartition(".")[0] or batch.file_name
    name = _("%(name)s, rejected rows") % {"name": stem} + ".csv"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="text/csv")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what undoing would and would not take back, and do it when that is confirmed."""
    user, batch = own_import(request, pk)
    if request.method == "POST":
        try:
            imports.start_undo(batch, actor=user)
        except imports.NotUndoableError as problem:
            messages.error(request, str(problem))
        return redirect("customers:import", batch.pk)
    if not _is_undoable(batch):
        return redirect("customers:import", batch.pk)
    outlook = imports.undo_outlook(batch, limit=PAGE_ROWS)
    report, kept = outlook or (None, [])
    context = {
        "batch": batch,
        "report": report,
        "counts": imports.result(batch).counts,
        "kept": [_kept(batch, each) for each in kept],
        "more": report.kept - len(kept) if report else 0,
    }
    return render(request, "customers/imports/undo.html", context)


def _outcome(batch: ImportBatch, *, may_run: bool) -> dict[str, Any]:
    """Describe an import that has ended."""
    result = imports.result(batch)
    rows_url = reverse("customers:import_rows", args=[batch.pk])
    path = batch.rejected_path
    has_undone = batch.state == ImportState.REVERTED
    return {
        "counts": result.counts,
        "tiles": [
            {
                "label": str(outcome.label),
                "count": number(getattr(result.counts, outcome.value)),
                "url": f"{rows_url}?only={outcome.value}",
                "tone": "bad" if outcome is RowOutcome.REJECTED and result.counts.rejected else "",
            }
            for outcome in RowOutcome
        ],
        "also": _brought_along(result.also),
        "warnings": result.warnings,
        "error": batch.error if may_run else "",
        "review_url": f"{rows_url}?only={_REVIEW}" if result.counts.created + result.counts.updated else "",
        "rows_url": rows_url,
        "rejected_url": reverse("customers:import_rejected", args=[batch.pk])
        if may_run and path is not None and path.is_file()
        else "",
        "undo_url": reverse("customers:import_undo", args=[batch.pk])
        if may_run and _is_undoable(batch) and result.counts.created + result.counts.updated
        else "",
        "may_go_on": may_run and batch.state in (ImportState.CANCELLED, ImportState.FAILED),
        "undone": imports.undo_report(batch) if has_undone else None,
        "kept": [_kept(batch, each) for each in imports.kept_rows(batch, limit=PAGE_ROWS)]
        if has_undone
        else [],
    }


def _is_undoable(batch: ImportBatch) -> bool:
    """Whether undoing can be begun, or gone on with when it stopped half-way."""
    return batch.state in UNDOABLE and (batch.state != ImportState.REVERTING or has_undoing_stopped(batch))


def _brought_along(also: dict[str, int]) -> list[str]:
    """Say how many records of other kinds a file brought along."""
    texts = {
        "customers": lambda n: ngettext("%(count)s customer", "%(count)s customers", n),
        "products": lambda n: ngettext("%(count)s product", "%(count)s products", n),
        "orders": lambda n: ngettext("%(count)s order", "%(count)s orders", n),
    }
    return [texts[what](n) % {"count": number(n)} for what, n in also.items() if n and what in texts]


def _kept(batch: ImportBatch, each: imports.KeptRow) -> dict[str, Any]:
    url = record_url(batch, each.subject_id)
    return {"line": each.line, "subject": each.subject, "url": url, "reason": each.reason}


def _address(here: str, only: str, after: int) -> str:
    query = urlencode({name: value for name, value in (("only", only), ("after", after)) if value})
    return f"{here}?{query}" if query else here


def _line(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_LINE else 0
