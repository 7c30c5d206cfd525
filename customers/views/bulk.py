"""Changing many rows of a list: which ones, what with them, and back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.models import Job, JobState, User
from crm.policy import require
from crm.templatetags.format import number
from crm.views.answers import say
from crm.views.jobs import job_card
from customers.exports import asking
from customers.exports.lists import LISTS, ListSpec
from customers.filters.base import FilterError, read_id
from customers.forms.lists import BULK_FORMS
from customers.services import bulk

TITLES = {
    "assign": gettext_lazy("Give customers to a colleague"),
    "tag": gettext_lazy("Tag customers"),
    "campaign": gettext_lazy("Add customers to a campaign"),
    "task": gettext_lazy("Create a task for each customer"),
    "done": gettext_lazy("Mark tasks as done"),
    "snooze": gettext_lazy("Put tasks off"),
    "reassign": gettext_lazy("Give tasks to a colleague"),
}
UNPROCESSABLE = 422


@require_POST
def bulk_change(request: HttpRequest, key: str) -> HttpResponse:
    """Ask what a change needs to know about the chosen rows, then make it."""
    user = require(request.user, "customer.edit")
    spec = LISTS.get(key)
    action = request.POST.get("action", "")
    if spec is None or action not in spec.actions:
        raise Http404
    query = request.POST.get("query", "")
    ids = _chosen(request, user, spec, query)
    back = f"{reverse(spec.route)}?{query}" if query else f"{reverse(spec.route)}?view=0"
    if not ids or len(ids) > settings.BULK_MAX_ROWS:
        messages.error(request, _refusal(len(ids)))
        return HttpResponseRedirect(back)
    is_answer = request.POST.get("confirmed") == "1"
    form = BULK_FORMS[action](request.POST if is_answer else None, user=user)
    if is_answer and form.is_valid():
        return _done(request, bulk.start(actor=user, action=action, ids=ids, values=form.values()), back)
    context = {
        "spec": spec,
        "action": action,
        "title": TITLES[action],
        "form": form,
        "ids": [] if request.POST.get("all") else ids,
        "all": bool(request.POST.get("all")),
        "query": query,
        "chosen": _("Chosen: %(rows)s") % {"rows": spec.counted(len(ids)) % {"count": number(len(ids))}},
        "back": back,
    }
    status = UNPROCESSABLE if is_answer else 200
    return render(request, "customers/lists/bulk.html", context, status=status)


@require_safe
def bulk_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a change of one's own is, and how to take it back."""
    user = require(request.user, "customer.edit")
    job = Job.objects.filter(pk=pk, kind=bulk.KIND, created_by=user).first()
    if job is None:
        raise Http404
    is_done = job.state == JobState.DONE
    context: dict[str, Any] = {
        "card": job_card(request, job),
        "summary": _summary(job) if is_done else "",
        "can_undo": is_done and job.arguments["action"] != bulk.UNDO and job.result.get("changed"),
        "job_id": job.pk,
    }
    return render(request, "customers/lists/bulk_job.html", context)


@require_POST
def undo_bulk(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back what a change of one's own found."""
    user = require(request.user, "customer.edit")
    try:
        job = bulk.undo(pk, actor=user)
    except Job.DoesNotExist as error:
        raise Http404 from error
    except bulk.BulkError:
        messages.error(request, _("This change has been taken back already."))
        return redirect("customers:bulk_job", pk)
    return redirect("customers:bulk_job", job.pk)


def _chosen(request: HttpRequest, user: User, spec: ListSpec, query: str) -> list[int]:
    """Return the ids that were chosen, or of all rows that match; those out of scope are not there."""
    asked = asking.asked(spec, asking.viewer_of(user, spec), QueryDict(query))
    rows = asked.rows.order_by()
    if not request.POST.get("all"):
        rows = spec.visible(user).filter(pk__in=_ids(request)).order_by()
    return list(rows.values_list("pk", flat=True)[: settings.BULK_MAX_ROWS + 1])


def _ids(request: HttpRequest) -> list[int]:
    ids = []
    for text in request.POST.getlist("ids")[: settings.BULK_MAX_ROWS + 1]:
        try:
            ids.append(read_id(text))
        except FilterError:
            continue
    return ids


def _refusal(count: int) -> str:
    if not count:
        return _("Choose the rows first: tick them in the list, or take all that match.")
    return _("At most %(cap)s rows can be changed at a time. Narrow the list first.") % {
        "cap": number(settings.BULK_MAX_ROWS)
    }


def _done(request: HttpRequest, job: Job, back: str) -> HttpResponse:
    if job.state != JobState.DONE:
        return redirect("customers:bulk_job", job.pk)
    undo_url = reverse("customers:undo_bulk", args=[job.pk]) if job.result.get("changed") else ""
    say(request, _summary(job), undo_url=undo_url)
    return HttpResponseRedirect(back)


def _summary(job: Job) -> str:
    changed = int(job.result.get("changed", 0))
    if bulk.concerns_tasks(job):
        return ngettext("%(count)s task changed.", "%(count)s tasks changed.", changed) % {
            "count": number(changed)
        }
    return ngettext("%(count)s customer changed.", "%(count)s customers changed.", changed) % {
        "count": number(changed)
    }
