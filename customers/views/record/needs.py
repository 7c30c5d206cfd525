"""The line in a record's head that joins what waits for somebody across its records, with one button."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.policy import can
from crm.templatetags.format import day, days, number
from customers.selectors import behaviour
from customers.selectors.tasks import TaskRow, consents_withdrawn_since
from customers.views.record.visit import Visit

DAYS_AHEAD = 7
CONSENT_DAYS = 30


def needs(visit: Visit) -> dict[str, str]:
    """Say in one sentence what waits for somebody, with the place to do something about the first of it."""
    today = timezone.localdate()
    tasks = [task for task in visit.tasks if task.due_on <= today]
    waiting = _complaints(visit)
    sentences = [*waiting, *_overdue(visit), *_tasks(tasks), *_days(visit), *_consents(visit)]
    if not sentences:
        return {}
    url, action = _first_step(visit, tasks, bool(waiting))
    return {"text": _("; ").join(sentences), "url": url, "action": action}


def _first_step(visit: Visit, tasks: list[TaskRow], complains: bool) -> tuple[str, str]:
    if complains:
        return visit.tab_url("behaviour"), _("See complaints")
    if not can(visit.user, "customer.edit"):
        return visit.tab_url("analysis"), _("See why")
    if tasks:
        return reverse("customers:task", args=[tasks[0].id]), _("Open the task")
    log = urlencode({"customer": visit.record.customer.pk})
    return f"{reverse('customers:log')}?{log}", _("Log contact")


def _complaints(visit: Visit) -> list[str]:
    waiting = behaviour.open_complaints(visit.record.customer)
    if not waiting:
        return []
    waited = days(max(0, (timezone.now() - waiting[0]).days))
    return [
        ngettext(
            "one complaint has waited %(days)s for an answer",
            "%(count)s complaints wait for an answer, the oldest for %(days)s",
            len(waiting),
        )
        % {"count": number(len(waiting)), "days": waited}
    ]


def _overdue(visit: Visit) -> list[str]:
    standing = visit.explanation.standing if visit.explanation else None
    return [standing.churn_reason or standing.churn_label] if standing and standing.churn_flag else []


def _tasks(tasks: list[TaskRow]) -> list[str]:
    if not tasks:
        return []
    return [
        ngettext("to do: %(what)s", "%(count)s things to do: %(what)s …", len(tasks))
        % {"count": number(len(tasks)), "what": tasks[0].title}
    ]


def _days(visit: Visit) -> list[str]:
    today = timezone.localdate()
    last = today + timedelta(days=DAYS_AHEAD)
    words = {today: _("today"), today + timedelta(days=1): _("tomorrow")}
    return [
        _("%(what)s %(when)s")
        % {
            "what": " · ".join(filter(None, [each.detail, each.kind])),
            "when": words.get(each.on) or day(each.on),
        }
        for each in visit.coming
        if each.on <= last
    ]


def _consents(visit: Visit) -> list[str]:
    since = timezone.localdate() - timedelta(days=CONSENT_DAYS)
    count = consents_withdrawn_since(visit.record.customer, since)
    if not count:
        return []
    return [
        ngettext("a consent was withdrawn", "%(count)s consents were withdrawn", count)
        % {"count": number(count)}
    ]
