"""What the law asks, at a glance, and the ledgers behind it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from crm.models import AuditEntry
from crm.paging import Key, Page, integer, keyset_page
from crm.policy import can, require
from crm.templatetags.format import day, moment
from crm.views.lists import listing
from customers.forms.duties import RuleForm
from customers.forms.meanwhile import remember, seen_in, send_again
from customers.models import FieldSwitch, Purge, RetentionClass, SubjectRequest
from customers.selectors import duties
from customers.selectors.catalogue import SECTIONS
from customers.selectors.parts import state_of
from customers.services.duties import retention
from customers.services.meanwhile import ChangedMeanwhileError, state_or_absence
from customers.services.recovery.programs import put_aside

TABS = (
    ("customers:privacy", gettext_lazy("Overview")),
    ("customers:requests", gettext_lazy("Requests")),
    ("customers:processing", gettext_lazy("Processing register")),
    ("customers:incidents", gettext_lazy("Incidents")),
    ("customers:retention", gettext_lazy("Retention periods")),
    ("customers:minimisation", gettext_lazy("Unused fields")),
    ("customers:purges", gettext_lazy("Destroyed")),
)


def tabs(here: str) -> list[dict[str, Any]]:
    """Return the tabs of the privacy pages for components/tabs.html."""
    return [
        {"label": label, "url": reverse(route), "active": route == here, "count": None}
        for route, label in TABS
    ]


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is due, and where to look."""
    user = require(request.user, "privacy.view")
    waiting = duties.requests(user).filter(answered_on=None)
    late = waiting.filter(due_on__lt=timezone.localdate()).count()
    open_incidents = list(duties.incidents(user).filter(closed_at=None)[: duties.MOST_ROWS])
    context = {
        "tabs": tabs("customers:privacy"),
        "waiting": waiting.count(),
        "late": late,
        "incidents": [clocks(each) for each in open_incidents],
        "switches": FieldSwitch.objects.filter(is_on=True).count(),
        "activities": duties.activities(user).filter(is_ended=False).count(),
        "rules": sum(rule.rule is not None and rule.rule.days is not None for rule in duties.rules(user)),
        "classes": len(RetentionClass),
        "backup": _last("backup.take"),
        "drill": _last("backup.drill"),
        "put_aside": put_aside(),
        "can_manage": can(user, "privacy.manage"),
    }
    return render(request, "customers/duties/overview.html", context)


def clocks(incident: Any) -> dict[str, Any]:
    """Say of an incident how long ago it was noticed, and how much of the 72 hours is left."""
    until = incident.closed_at or timezone.now()
    told = incident.authority_told_at
    left = (incident.authority_due_at - (told or until)).total_seconds() / 3600
    return {
        "incident": incident,
        "noticed": moment(incident.noticed_at),
        "hours": int((until - incident.noticed_at).total_seconds() // 3600),
        "due": moment(incident.authority_due_at),
        "left": int(left),
        "is_told": told is not None,
        "is_late": left < 0,
        "told": moment(told) if told else "",
        "people_told": moment(incident.people_told_at) if incident.people_told_at else "",
    }


def _last(action: str) -> dict[str, Any] | None:
    entry = AuditEntry.objects.filter(action=action).order_by("-id").first()
    if entry is None:
        return None
    return {"at": moment(entry.at), "passed": entry.detail.get("passed", True)}


@require_safe
def retention_rules(request: HttpRequest) -> HttpResponse:
    """Show for how long each class of data is kept, and what tonight would destroy."""
    user = require(request.user, "privacy.view")
    rows = [
        {
            "data": each.data,
            "rule": each.rule,
            "due": retention.due(each.rule) if each.rule and each.rule.days else None,
        }
        for each in duties.rules(user)
    ]
    context = {"tabs": tabs("customers:retention"), "rows": rows, "can_manage": can(user, "privacy.manage")}
    return render(request, "customers/duties/retention.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def retention_rule(request: HttpRequest, data: str) -> HttpResponse:
    """Decide for how long a class of data is kept."""
    user = require(request.user, "privacy.manage")
    found = next((each for each in duties.rules(user) if each.data == data), None)
    if found is None:
        raise Http404
    rule = found.rule
    initial = {"days": rule.days, "basis": rule.basis} if rule else {}
    form = RuleForm(request.POST if request.method == "POST" else None, initial=initial)
    remember(form, state_or_absence(rule))
    differing: list[dict[str, str]] = []
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in RuleForm.base_fields}
        try:
            retention.decide(data, actor=user, seen=seen_in(form), **given)
        except ChangedMeanwhileError as conflict:
            differing = send_again(form, conflict.current, state_of(conflict.current))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("customers:retention")
    context = {
        "form": form,
        "differences": differing,
        "title": found.data.label,
        "back_url": reverse("customers:retention"),
        "crumbs": [{"label": _("Retention periods"), "url": reverse("customers:retention")}],
    }
    status = 409 if differing else 422 if form.is_bound else 200
    return render(request, "customers/duties/form.html", context, status=status)


@require_safe
def minimisation(request: HttpRequest) -> HttpResponse:
    """Show which fields about people nobody uses: what is not kept can't be lost."""
    user = require(request.user, "privacy.view")
    uses = duties.field_uses(user)
    rows = [
        {
            "use": use,
            "section": SECTIONS[use.field.section].title if use.field.section in SECTIONS else "",
            "recorded": day(use.last_recorded) if use.last_recorded else "–",
            "percent": round(use.share * 100, 1),
        }
        for use in uses
    ]
    context = {
        "tabs": tabs("customers:minimisation"),
        "rows": rows,
        "unused": sum(use.is_unused for use in uses),
        "can_switch": can(user, "fields.manage"),
    }
    return render(request, "customers/duties/minimisation.html", context)


@require_safe
def purge_ledger(request: HttpRequest) -> HttpResponse:
    """Show what was destroyed for good, the newest first."""
    user = require(request.user, "privacy.view")

    def read(*, after: str, before: str) -> Page[Purge]:
        return keyset_page(
            duties.purges(user), (Key("id", integer, descending=True),), after=after, before=before
        )

    context = {"tabs": tabs("customers:purges"), "shown": listing(request, read)}
    return render(request, "customers/duties/purges.html", context)


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """Show what people asked about their data, the most urgent first."""
    user = require(request.user, "privacy.view")
    rows: list[SubjectRequest] = list(duties.requests(user)[: duties.MOST_ROWS])
    context = {"tabs": tabs("customers:requests"), "rows": rows, "can_manage": can(user, "privacy.manage")}
    return render(request, "customers/duties/requests.html", context)
