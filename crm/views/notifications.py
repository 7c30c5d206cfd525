"""The bell: what happened, what was read, and which mail somebody wants."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.models import Job, Notification, SavedView, User
from crm.services import notifications, saved_views
from crm.services.notifications import Said
from crm.views.answers import go_back, say
from crm.views.jobs import KINDS

# Where what came of a job is found.
JOB_PAGES = {
    "analysis.run": "analysis:runs",
    "customers.export": "customers:exports",
    "customers.import": "customers:imports",
}


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """Show what happened lately, and the wishes about mail."""
    user = _signed_in(request)
    told = notifications.told_to(user)
    context = {
        "told": told,
        "unread": any(each.is_unread for each in told),
        "wants_digest": notifications.wants_digest(user),
    }
    return render(request, "notifications/list.html", context)


@require_safe
def unread(request: HttpRequest) -> HttpResponse:
    """Answer how many are unread, for the bell in the frame."""
    count = notifications.unread(_signed_in(request))
    return render(request, "notifications/count.html", {"count": count})


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """Mark one notification, or all, as read."""
    only = request.POST.get("id", "")
    if only and not (only.isascii() and only.isdigit() and int(only) < 2**63):
        raise Http404
    notifications.mark_read(_signed_in(request), int(only) if only else None)
    return go_back(request, reverse("notifications"))


@require_POST
def choose_mail(request: HttpRequest) -> HttpResponse:
    """Note whether somebody wants the digest."""
    wanted = request.POST.get("digest") == "1"
    notifications.choose_digest(_signed_in(request), wanted)
    say(request, _("You get the digest by mail.") if wanted else _("You get no digest any more."))
    return redirect("notifications")


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop_digest(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the digest by the link in a mail; the signed address is the right to it, and to nothing else."""
    try:
        user = User.objects.filter(pk=notifications.reader_of(token), is_active=True).first()
    except signing.BadSignature as error:
        raise Http404 from error
    if user is None:
        raise Http404
    if request.method == "POST":
        notifications.choose_digest(user, False)
    return render(request, "notifications/stop.html", {"stopped": request.method == "POST"})


def _signed_in(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def tell_of_jobs(user: User, told: Sequence[Notification]) -> dict[int, Said]:
    """Put into words that jobs of one's own have ended."""
    jobs = Job.objects.filter(created_by=user).in_bulk([row.about for row in told if row.about])
    return {
        row.pk: Said(f"{KINDS[job.kind].title}: {job.get_state_display()}", reverse(JOB_PAGES[job.kind]))
        for row in told
        if (job := jobs.get(row.about or 0)) and job.kind in JOB_PAGES
    }


def tell_of_views(user: User, told: Sequence[Notification]) -> dict[int, Said]:
    """Put into words that colleagues have shared views of lists."""
    found = SavedView.objects.select_related("owner").in_bulk([row.about for row in told if row.about])
    seen = {
        view.pk
        for page in {view.page for view in found.values()}
        for view in saved_views.visible_views(user, page)
    }
    return {
        row.pk: Said(
            _("%(who)s shares the view “%(name)s” with your team.")
            % {"who": found[row.about].owner, "name": found[row.about].name},
            f"{reverse(found[row.about].page)}?{found[row.about].query}",
        )
        for row in told
        if row.about in seen and row.about in found
    }
