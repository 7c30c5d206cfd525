"""Changing many customers at once: given to a colleague, tagged, added to a campaign, with a task for each; and back.

A change is a job: small ones are done while the page waits, others by a worker. Each chunk is one transaction, in
which every id is scoped again and what was there before is kept with the job, so that a job that is taken over goes on
where it stopped, and an undo knows what to put back. What somebody changed since stays as they left it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pghistory
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Job, JobState, User
from crm.policy import require
from crm.services import audit, jobs
from crm.services.jobs import RunningJob
from crm.services.notifications import tell_each
from customers.models import Campaign, Customer, Tag, Task, TaskOrigin
from customers.models.profiles import CustomerQuerySet
from customers.models.scope import customers_in_scope
from customers.selectors.profiles import possible_owners
from customers.services.bulk_tasks import TASK_ACTIONS, undoing

KIND = "customers.bulk"
UNDO = "undo"
# So many are changed while the page waits.
AT_ONCE = 200
CHUNK = 500
LONGEST_TAG = 50
LONGEST_TASK_REASON = 300

# What a chunk changed: for an undo, ids by what was there before ("" when nothing was), or the ids of what was made.
Before = dict[str, list[int]]


class BulkError(ValueError):
    """A change that can't be made: nobody chosen, too many, or a value that is not to be had."""


def start(*, actor: User, action: str, ids: Sequence[int], values: Mapping[str, Any]) -> Job:
    """Change these customers, or tasks, as far as the actor may; return the job, ended when there are few.

    ``values`` are JSON: {"owner": id} to assign, {"tag": name}, {"campaign": id}, or {"title", "due_on" (ISO),
    "assignee": id or None} to create tasks, where each has its own with "reasons" {id: text} and an "origin"; of tasks
    {"outcome": words} for done, {"due_on"} to put them off, {"assignee": id} to give them to somebody.
    Raises PermissionDenied and BulkError.
    """
    require(actor, "customer.edit")
    if action not in _ACTIONS and action not in TASK_ACTIONS:
        raise BulkError(action)
    chosen = sorted(set(ids))
    if not chosen or len(chosen) > settings.BULK_MAX_ROWS:
        raise BulkError("rows")
    return _begin(actor, {"action": action, "ids": chosen, "values": dict(values)})


def undo(job_id: int, *, actor: User) -> Job:
    """Put back what one of the actor's own changes found. Raises Job.DoesNotExist, or BulkError when it is undone."""
    require(actor, "customer.edit")
    done = Job.objects.get(pk=job_id, kind=KIND, created_by=actor, state=JobState.DONE)
    if done.arguments["action"] == UNDO or Job.objects.filter(kind=KIND, arguments__undoes=job_id).exists():
        raise BulkError(UNDO)
    return _begin(actor, {"action": UNDO, "undoes": job_id, "ids": done.arguments["ids"], "values": {}})


def concerns_tasks(job: Job) -> bool:
    """Whether a change, or the one that it takes back, is of tasks rather than of customers."""
    undoes = job.arguments.get("undoes")
    action = Job.objects.get(pk=undoes).arguments["action"] if undoes else job.arguments["action"]
    return action in TASK_ACTIONS


@jobs.handles(KIND)
def run(job: RunningJob) -> dict[str, Any]:
    """Change chunk by chunk, from where an earlier attempt stopped."""
    actor = job.actor
    if actor is None:
        raise jobs.JobError(_("Whoever asked for this is gone."))
    require(actor, "customer.edit")
    arguments = job.arguments
    ids: list[int] = arguments["ids"]
    action = arguments["action"]
    of_tasks = concerns_tasks(job.job)
    model = Task if of_tasks else Customer
    change = _change(actor, arguments, of_tasks=of_tasks)
    tags = _tags(arguments)
    for start_at in range(job.job.done, len(ids), CHUNK):
        chunk = ids[start_at : start_at + CHUNK]
        with transaction.atomic(), pghistory.context(user=actor.pk, job=job.job.pk, **tags):
            job.guard()
            visible = model.objects.visible_to(actor).filter(pk__in=chunk)
            held = visible.select_for_update(of=("self",)).order_by("pk")
            before = change(held)
            changed = sum(len(each) for each in before.values())
            subject = "task" if of_tasks else "customer"
            audit.record(actor, f"{subject}.bulk.{action}", f"job:{job.job.pk}", rows=changed, **tags)
            job.keep(before=_merged(job.job.result.get("before", {}), before))
            job.progress(start_at + len(chunk), len(ids))
    before = job.job.result.get("before", {})
    return {"before": before, "changed": sum(len(each) for each in before.values()), "asked": len(ids)}


