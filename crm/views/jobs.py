"""How far a piece of background work is: its card, which asks for itself again until it ends."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from crm.models import Job, User
from crm.models.jobs import REPEATABLE_STATES
from crm.policy import Scope, can, scope_of
from crm.services import jobs
from crm.templatetags.format import duration, moment


@dataclass(frozen=True, slots=True)
class JobKind:
    """How jobs of a kind are called, and the rights to see them and to stop or repeat them."""

    title: str | Promise
    view: str
    run: str
    # Whether it is nobody's business but the one's who asked for it.
    is_private: bool = False


KINDS = {
    "analysis.run": JobKind(_("Analysis"), "analysis.view", "analysis.run"),
    "analysis.measure": JobKind(_("Measure"), "analysis.view", "analysis.run"),
    "analysis.shard": JobKind(_("Part of a measure"), "analysis.view", "analysis.run"),
    "analysis.merge": JobKind(_("Merging of a measure"), "analysis.view", "analysis.run"),
    "analysis.what_if": JobKind(_("Preview of a policy"), "policy.edit", "policy.edit", is_private=True),
    "customers.duties": JobKind(_("Duties of the night"), "jobs.view", "privacy.manage"),
    "customers.backup": JobKind(_("Backup"), "jobs.view", "privacy.manage"),
    "customers.drill": JobKind(_("Restore drill"), "jobs.view", "privacy.manage"),
    "customers.import": JobKind(_("Import"), "import.view", "import.run"),
    "customers.import.check": JobKind(_("Check of an import"), "import.view", "import.run"),
    "customers.import.undo": JobKind(_("Undoing of an import"), "import.view", "import.run"),
    "customers.bulk": JobKind(
        _("Change of many customers"), "customer.edit", "customer.edit", is_private=True
    ),
    "customers.export": JobKind(_("Export"), "customer.export", "customer.export", is_private=True),
}


@require_safe
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a job's card; once the job has ended, a page that asked by htmx is told to show what came of it."""
    job = _visible_job(request, pk)
    response = render(request, "components/job.html", job_card(request, job))
    if job.is_finished and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


@require_POST
def cancel_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a job to stop."""
    jobs.cancel(_own_job(request, pk))
    return _back(request)


@require_POST
def retry_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a job that did not succeed another try."""
    jobs.retry(_own_job(request, pk))
    return _back(request)


def job_card(request: HttpRequest, job: Job, *, url: str = "") -> dict[str, Any]:
    """Describe a job for components/job.html; ``url`` is the page of what it does."""
    may_run = _may_run(request.user, job)
    repeatable = job.state in REPEATABLE_STATES
    return {
        "job": {
            "id": job.pk,
            "title": _kind(job).title,
            "state": job.state,
            "state_label": job.get_state_display(),
            "percent": job.percent,
            # A step is kept as it was written, so that every reader sees it in their own language.
            "step": gettext(job.step) if job.step else "",
            "started": moment(job.started_at) if job.started_at else "",
            "duration": duration(job.duration) if job.duration else "",
            "summary": "",
            # What a job broke on may name what it worked on: it is for those who may run it.
            "error": job.error if may_run else "",
            "resumed": job.attempt > 1,
        },
        "url": url,
        "poll_url": "" if job.is_finished else reverse("job_progress", args=[job.pk]),
        "cancel_url": reverse("job_cancel", args=[job.pk]) if may_run and not job.is_finished else "",
        "retry_url": reverse("job_retry", args=[job.pk]) if may_run and repeatable else "",
    }


def _visible_job(request: HttpRequest, pk: int) -> Job:
    job = Job.objects.filter(pk=pk).first()
    if job is None or job.kind not in KINDS or not can(request.user, _kind(job).view):
        raise Http404
    if _kind(job).is_private and job.created_by_id != request.user.pk:
        raise Http404
    return job


def _own_job(request: HttpRequest, pk: int) -> Job:
    job = _visible_job(request, pk)
    if not _may_run(request.user, job):
        raise PermissionDenied(_kind(job).run)
    return job


def _may_run(user: User | AnonymousUser, job: Job) -> bool:
    """Whether somebody may stop or repeat a job: their own, or any for those who act for the company."""
    scope = scope_of(user, _kind(job).run)
    return scope is Scope.ALL or (scope > Scope.NONE and job.created_by_id == user.pk)


def _kind(job: Job) -> JobKind:
    return KINDS[job.kind]


def _back(request: HttpRequest) -> HttpResponse:
    came_from = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(came_from) if here else redirect("home")
