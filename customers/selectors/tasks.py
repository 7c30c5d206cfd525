"""Tasks as pages show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from crm.models import User
from crm.policy import Scope, can, scope_of
from crm.prepared import Prepared, Slot
from customers.models import Consent, Customer, Task, TaskOrigin
from customers.selectors.masking import masked_text
from customers.selectors.profiles import possible_owners

MOST_OPEN = 20
_OPEN = Prepared(
    lambda: Task.objects.filter(customer=Slot("customer"), done_at=None).values(
        "id", "title", "reason", "due_on", "assignee__name", "assignee__username"
    )[:MOST_OPEN]
)
_CONSENTS = Prepared(
    lambda: Consent.objects.filter(customer=Slot("customer")).values("field", "withdrawn_on")
)
# What open_tasks and consents_withdrawn_since ask of a customer, to be asked ahead.
ASKED = (_OPEN, _CONSENTS)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One open task of a customer, its texts masked for those who may not read them."""

    id: int
    title: str
    reason: str
    due_on: date
    assignee: str
    days_late: int


def visible_task(user: User, task_id: int) -> Task | None:
    """Return a task with its customer, None when there is none that ``user`` may see."""
    tasks = Task.objects.visible_to(user).select_related("customer", "assignee", "created_by")
    return tasks.filter(pk=task_id).first()


def open_tasks(user: User, customer: Customer) -> list[TaskRow]:
    """Return the open tasks of a customer (in scope), those due first."""
    readable, today = can(user, "personal.view"), timezone.localdate()
    return [
        TaskRow(
            id=each["id"],
            title=each["title"] if readable else masked_text(each["title"]),
            reason=each["reason"] if readable else masked_text(each["reason"]),
            due_on=each["due_on"],
            assignee=each["assignee__name"] or each["assignee__username"] or "",
            days_late=max(0, (today - each["due_on"]).days),
        )
        for each in _OPEN(customer=customer.pk)
    ]


def consents_withdrawn_since(customer: Customer, since: date) -> int:
    """Return how many consents of a customer (in scope) were withdrawn from a day on and not given anew."""
    consents = [(each["field"], each["withdrawn_on"]) for each in _CONSENTS(customer=customer.pk)]
    in_force = {field for field, withdrawn_on in consents if withdrawn_on is None}
    lately = {field for field, withdrawn_on in consents if withdrawn_on and withdrawn_on >= since}
    return len(lately - in_force)


def possible_assignees(user: User, task: Task) -> QuerySet[User]:
    """Return to whom somebody may give a task: themselves, whom they may give customers to, and who has it now."""
    chosen = Q(pk__in=[user.pk, task.assignee_id or user.pk])
    if scope_of(user, "customer.edit") >= Scope.TEAM:
        chosen |= Q(pk__in=possible_owners(user).values("pk"))
    elif user.team_id is not None:
        chosen |= Q(team=user.team_id, is_active=True)
    return User.objects.filter(chosen).order_by("name", "username")


def tasks_set(user: User, customer_ids: Iterable[int], origins: Collection[TaskOrigin]) -> dict[int, TaskRow]:
    """Return, by customer, the open task that was set last from lists of some origins."""
    today = timezone.localdate()
    readable = can(user, "personal.view")
    tasks = Task.objects.visible_to(user).filter(
        customer__in=list(customer_ids), done_at=None, origin__in=list(origins)
    )
    return {
        task.customer_id: TaskRow(
            id=task.pk,
            title=task.title if readable else masked_text(task.title),
            reason="",
            due_on=task.due_on,
            assignee=str(task.assignee or ""),
            days_late=max((today - task.due_on).days, 0),
        )
        for task in tasks.select_related("assignee").order_by("id")
    }
