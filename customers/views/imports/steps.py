"""Where an import stands on its way, and finding the one that a page is about."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.policy import require
from customers.models import ImportBatch, ImportState
from customers.selectors.imports import find_import
from customers.services import imports

# Nothing has been written yet: everything may still be said differently.
_OPEN = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.PREVIEWED, ImportState.FAILED)
_STEPS: tuple[tuple[str, str | Promise], ...] = (
    ("upload", _("Upload")),
    ("reading", _("What we read")),
    ("columns", _("Columns")),
    ("check", _("Check")),
    ("run", _("Import")),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the bar shows it; ``url`` is empty where it can't be gone to."""

    label: str | Promise
    url: str
    is_here: bool
    is_past: bool


def is_open(batch: ImportBatch) -> bool:
    """Whether an import has not begun, so that what was said about it can be changed."""
    return batch.started_at is None and batch.state in _OPEN and not is_running(batch)


def is_running(batch: ImportBatch) -> bool:
    """Whether an import, or its undoing, waits for a worker, runs or pauses."""
    if batch.state in (ImportState.RUNNING, ImportState.PAUSED, ImportState.REVERTING):
        return True
    return _works(batch, imports.KIND)


def has_undoing_stopped(batch: ImportBatch) -> bool:
    """Whether undoing was cancelled or broke off: what is left of it waits for somebody to go on."""
    return batch.state == ImportState.REVERTING and not _works(batch, imports.UNDO_KIND)


def is_being_checked(batch: ImportBatch) -> bool:
    """Whether a worker looks at the rows, or is about to."""
    return _works(batch, imports.CHECK_KIND)


def viewed_import(request: HttpRequest, pk: int) -> tuple[User, ImportBatch]:
    """Return who asks and the import; raises PermissionDenied, and Http404 where there is none for them."""
    return _found(require(request.user, "import.view"), pk)


def own_import(request: HttpRequest, pk: int) -> tuple[User, ImportBatch]:
    """Return who asks and the import that they may change; raises as ``viewed_import``."""
    return _found(require(request.user, "import.run"), pk)


def step_bar(here: str, batch: ImportBatch | None = None) -> list[Step]:
    """Return the steps with the present one marked; until it begins one can go where one has been."""
    names = [name for name, _label in _STEPS]
    may_go = batch is not None and is_open(batch)
    reached = max(names.index(here), _furthest(batch))
    return [
        Step(
            label=label,
            url=_step_url(name, batch) if may_go and number <= reached and name != here else "",
            is_here=name == here,
            is_past=number < names.index(here),
        )
        for number, (name, label) in enumerate(_STEPS)
    ]


def furthest_url(batch: ImportBatch) -> str:
    """Return the step at which an import that has not begun goes on."""
    return _step_url(_STEPS[_furthest(batch)][0], batch)


def begun_already(batch: ImportBatch) -> HttpResponse:
    """Lead somebody who goes back to a step of an import that has begun to its page."""
    return redirect("customers:import", batch.pk)


def _works(batch: ImportBatch, kind: str) -> bool:
    return batch.job is not None and batch.job.kind == kind and not batch.job.is_finished


def _furthest(batch: ImportBatch | None) -> int:
    if batch is None:
        return 0
    if batch.state == ImportState.PREVIEWED:
        return 3
    return 2 if batch.mapping else 1


def _step_url(name: str, batch: ImportBatch | None) -> str:
    if batch is None or name in {"upload", "run"}:
        return ""
    return reverse(f"customers:import_{name}", args=[batch.pk])


def _found(user: User, pk: int) -> tuple[User, ImportBatch]:
    batch = find_import(user, pk)
    if batch is None:
        raise Http404
    return user, batch