def _tags(arguments: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the tag that comes or goes, under the name that the trail and the history know it by."""
    if arguments["action"] == "tag":
        return {"tags_added": [_tag_name(arguments["values"])]}
    done = Job.objects.get(pk=arguments["undoes"]).arguments if arguments["action"] == UNDO else {}
    return {"tags_removed": [_tag_name(done["values"])]} if done.get("action") == "tag" else {}


def _tag_name(values: Mapping[str, Any]) -> str:
    return " ".join(str(values.get("tag", "")).split())[:LONGEST_TAG]


Change = Callable[[CustomerQuerySet], Before]


def _change(actor: User, arguments: Mapping[str, Any], *, of_tasks: bool) -> Callable[[Any], Before]:
    """Return what is to be done with each chunk of rows."""
    action, values = arguments["action"], arguments["values"]
    if action != UNDO:
        return TASK_ACTIONS[action](actor, values) if of_tasks else _ACTIONS[action](actor, values)
    if not of_tasks:
        return _undoing(arguments["undoes"])
    done = Job.objects.get(pk=arguments["undoes"], kind=KIND)
    return undoing(done.arguments["action"], done.arguments["values"], done.result["before"])


def _assign(actor: User, values: Mapping[str, Any]) -> Change:
    owner = possible_owners(actor).filter(pk=values.get("owner", 0)).first()
    if owner is None:
        raise jobs.JobError(_("The colleague can't be given customers by you."))

    def change(held: CustomerQuerySet) -> Before:
        # Who sees a customer because a colleague shares it can't take it over.
        own = held.filter(customers_in_scope(actor, shared=False))
        before = _group(own.exclude(owner=owner).values_list("pk", "owner_id"))
        _put(before, "owner_id", owner.pk)
        return before

    return change


def _add_to_campaign(actor: User, values: Mapping[str, Any]) -> Change:
    campaign = Campaign.objects.filter(pk=values.get("campaign", 0)).first()
    if campaign is None:
        raise jobs.JobError(_("The campaign is gone."))

    def change(held: CustomerQuerySet) -> Before:
        before = _group(held.exclude(campaign=campaign).values_list("pk", "campaign_id"))
        _put(before, "campaign_id", campaign.pk)
        return before

    return change


def _tag(actor: User, values: Mapping[str, Any]) -> Change:
    name = _tag_name(values)
    if not name:
        raise jobs.JobError(_("A tag needs a name."))
    tag, _created = Tag.objects.get_or_create(name=name)
    through = Customer.tags.through

    def change(held: CustomerQuerySet) -> Before:
        ids = list(held.values_list("pk", flat=True))
        tagged = set(through.objects.filter(tag=tag, customer__in=ids).values_list("customer_id", flat=True))
        new = [pk for pk in ids if pk not in tagged]
        through.objects.bulk_create(through(customer_id=pk, tag_id=tag.pk) for pk in new)
        _write(new)
        return {str(tag.pk): new} if new else {}

    return change


def _create_tasks(actor: User, values: Mapping[str, Any]) -> Change:
    title, due_on = str(values.get("title", "")).strip(), date.fromisoformat(values["due_on"])
    if not title:
        raise jobs.JobError(_("A task says what to do."))
    assignee = possible_owners(actor).filter(pk=values.get("assignee") or 0).first()
    reasons, origin = values.get("reasons", {}), TaskOrigin(values.get("origin", TaskOrigin.LIST))

    def change(held: CustomerQuerySet) -> Before:
        tasks = Task.objects.bulk_create(
            Task(
                customer_id=pk,
                title=title,
                reason=str(reasons.get(str(pk), ""))[:LONGEST_TASK_REASON],
                due_on=due_on,
                origin=origin,
                # Without a colleague named, each owner's own.
                assignee_id=assignee.pk if assignee else owner or actor.pk,
                created_by=actor,
            )
            for pk, owner in held.values_list("pk", "owner_id")
        )
        _tell_of(tasks, actor)
        return {"made": [task.pk for task in tasks]} if tasks else {}

    return change


def _tell_of(tasks: Sequence[Task], actor: User) -> None:
    """Tell each colleague of the tasks that somebody else has set for them, once for all of these."""
    own: dict[int, list[Task]] = {}
    for task in tasks:
        if task.assignee_id and task.assignee_id != actor.pk:
            own.setdefault(task.assignee_id, []).append(task)
    told = {user: (each[0].pk, {"tasks": len(each)}) for user, each in own.items()}
    tell_each(told, "task", f"tasks:{tasks[0].pk}" if tasks else "")


_ACTIONS: dict[str, Callable[[User, Mapping[str, Any]], Change]] = {
    "assign": _assign,
    "tag": _tag,
    "campaign": _add_to_campaign,
    "task": _create_tasks,
}
_COLUMNS = {"assign": ("owner_id", "owner"), "campaign": ("campaign_id", "campaign")}


def _undoing(job_id: int) -> Change:
    """Return the change that puts back what a job found, where nobody has changed it since."""
    done = Job.objects.get(pk=job_id, kind=KIND)
    action, before = done.arguments["action"], done.result["before"]

    def change(held: CustomerQuerySet) -> Before:
        ids = set(held.values_list("pk", flat=True))
        if action == "task":
            gone = Task.objects.filter(pk__in=before.get("made", ()), customer__in=ids, done_at=None)
            removed = list(gone.values_list("pk", flat=True))
            Task.objects.filter(pk__in=removed).delete()
            return {"removed": removed} if removed else {}
        if action == "tag":
            taken_off: set[int] = set()
            for tag, customers in before.items():
                rows = Customer.tags.through.objects.filter(tag=int(tag), customer__in=ids & set(customers))
                taken_off |= set(rows.values_list("customer_id", flat=True))
                rows.delete()
            _write(sorted(taken_off))
            return {"": sorted(taken_off)}
        column, name = _COLUMNS[action]
        put_back: Before = {}
        for value, customers in before.items():
            same = held.filter(pk__in=ids & set(customers), **{column: done.arguments["values"][name]})
            found = list(same.values_list("pk", flat=True))
            _put({value: found}, column, int(value) if value else None)
            put_back[value] = found
        return put_back

    return change


def _begin(actor: User, arguments: dict[str, Any]) -> Job:
    if len(arguments["ids"]) <= AT_ONCE:
        return jobs.run_here(KIND, arguments, actor=actor)
    with transaction.atomic():
        return jobs.enqueue(KIND, arguments, actor=actor)


def _group(rows: Any) -> Before:
    """Group ids by the value that they had."""
    before: Before = {}
    for pk, value in rows:
        before.setdefault("" if value is None else str(value), []).append(pk)
    return before


def _put(before: Before, column: str, value: int | None) -> None:
    """Write one column of many customers."""
    _write([pk for each in before.values() for pk in each], **{column: value})


def _write(ids: Sequence[int], **columns: Any) -> None:
    """Change customers as an edit by hand would: with a new version, for whoever has one of them open."""
    held = Customer.objects.filter(pk__in=ids)
    held.update(**columns, version=F("version") + 1, updated_at=timezone.now())


def _merged(earlier: Mapping[str, list[int]], later: Before) -> Before:
    return {key: [*earlier.get(key, []), *later.get(key, [])] for key in {**earlier, **later}}
