"""The filters of the list of tasks."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.filters.base import Rows, of_choices, of_states, since, until
from customers.filters.finance import customer_filter, rep_filter
from customers.models import TaskOrigin

WEEK = timedelta(days=7)


def _overdue(rows: Rows) -> Rows:
    return rows.filter(done_at=None, due_on__lt=timezone.localdate())


def _this_week(rows: Rows) -> Rows:
    today = timezone.localdate()
    return rows.filter(done_at=None, due_on__gte=today, due_on__lt=today + WEEK)


TASK_FILTERS = (
    of_states(
        "state",
        _("State"),
        {
            "open": (pgettext_lazy("task", "Open"), lambda rows: rows.filter(done_at=None)),
            "overdue": (_("Past due"), _overdue),
            "week": (_("Due within a week"), _this_week),
            "done": (_("Done"), lambda rows: rows.exclude(done_at=None)),
        },
    ),
    rep_filter("assignee", "assignee", _("Assignee")),
    of_choices("origin", _("Origin"), TaskOrigin.choices),
    customer_filter(),
    since("due_on"),
    until("due_on"),
)
