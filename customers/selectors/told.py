"""Notifications about customers' records in words, as far as the reader may see them by now."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Notification, User
from crm.policy import can
from crm.services.notifications import Said
from crm.templatetags.format import day, number
from customers.models import Task


def tell_of_tasks(user: User, told: Sequence[Notification]) -> dict[int, Said]:
    """Tasks that colleagues have set for somebody."""
    tasks = Task.objects.visible_to(user).select_related("customer", "created_by")
    found = tasks.in_bulk([row.about for row in told if row.about])
    open_page = can(user, "customer.edit")
    said = {}
    for row in told:
        task = found.get(row.about or 0)
        if task is None:
            continue
        count = row.facts.get("tasks", 1)
        figures = {
            "who": task.created_by or _("The system"),
            "customer": task.customer.name,
            "day": day(task.due_on),
            "count": number(count - 1),
        }
        text = _("%(who)s set you a task for %(customer)s, due on %(day)s.") % figures
        if count > 1:
            more = ngettext("And %(count)s more.", "And %(count)s more.", count - 1) % figures
            text = f"{text} {more}"
        said[row.pk] = Said(text, reverse("customers:task", args=[task.pk]) if open_page else "")
    return said
