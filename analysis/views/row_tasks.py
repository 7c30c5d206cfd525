"""The task in which a row of a list ends: its button, or the one that is set already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.utils import timezone

from crm.models import User
from crm.policy import can
from customers.models import TaskOrigin
from customers.selectors.profiles import possible_owners
from customers.selectors.tasks import TaskRow, tasks_set

DEFAULT_DAYS = 3
ORIGINS = (TaskOrigin.LIST, TaskOrigin.CHURN)


def task_context(user: User, title: str, origin: TaskOrigin) -> dict[str, Any]:
    """What analysis/lists/tasks.html needs: whether the viewer may set tasks, and what they are set with."""
    return {
        "can_task": can(user, "customer.edit"),
        "task_title": title,
        "task_due": timezone.localdate() + timedelta(days=DEFAULT_DAYS),
        "task_origin": origin.value,
        "colleagues": list(possible_owners(user)) if can(user, "customer.edit") else [],
    }


def set_already(user: User, customer_ids: Collection[int]) -> dict[int, TaskRow]:
    """The open task of each customer that was set from a list."""
    return tasks_set(user, customer_ids, ORIGINS)
