"""Tasks: asked for, done, put off, given away, taken up again."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.models import User
from crm.policy import require
from crm.views.answers import go_back, say, toast
from customers.forms.meanwhile import seen_in, send_again
from customers.forms.tasks import OutcomeForm, TaskForm
from customers.models import Task
from customers.selectors import profiles
from customers.selectors.parts import state_of
from customers.selectors.tasks import visible_task
from customers.services.meanwhile import ChangedMeanwhileError
from customers.services.tasks import change_task, complete_task, create_task, reopen_task

DEFAULT_DAYS = 3


@require_http_methods(["GET", "POST"])
def new_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for something to be done for a customer."""
    user = require(request.user, "customer.edit")
    customer = profiles.visible_customers(user).filter(pk=pk).first()
    if customer is None:
        raise Http404
    initial = {"due_on": timezone.localdate() + timedelta(days=DEFAULT_DAYS)}
    form = TaskForm(request.POST if request.method == "POST" else None, user=user, initial=initial)
    if form.is_valid():
        made = create_task(actor=user, customer_id=pk, **form.cleaned_data)
        say(request, _("Task set for %(name)s.") % {"name": made.assignee})
        return redirect(customer)
    context = {
        "form": form,
        "title": _("New task"),
        "crumbs": _crumbs(customer.name, customer.get_absolute_url()),
        "back_url": customer.get_absolute_url(),
    }
    return render(request, "customers/tasks/new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a task, and change what it says, when it is due and whose it is."""
    user = require(request.user, "customer.edit")
    found = _found(user, pk)
    form = TaskForm(request.POST if request.method == "POST" else None, instance=found, user=user)
    differing: list[dict[str, str]] = []
    if form.is_valid():
        try:
            change_task(pk, actor=user, seen=seen_in(form), **form.changes())
        except ChangedMeanwhileError as conflict:
            differing = send_again(form, conflict.current, state_of(conflict.current))
        else:
            say(request, _("Saved."))
            return redirect(found.customer)
    context = {
        "differences": differing,
        "task": found,
        "form": form,
        "outcome": OutcomeForm(),
        "crumbs": _crumbs(found.customer.name, found.customer.get_absolute_url()),
        "back_url": found.customer.get_absolute_url(),
    }
    status = 409 if differing else 422 if form.is_bound else 200
    return render(request, "customers/tasks/task.html", context, status=status)


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a task is done; that can be taken back."""
    user = require(request.user, "customer.edit")
    found = _found(user, pk)
    form = OutcomeForm(request.POST)
    complete_task(pk, actor=user, outcome=form.cleaned_data["outcome"] if form.is_valid() else "")
    text, undo_url = _("Done: %(what)s") % {"what": found.title}, reverse("customers:task_reopen", args=[pk])
    if request.htmx:  # type: ignore[attr-defined]
        return toast(request, text, undo_url=undo_url)
    say(request, text, undo_url=undo_url)
    return go_back(request, found.customer.get_absolute_url())


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up a task again that was done."""
    user = require(request.user, "customer.edit")
    found = _found(user, pk)
    reopen_task(pk, actor=user)
    say(request, _("To be done again: %(what)s") % {"what": found.title})
    return go_back(request, found.customer.get_absolute_url())


@require_POST
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a task off until tomorrow."""
    user = require(request.user, "customer.edit")
    found = _found(user, pk)
    change_task(pk, actor=user, due_on=timezone.localdate() + timedelta(days=1))
    text = _("Put off until tomorrow: %(what)s") % {"what": found.title}
    if request.htmx:  # type: ignore[attr-defined]
        return toast(request, text)
    say(request, text)
    return go_back(request, found.customer.get_absolute_url())


def _found(user: User, pk: int) -> Task:
    found = visible_task(user, pk)
    if found is None:
        raise Http404
    return found


def _crumbs(name: str, url: str) -> list[dict[str, str]]:
    return [{"label": _("Customers"), "url": reverse("customers:list")}, {"label": name, "url": url}]
