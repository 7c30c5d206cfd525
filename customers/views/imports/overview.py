"""All imports, and giving one up that has not begun."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.policy import can, require
from crm.views.answers import say
from customers.models import ImportKind, ImportState
from customers.selectors.imports import ImportPage, import_page
from customers.services import imports
from customers.views.imports.describing import STATE_TONES
from customers.views.imports.steps import begun_already, is_open, own_import

_LONGEST_NUMBER = 18
Choices = list[tuple[str, str | Promise]]


@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """List the imports, the newest first, by state and kind if the address says so."""
    user = require(request.user, "import.view")
    chosen = {
        "state": _one_of(request.GET.get("state", ""), ImportState.values),
        "kind": _one_of(request.GET.get("kind", ""), ImportKind.values),
    }
    before = _number(request.GET.get("before", ""))
    page = import_page(user, **chosen, before=before)
    for row in page.rows:
        row.tone = STATE_TONES.get(ImportState(row.state), "")  # type: ignore[attr-defined]
    context = {
        "rows": page.rows,
        "columns": _columns(),
        "may_run": can(user, "import.run"),
        **_filters(chosen),
        **_neighbours(chosen, page, before),
    }
    return render(request, "customers/imports/list.html", context)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up an import that has not begun, with its file."""
    _user, batch = own_import(request, pk)
    if not is_open(batch):
        messages.error(request, _("This import has begun: it can be cancelled or undone, not discarded."))
        return begun_already(batch)
    imports.forget(batch)
    say(request, _("The import of %(name)s was discarded.") % {"name": batch.file_name})
    return redirect("customers:imports")


def _columns() -> list[dict[str, Any]]:
    words = (_("Rows"), _("Created"), _("Updated"), _("Unchanged"), _("Skipped"), _("Rejected"))
    return [
        {"label": _("File")},
        {"label": _("State")},
        *({"label": word, "kind": "number"} for word in words),
        {"label": _("Brought by")},
        {"label": _("When")},
    ]


def _filters(chosen: dict[str, str]) -> dict[str, Any]:
    sets: dict[str, tuple[str, Choices]] = {
        "state": (_("State"), list(ImportState.choices)),
        "kind": (_("Rows are"), list(ImportKind.choices)),
    }
    active = [
        {"label": dict(options)[chosen[name]], "clear_url": _url({**chosen, name: ""})}
        for name, (_label, options) in sets.items()
        if chosen[name]
    ]
    choices = [
        {
            "label": label,
            "options": [
                {"label": word, "url": _url({**chosen, name: value}), "active": chosen[name] == value}
                for value, word in options
            ],
        }
        for name, (label, options) in sets.items()
    ]
    return {"active": active, "choices": choices, "clear_url": _url({})}


def _neighbours(chosen: dict[str, str], page: ImportPage, before: int | None) -> dict[str, str]:
    older = _url({**chosen, "before": str(page.before)}) if page.before else ""
    return {"older_url": older, "newest_url": _url(chosen) if before else ""}


def _url(asked: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('customers:imports')}?{query}" if query else reverse("customers:imports")


def _one_of(text: str, values: list[str]) -> str:
    return text if text in values else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None
