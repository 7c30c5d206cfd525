"""How far an import is: percent, rate, time left; asking again until it ends."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.models import User
from crm.policy import can
from crm.templatetags.format import duration, number
from customers.imports.problems import FileProblem
from customers.models import ImportBatch, ImportState
from customers.services import imports
from customers.views.imports.steps import (
    has_undoing_stopped,
    is_being_checked,
    is_open,
    is_running,
    own_import,
    viewed_import,
)

# A screen reader is told of every tenth.
_TOLD = 10


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the card of an import's progress; once it has ended, have the page show what came of it."""
    user, batch = viewed_import(request, pk)
    if not (is_running(batch) or is_being_checked(batch)):
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    context = progress_card(batch, user, told=request.GET.get("told", ""))
    return render(request, "customers/imports/progress.html", {"batch": batch, "is_polled": True, **context})


@require_POST
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the import, or go on with one that stopped; asked twice, it is begun once."""
    user, batch = own_import(request, pk)
    if is_open(batch) and imports.checked(batch) is None:
        messages.error(request, _("Have every row checked first."))
        return redirect("customers:import_check", batch.pk)
    try:
        imports.start(batch, actor=user)
    except (FileProblem, imports.ImportStateError) as problem:
        messages.error(request, str(problem))
    return redirect("customers:import", batch.pk)


@require_POST
def steer(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Pause an import, let it go on, or cancel it."""
    user, batch = own_import(request, pk)
    steering = {"pause": imports.pause, "resume": imports.resume, "cancel": imports.cancel}
    if action not in steering:
        raise Http404
    try:
        steering[action](batch, actor=user)
    except imports.ImportStateError as problem:
        messages.error(request, str(problem))
    return redirect("customers:import", batch.pk)


def progress_card(batch: ImportBatch, user: User, told: str = "") -> dict[str, Any]:
    """Describe how far an import, its check or its undoing is; ``told`` is what was last said aloud."""
    now = imports.progress(batch)
    tenth = "" if now.percent is None else str(now.percent // _TOLD * _TOLD)
    may_run = can(user, "import.run")
    is_paused = batch.state == ImportState.PAUSED
    is_writing = is_running(batch) and batch.state != ImportState.REVERTING
    is_half_undone = has_undoing_stopped(batch)
    poll = reverse("customers:import_progress", args=[batch.pk])
    return {
        "progress": {
            "percent": now.percent,
            "step": _(now.step) if now.step else _("Waiting for a worker"),
            "done": number(now.done),
            "total": number(now.total) if now.total else "",
            "rate": number(round(now.rows_per_second)) if now.rows_per_second else "",
            "left": duration(now.seconds_left) if now.seconds_left is not None else "",
            "is_paused": is_paused,
            "said": _said(now.percent) if tenth != told else "",
            "poll_url": "" if is_paused or is_half_undone else f"{poll}?told={tenth}",
        },
        "may_pause": may_run and is_writing and not is_paused,
        "may_resume": may_run and is_paused,
        "may_cancel": may_run and batch.state != ImportState.REVERTING,
        "may_undo_on": may_run and is_half_undone,
    }


def _said(percent: int | None) -> str:
    return "" if percent is None else _("%(percent)d per cent done") % {"percent": percent}
