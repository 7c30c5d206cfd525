"""The columns of the list of tasks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.templatetags.rows import Cell, tag
from customers.exports.columns.base import Column, Row, Value
from customers.exports.columns.behaviour import a_moment, named_by_customer, words
from customers.exports.columns.customers import colleague, labels
from customers.exports.columns.finance import CUSTOMER_CODE, a_day
from customers.models import TaskOrigin

_ORIGINS = labels(TaskOrigin.choices)


def _state(row: Row) -> tuple[str, object]:
    if row["done_at"] is not None:
        return ("good", _("Done"))
    return ("warn", _("Past due")) if row["is_overdue"] else ("", pgettext_lazy("task", "Open"))


def _state_value(row: Row) -> Value:
    return str(_state(row)[1])


def _state_cell(row: Row) -> Cell:
    tone, label = _state(row)
    return tag(tone, str(label))


TASK_COLUMNS = (
    named_by_customer(sort="customer"),
    words("title", _("What to do")),
    words("reason", _("Reason"), shown=False),
    a_day("due_on", _("Due on"), sort="due"),
    Column("state", _("State"), _state_value, ("done_at", "due_on"), cell=_state_cell, needs="is_overdue"),
    colleague("assignee", _("Assignee")),
    Column("origin", _("Origin"), lambda row: _ORIGINS(row["origin"]), ("origin",), is_shown=False),
    words("outcome", _("Outcome"), shown=False),
    a_moment("done_at", _("Done at"), shown=False),
    a_moment("created_at", _("Asked on"), shown=False, sort="newest"),
    CUSTOMER_CODE,
)
