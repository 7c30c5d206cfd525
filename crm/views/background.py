"""Background work: what waits, what runs, what failed and waits for somebody to look at it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from crm.models import Job, JobState
from crm.paging import Key, Page, integer, keyset_page
from crm.policy import require
from crm.views.jobs import KINDS, job_card
from crm.views.lists import chosen, listing

STATES = {
    "open": (JobState.QUEUED, JobState.RUNNING),
    "broken": (JobState.QUARANTINED, JobState.FAILED),
    "done": (JobState.DONE, JobState.CANCELLED),
}
PAGE_ROWS = 30


@require_safe
def background(request: HttpRequest) -> HttpResponse:
    """Show the jobs of one state, the newest first, with what can be done about them."""
    require(request.user, "jobs.view")
    state, notes = chosen(request, "state", STATES, "open")
    shown = listing(request, lambda **cursor: _page(state, **cursor))
    labels = {
        "open": _("Waiting or running"),
        "broken": _("Failed or quarantined"),
        "done": pgettext("job", "Ended"),
    }
    context = {
        "tabs": [
            {
                "label": labels[name],
                "url": f"?state={name}",
                "active": name == state,
                "count": Job.objects.filter(state__in=states, kind__in=KINDS).count()
                if name != "done"
                else None,
            }
            for name, states in STATES.items()
        ],
        "cards": [_card(request, job) for job in shown.rows],
        "shown": shown,
        "notes": [*notes, *shown.notes],
    }
    return render(request, "jobs/background.html", context)


def _card(request: HttpRequest, job: Job) -> dict[str, Any]:
    """Describe a job; what is somebody's own business can be seen here, and neither opened nor stopped."""
    card = job_card(request, job) | {"owner": job.created_by}
    if KINDS[job.kind].is_private and job.created_by_id != request.user.pk:
        card |= {"poll_url": "", "cancel_url": "", "retry_url": ""}
    return card


def _page(state: str, *, after: str, before: str) -> Page[Job]:
    rows = Job.objects.filter(state__in=STATES[state], kind__in=KINDS).select_related("created_by")
    keys = (Key("id", integer, descending=True),)
    return keyset_page(rows, keys, after=after, before=before, size=PAGE_ROWS)
