"""Taking a list out as a file: the question, the answer, and the files of one's own that wait."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from crm.models import Job, JobState, User
from crm.policy import can, require
from crm.services import saved_views
from crm.views.jobs import job_card
from customers.exports import asking, running
from customers.exports.lists import LISTS
from customers.forms.lists import ExportForm

MOST_SHOWN = 50
UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest, key: str) -> HttpResponse:
    """Ask how and why a list is to be exported, and begin: for who has proven themselves of late."""
    require(request.user, "customer.export")
    answer: HttpResponse = _export(request, key)
    return answer


@reauthentication_required(enabled=lambda request: request.method == "POST")  # type: ignore[untyped-decorator]
def _export(request: HttpRequest, key: str) -> HttpResponse:
    user = require(request.user, "customer.export")
    spec = LISTS.get(key)
    if spec is None:
        raise Http404
    query = saved_views.kept_query(request.GET, *asking.PASSING)
    form = ExportForm(request.POST or None, user=user, spec=spec)
    if form.is_valid():
        cleaned = form.cleaned_data
        order = running.Order(
            key=key,
            query=query,
            format=cleaned["format"],
            columns=cleaned["columns"],
            personal=bool(cleaned.get("personal")),
            bom=cleaned["bom"],
            reason=cleaned["reason"],
        )
        try:
            job = running.start(order, actor=user)
        except running.ExportError as error:
            form.add_error(None, str(error))
        else:
            return redirect("customers:export_job", job.pk)
    asked = asking.asked(spec, asking.viewer_of(user, spec), request.GET)
    context = {
        "spec": spec,
        "form": form,
        "count": asked.rows.order_by().values("pk")[: settings.EXPORT_MAX_ROWS + 1].count(),
        "cap": settings.EXPORT_MAX_ROWS,
        "masked": [
            column.label
            for column in running.columns_of(asked, running.EVERYTHING, personal=True)
            if column not in running.columns_of(asked, running.EVERYTHING, personal=False)
        ],
        "takes_personal": can(user, "personal.export"),
        "back": f"{reverse(spec.route)}?{query}" if query else reverse(spec.route),
        "hours": settings.EXPORT_HOURS,
    }
    return render(
        request,
        "customers/exports/ask.html",
        context,
        status=UNPROCESSABLE if request.method == "POST" else 200,
    )


@require_safe
def export_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one export of one's own: how far it is, or the file."""
    user = require(request.user, "customer.export")
    job = _own(user, pk)
    return render(
        request,
        "customers/exports/job.html",
        {"card": job_card(request, job), "row": _row(job), "hours": settings.EXPORT_HOURS},
    )


@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """List one's own exports, the newest first."""
    user = require(request.user, "customer.export")
    rows = Job.objects.filter(kind=running.KIND, created_by=user)[:MOST_SHOWN]
    return render(request, "customers/exports/list.html", {"rows": [_row(job) for job in rows]})


@require_safe
def export_file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand out the file of one's own export, until it expires, or the right or a customer in it is gone."""
    user = require(request.user, "customer.export")
    job = _own(user, pk)
    if job.arguments["personal"]:
        require(user, "personal.export")
    path = running.file_of(job)
    if path is None or not running.is_all_visible(job, user):
        raise Http404
    spec, kind = LISTS[job.arguments["list"]], job.arguments["format"]
    response = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"{spec.title}-{timezone.localtime(job.created_at):%Y-%m-%d}{running.SUFFIXES[kind]}",
        content_type=running.FORMATS[kind],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _own(user: User, pk: int) -> Job:
    job = Job.objects.filter(pk=pk, kind=running.KIND, created_by=user).first()
    if job is None:
        raise Http404
    return job


def _row(job: Job) -> dict[str, Any]:
    spec = LISTS[job.arguments["list"]]
    return {
        "id": job.pk,
        "title": spec.title,
        "at": job.created_at,
        "state": job.get_state_display(),
        "is_done": job.state == JobState.DONE,
        "format": job.arguments["format"],
        "rows": job.result.get("rows"),
        "expires_at": parse_datetime(job.result["expires_at"]) if job.result.get("expires_at") else None,
        "reason": job.arguments["reason"],
        "file_url": reverse("customers:export_file", args=[job.pk]) if running.file_of(job) else "",
    }
