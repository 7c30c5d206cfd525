"""Changing many tasks at once: done, put off, given to somebody else; and each of these back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.services import jobs
from customers.models.scope import CustomerChildQuerySet
from customers.models.working import Task
from customers.selectors.profiles import possible_owners

LONGEST_OUTCOME = 300

# Ids by what was there before ("" when nothing was), as in customers.services.bulk.
Before = dict[str, list[int]]
TaskChange = Callable[[CustomerChildQuerySet[Task]], Before]


def _done(_actor: User, values: Mapping[str, Any]) -> TaskChange:
    outcome = str(values.get("outcome", "")).strip()[:LONGEST_OUTCOME]

    def change(held: CustomerChildQuerySet[Task]) -> Before:
        ids = list(held.filter(done_at=None).values_list("pk", flat=True))
        now = timezone.now()
        Task.objects.filter(pk__in=ids).update(done_at=now, outcome=outcome)
        # Kept by the time that was written: what is done at another time was done by somebody else since.
        return {now.isoformat(): ids} if ids else {}

    return change


def _snooze(_actor: User, values: Mapping[str, Any]) -> TaskChange:
    due_on = date.fromisoformat(values["due_on"])

    def change(held: CustomerChildQuerySet[Task]) -> Before:
        return _put(held.filter(done_at=None), "due_on", due_on)

    return change


def _reassign(actor: User, values: Mapping[str, Any]) -> TaskChange:
    assignee = possible_owners(actor).filter(pk=values.get("assignee") or 0).first()
    if assignee is None:
        raise jobs.JobError(_("The colleague can't be given tasks by you."))

    def change(held: CustomerChildQuerySet[Task]) -> Before:
        return _put(held.filter(done_at=None), "assignee_id", assignee.pk)

    return change


TASK_ACTIONS: dict[str, Callable[[User, Mapping[str, Any]], TaskChange]] = {
    "done": _done,
    "snooze": _snooze,
    "reassign": _reassign,
}


def undoing(action: str, values: Mapping[str, Any], before: Mapping[str, list[int]]) -> TaskChange:
    """Return the change that puts tasks back as one of the above found them, where nobody changed them since."""

    def change(held: CustomerChildQuerySet[Task]) -> Before:
        put_back: Before = {}
        for was, ids in before.items():
            rows = held.filter(pk__in=ids)
            old: dict[str, Any]
            if action == "done":
                same, old = rows.filter(done_at=datetime.fromisoformat(was)), {"done_at": None, "outcome": ""}
            elif action == "snooze":
                same, old = rows.filter(due_on=values["due_on"]), {"due_on": date.fromisoformat(was)}
            else:
                same = rows.filter(assignee=values["assignee"])
                old = {"assignee_id": int(was) if was else None}
            put_back[was] = list(same.values_list("pk", flat=True))
            Task.objects.filter(pk__in=put_back[was]).update(**old)
        return put_back

    return change


def _put(held: CustomerChildQuerySet[Task], column: str, value: Any) -> Before:
    """Write one column of the tasks that hold another value; return their ids by what they held."""
    before: Before = {}
    for pk, was in held.values_list("pk", column):
        if was != value:
            before.setdefault("" if was is None else str(was), []).append(pk)
    ids = [pk for each in before.values() for pk in each]
    Task.objects.filter(pk__in=ids).update(**{column: value})
    return before
