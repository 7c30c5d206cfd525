"""Setting tasks from the lists of the analysis: one row's by its button, or those of all that were ticked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.models import JobState
from crm.policy import require
from crm.templatetags.format import number
from crm.views.answers import go_back, say
from customers.forms.list_tasks import ListTasksForm
from customers.services import bulk


@require_POST
def list_tasks(request: HttpRequest) -> HttpResponse:
    """Set a task for each chosen customer; that can be taken back."""
    user = require(request.user, "customer.edit")
    form = ListTasksForm(request.POST, user=user)
    back = reverse("customers:tasks")
    if not form.is_valid():
        messages.error(
            request,
            _("A task needs words that say what to do, and a day: %(problems)s")
            % {"problems": " ".join(str(each) for errors in form.errors.values() for each in errors)},
        )
        return go_back(request, back)
    try:
        job = bulk.start(actor=user, action="task", ids=form.ids(), values=form.values())
    except bulk.BulkError:
        messages.error(request, _("Tick at least one customer, and not more than can be changed at a time."))
        return go_back(request, back)
    if job.state != JobState.DONE:
        return redirect("customers:bulk_job", job.pk)
    made = job.result["changed"]
    if not made:
        messages.error(request, _("None of these customers is yours to set tasks for any more."))
        return go_back(request, back)
    text = ngettext("%(count)s task set.", "%(count)s tasks set.", made) % {"count": number(made)}
    say(request, text, undo_url=reverse("customers:undo_bulk", args=[job.pk]))
    return go_back(request, back)
