"""Today: what waits, the most valuable customer first, each with one sentence that says why and one button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm.extensions import customer_insights
from crm.models import Job, User
from crm.models.jobs import JobState
from crm.policy import Scope, can, require, scope_of
from crm.templatetags.format import day, days
from crm.views.addresses import with_parameters
from crm.views.jobs import KINDS
from crm.views.lists import chosen
from customers.selectors import today as selectors
from customers.selectors.plans import own_standing
from customers.selectors.profiles import visible_customers
from customers.selectors.queue_rows import QueueRow, Waiting

LONGEST_COUNT = 6
WHOSE = {"own": gettext_lazy("Mine"), "team": gettext_lazy("My team's")}
ICONS = {
    Waiting.COMPLAINT: "shield-exclamation",
    Waiting.TASK: "check-circle",
    Waiting.DATE: "gift",
    Waiting.OVERDUE: "hourglass-split",
    Waiting.CARE: "compass",
    Waiting.INFORMANT: "megaphone",
}
RUN_TONES: dict[str, str] = {JobState.DONE: "good", JobState.FAILED: "bad", JobState.QUARANTINED: "bad"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the queue in words; ``done_url`` and ``later_url`` take a POST, ``log_url`` opens the quick log."""

    row: QueueRow
    icon: str
    why: str
    url: str
    action: str
    action_url: str
    done_url: str = ""
    later_url: str = ""
    log_url: str = ""
    is_late: bool = False


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Show what waits today; managers see their team's queue too."""
    user = require(request.user, "customer.view")
    sees_more = scope_of(user, "customer.view") > Scope.OWN
    whose, notes = chosen(request, "whose", WHOSE if sees_more else {"own": WHOSE["own"]}, _default(user))
    insights = customer_insights()
    now = timezone.localdate()
    rows = selectors.queue(user, insights, own=whose == "own", today=now)
    asks_for_all = f"{reverse('customers:today_waiting')}?{urlencode({'whose': whose, 'shown': len(rows)})}"
    writes = can(user, "customer.edit")
    context = {
        "today": now,
        "rows": [_shown(row, writes) for row in rows],
        "count_url": asks_for_all if selectors.may_have_been_cut(rows) else "",
        "numbers": selectors.numbers(user, now),
        "standing": own_standing(user, now),
        "numbers_links": {"customers": f"{reverse('customers:list')}?{urlencode({'owner': user.pk})}"},
        "is_ranked": insights is not None,
        "steps": _first_steps(user, insights is not None),
        "runs": [_run(job) for job in selectors.last_jobs(user)],
        "whose": [
            {"label": label, "url": with_parameters(request, whose=name), "active": name == whose}
            for name, label in WHOSE.items()
        ]
        if sees_more
        else [],
        "note": " ".join(notes),
        "writes": writes,
    }
    return render(request, "customers/today/today.html", context)


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Say how many rows of how many the queue shows: counted once it stands, for that takes longer than the rows."""
    user = require(request.user, "customer.view")
    own = request.GET.get("whose") != "team" or scope_of(user, "customer.view") <= Scope.OWN
    counts = selectors.count_waiting(user, customer_insights(), own=own, today=timezone.localdate())
    shown = request.GET.get("shown", "")
    # A number that nobody can show is not repeated.
    rows = int(shown) if shown.isascii() and shown.isdigit() and len(shown) <= LONGEST_COUNT else 0
    context = {"shown": rows, "count": max(sum(counts.values()), rows)}
    return render(request, "customers/today/waiting.html", context)


def _default(user: User) -> str:
    return "own" if scope_of(user, "customer.view") is Scope.OWN else "team"


def _first_steps(user: User, has_run: bool) -> list[dict[str, Any]]:
    """Say what to do first, as long as there are no customers or nothing was analysed."""
    has_customers = visible_customers(user).exists()
    if has_customers and has_run:
        return []
    steps = [
        {
            "done": has_customers,
            "text": _("Add the first customer."),
            "url": reverse("customers:new") if can(user, "customer.edit") else "",
            "action": _("New customer"),
        }
    ]
    if can(user, "import.run"):
        steps.append(
            {
                "done": has_customers,
                "text": _("Bring in the lists that you have: customers, products, orders."),
                "url": reverse("customers:import_new"),
                "action": _("New import"),
            }
        )
    if can(user, "customer.edit"):
        steps.append(
            {
                "done": selectors.has_logged(user),
                "text": _("Note what was said with a customer: press l anywhere."),
                "url": reverse("customers:log"),
                "action": _("Quick log"),
            }
        )
    if can(user, "analysis.run"):
        steps.append(
            {
                "done": has_run,
                "text": _("Run the analysis, so that the queue knows who is worth most and who is late."),
                "url": reverse("analysis:runs"),
                "action": _("Go to the runs"),
            }
        )
    return steps


def _run(job: Job) -> dict[str, Any]:
    return {
        "title": KINDS[job.kind].title if job.kind in KINDS else job.kind,
        "state": job.get_state_display(),
        "tone": RUN_TONES.get(job.state, ""),
        "at": job.finished_at or job.created_at,
    }


def _shown(row: QueueRow, writes: bool) -> Shown:
    record = reverse("customers:record", args=[row.customer_id]) if row.customer_id else ""
    log = f"{reverse('customers:log')}?{urlencode({'customer': row.customer_id})}"
    shown = partial(Shown, row, ICONS[row.why], _SENTENCES[row.why](row), record)
    if row.why is Waiting.TASK and writes:
        return shown(
            action=_("Mark as done"),
            action_url=reverse("customers:task", args=[row.about]),
            done_url=reverse("customers:task_done", args=[row.about]),
            later_url=reverse("customers:task_snooze", args=[row.about]),
            is_late=row.days > 0,
        )
    if row.why is Waiting.COMPLAINT:
        return shown(action=_("See complaints"), action_url=f"{record}?tab=behaviour", is_late=True)
    if row.why is Waiting.OVERDUE:
        follow = reverse("customers:churn_case", args=[row.customer_id])
        return shown(action=_("Follow up") if writes else _("Open"), action_url=follow, is_late=True)
    if writes and row.customer_id:
        return shown(action=_("Log contact"), action_url=log, log_url=log)
    return shown(action=_("Open"), action_url=record)


def _of_task(row: QueueRow) -> str:
    late = _("%(days)s late") % {"days": days(row.days)} if row.days else _("due today")
    return " · ".join(filter(None, [row.text, late, row.detail]))


def _of_complaint(row: QueueRow) -> str:
    return _("Complaint (%(type)s) open for %(days)s.") % {"type": row.text, "days": days(row.days)}


def _of_date(row: QueueRow) -> str:
    when = _("today") if row.on == timezone.localdate() else _("tomorrow")
    what = " · ".join(filter(None, [row.detail, row.text]))
    return _("%(what)s %(when)s.") % {"what": what, "when": when}


def _of_overdue(row: QueueRow) -> str:
    if row.standing and row.standing.churn_reason:
        return row.standing.churn_reason
    return _("No order for %(days)s, longer than this customer's rhythm.") % {"days": days(row.days)}


def _of_care(row: QueueRow) -> str:
    tier = row.standing.tier if row.standing else ""
    if row.on is None:
        return _("Care visit due: a customer of tier %(tier)s to whom nobody has spoken yet.") % {
            "tier": tier
        }
    return _("Care visit due: last contact on %(day)s; customers of tier %(tier)s every %(days)s.") % {
        "day": day(row.on),
        "tier": tier,
        "days": days(int(row.detail)),
    }


def _of_informant(row: QueueRow) -> str:
    return _("Informant silent for %(days)s: ask for news.") % {"days": days(row.days)}


_SENTENCES: dict[Waiting, Callable[[QueueRow], str]] = {
    Waiting.TASK: _of_task,
    Waiting.COMPLAINT: _of_complaint,
    Waiting.DATE: _of_date,
    Waiting.OVERDUE: _of_overdue,
    Waiting.CARE: _of_care,
    Waiting.INFORMANT: _of_informant,
}
