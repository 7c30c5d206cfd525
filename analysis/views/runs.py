"""The runs of the analysis: their history, one run, and the button that starts one."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from analysis.forms.runs import RunForm
from analysis.models import AnalysisRun
from analysis.registry import FURTHER
from analysis.selectors import runs as selector
from analysis.selectors.explanations import step_label
from analysis.selectors.results import broken_jobs, results_of
from analysis.services import runs as service
from analysis.views.sentences import window_sentence
from crm.models import User
from crm.policy import can, require
from crm.templatetags.format import day, duration, money, number
from crm.views.jobs import job_card

RUNS_ON_A_PAGE = 25
TONES = {"done": "good", "failed": "bad", "refused": "warn", "running": "info", "queued": "info"}


@require_http_methods(["GET", "HEAD", "POST"])
def run_list(request: HttpRequest) -> HttpResponse:
    """List the runs, newest first; a POST starts one on a worker."""
    user = require(request.user, "analysis.view")
    form = RunForm(request.POST or None)
    if request.method == "POST":
        require(user, "analysis.run")
        if form.is_valid() and (started := _started(form, user)):
            return redirect("analysis:run", started.pk)
    page = Paginator(selector.runs_for(user), RUNS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "form": form,
        "can_run": can(user, "analysis.run"),
        "published": selector.published(),
        "running": _card(request, selector.running()),
    }
    return render(request, "analysis/runs.html", context, status=400 if form.errors else 200)


def _started(form: RunForm, user: User) -> AnalysisRun | None:
    """Start the run that is asked for; None, and an error on the form, when too many wait."""
    try:
        return service.start_run(
            actor=user,
            as_of=form.cleaned_data["as_of"],
            publish=form.is_not_older_than(selector.published()),
            further=True,
        )
    except service.RunsWaitingError as error:
        form.add_error(None, str(error))
        return None


@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one run: how far it is, what it found, which policy it followed, how long each step took."""
    user = require(request.user, "analysis.view")
    found = selector.runs_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    context = {
        "run": found,
        "card": _card(request, found),
        # What a run broke on may name the company's totals.
        "problem": found.error if can(user, "company.view") else "",
        "crumbs": [{"label": _("Runs"), "url": reverse("analysis:runs")}],
        "facts": _facts(found, sees_company=can(user, "company.view")),
        "measures": _measures(found),
        "broken": _broken(request, found),
        "timings": [
            {"label": step_label(step), "value": duration(found.timings[step])}
            for step in service.STEPS
            if step in found.timings
        ],
    }
    return render(request, "analysis/run.html", context)


def nothing_published(request: HttpRequest, user: User) -> HttpResponse:
    """Say that no run has been published yet, and offer to start the first one."""
    context = {
        "can_run": can(user, "analysis.run"),
        "running": _card(request, selector.running()),
    }
    return render(request, "analysis/nothing_published.html", context)


def _facts(found: AnalysisRun, *, sees_company: bool) -> list[dict[str, Any]]:
    """Describe what the run looked at; company totals are for those who see the company."""
    facts: list[dict[str, Any]] = [
        {"label": _("As of"), "value": day(found.as_of)},
        {"label": _("Window"), "value": window_sentence(found) if found.window_start else None},
        {"label": _("Source of the figures"), "value": found.get_facts_source_display() or None},
        {"label": _("Requested by"), "value": str(found.requested_by or _("The system"))},
    ]
    if sees_company and found.totals:
        totals = found.totals
        facts += [
            {"label": _("Customers"), "value": number(totals["customers"])},
            {"label": _("Order lines"), "value": number(totals["lines"])},
            {"label": _("Net revenue of all lines"), "value": money(totals["net_revenue"], found.currency)},
            {
                "label": _("Net revenue of known customers"),
                "value": money(totals["identified_net_revenue"], found.currency),
            },
        ]
    return facts


def _measures(found: AnalysisRun) -> list[dict[str, Any]]:
    """Where each further measure of the run stands, in the order of the registry."""
    results = results_of(found)
    return [
        {
            "label": measure.label,
            "state": result.get_state_display(),
            "tone": TONES.get(result.state, ""),
            "note": step_label(result.problem) if result.problem else "",
            "took": duration(
                sum(result.timings.get(step, 0) for step in ("read", "compute", "merge", "store"))
            )
            if result.is_done
            else "",
        }
        for name, measure in FURTHER.items()
        if (result := results.get(name))
    ]


def _broken(request: HttpRequest, found: AnalysisRun) -> list[dict[str, Any]]:
    """Describe the jobs of measures that broke or were stopped for components/job.html, to be tried again."""
    return [
        {"label": FURTHER[name].label, **job_card(request, job, url=found.get_absolute_url())}
        for name, job in broken_jobs(found)
        if name in FURTHER
    ]


def _card(request: HttpRequest, found: AnalysisRun | None) -> dict[str, Any] | None:
    """Describe the run's job for components/job.html."""
    if found is None or found.job is None:
        return None
    return job_card(request, found.job, url=found.get_absolute_url())
