"""Writing tasks: asked for, done with an outcome, taken up again, put off, given to somebody else (待办)."""

from __future__ import annotations

from datetime import date

import pghistory
from django.db import transaction
from django.utils import timezone

from crm.models import User
from crm.policy import require
from crm.services import audit
from crm.services.notifications import tell
from customers.models import Customer, Task, TaskOrigin
from customers.services.meanwhile import require_as_seen


@transaction.atomic
def create_task(
    *,
    actor: User,
    customer_id: int,
    title: str,
    due_on: date,
    reason: str = "",
    assignee: User | None = None,
    origin: TaskOrigin = TaskOrigin.MANUAL,
) -> Task:
    """Ask for something to be done for a customer; it is the actor's to do unless it is somebody else's.

    Raises PermissionDenied, and Customer.DoesNotExist when the actor may not see the customer.
    """
    require(actor, "customer.edit")
    customer = Customer.objects.visible_to(actor).get(pk=customer_id)
    with pghistory.context(user=actor.pk):
        task = Task.objects.create(
            customer=customer,
            title=title,
            reason=reason,
            due_on=due_on,
            origin=origin,
            assignee=assignee or actor,
            created_by=actor,
        )
    if task.assignee and task.assignee != actor:
        tell([task.assignee.pk], "task", f"task:{task.pk}", about=task.pk)
    audit.record(actor, "task.create", f"task:{task.pk}", customer=customer_id, assignee=task.assignee_id)
    return task


@transaction.atomic
def complete_task(task_id: int, *, actor: User, outcome: str = "") -> Task:
    """Note that a task is done and what came of it; a task that is done already keeps its first outcome.

    Raises PermissionDenied, and Task.DoesNotExist when the actor may not see it, as all functions here do.
    """
    task = _held(task_id, actor)
    if task.done_at is None:
        task.done_at, task.outcome = timezone.now(), outcome
        _save(task, actor, "task.complete", ["done_at", "outcome"])
    return task


@transaction.atomic
def reopen_task(task_id: int, *, actor: User) -> Task:
    """Take up a task again that was done; what was noted of it is gone from it, and stays in its history."""
    task = _held(task_id, actor)
    if task.done_at is not None:
        task.done_at, task.outcome = None, ""
        _save(task, actor, "task.reopen", ["done_at", "outcome"])
    return task


@transaction.atomic
def change_task(
    task_id: int,
    *,
    actor: User,
    due_on: date | None = None,
    assignee: User | None = None,
    title: str | None = None,
    reason: str | None = None,
    seen: str | None = None,
) -> Task:
    """Put a task off, give it to somebody else or word it anew; what is None stays.

    ``seen`` is its ``state_of`` when the actor opened it; raises ChangedMeanwhileError when it was saved since.
    """
    task = _held(task_id, actor)
    require_as_seen(task, seen)
    given = {"due_on": due_on, "assignee": assignee, "title": title, "reason": reason}
    changes = {name: value for name, value in given.items() if value is not None}
    for name, value in changes.items():
        setattr(task, name, value)
    if changes:
        _save(task, actor, "task.edit", sorted(changes))
    return task


def _held(task_id: int, actor: User) -> Task:
    require(actor, "customer.edit")
    return Task.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=task_id)


def _save(task: Task, actor: User, action: str, fields: list[str]) -> None:
    with pghistory.context(user=actor.pk):
        task.save(update_fields=fields)
    audit.record(actor, action, f"task:{task.pk}", fields=fields)
