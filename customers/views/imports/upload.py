"""Bringing a file: from the disk, by dropping it, or as pasted rows."""

from __future__ import annotations

from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from crm.models import User
from crm.policy import require
from crm.views.answers import say
from customers.forms.imports.upload import MEGABYTE, UploadForm, too_large
from customers.imports.kind_guess import guess_kinds
from customers.imports.problems import FileProblem
from customers.imports.readers import read_table
from customers.models import ImportBatch, ImportKind
from customers.selectors.imports import unbegun_twin
from customers.services import imports
from customers.views.imports.steps import furthest_url, step_bar

UNPROCESSABLE = 422
TOO_LARGE = 413
# What a form adds around a file.
_ENVELOPE = MEGABYTE
_PIECE = MEGABYTE


@csrf_exempt  # looking for the token would take in the whole file; the page proper is protected
@require_http_methods(["GET", "HEAD", "POST"])
def new_import(request: HttpRequest) -> HttpResponse:
    """Take a file in, if it is not larger than is taken."""
    require(request.user, "import.run")
    if _declared_size(request) > settings.IMPORT_MAX_MB * MEGABYTE + _ENVELOPE:
        _drain(request)
        return _page(request, UploadForm(), too_large(), status=TOO_LARGE)
    try:
        return _take(request)
    except RequestDataTooBig:
        message = _("That is too much to paste: save it as a file, and choose that.")
        return _page(request, UploadForm(), message, status=TOO_LARGE)


@csrf_protect
def _take(request: HttpRequest) -> HttpResponse:
    user = require(request.user, "import.run")
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = _received(form, user)
        except FileProblem as problem:
            form.add_error("file", str(problem))
        else:
            return _go_on(request, user, batch)
    return _page(request, form, status=UNPROCESSABLE if request.method == "POST" else 200)


def _received(form: UploadForm, user: User) -> ImportBatch:
    file, name = form.opened()
    kind = form.cleaned_data["kind"] or _guessed_kind(file, name)
    return imports.receive(file, name=name, kind=kind, actor=user, reading=imports.Reading(by_name=False))


def _guessed_kind(file: BinaryIO, name: str) -> str:
    """Return what the rows of a file are, as far as its headers tell; what can't be read yet is asked about next."""
    try:
        guesses = guess_kinds(read_table(file, name=name, by_name=False))
    except FileProblem:
        return ImportKind.CUSTOMERS
    return guesses[0][0].value if guesses else ImportKind.CUSTOMERS


def _go_on(request: HttpRequest, user: User, batch: ImportBatch) -> HttpResponse:
    """Go to the next step; a file that one has uploaded before and never begun goes on where it was."""
    twin = unbegun_twin(user, batch)
    if twin is not None and twin.kind == batch.kind:
        imports.forget(batch)
        say(request, _("You have uploaded this file before: here it goes on where you left it."))
        return _lead(request, furthest_url(twin))
    return _lead(request, reverse("customers:import_reading", args=[batch.pk]))


def _lead(request: HttpRequest, url: str) -> HttpResponse:
    """Go to a page; the script that sent the file is told where."""
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _page(request: HttpRequest, form: UploadForm, problem: str = "", *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "problem": problem,
        "steps": step_bar("upload"),
        "limit_mb": settings.IMPORT_MAX_MB,
        "limit": settings.IMPORT_MAX_MB * MEGABYTE,
        "too_large": too_large(),
    }
    return render(request, "customers/imports/upload.html", context, status=status)


def _declared_size(request: HttpRequest) -> int:
    size = request.META.get("CONTENT_LENGTH") or "0"
    return int(size) if str(size).isdigit() else 0


def _drain(request: HttpRequest) -> None:
    """Let a body that is too large pass by unread, up to a limit: a browser hears no answer before it has sent it."""
    left = 2 * settings.IMPORT_MAX_MB * MEGABYTE
    while left > 0 and (piece := request.read(min(_PIECE, left))):
        left -= len(piece)
