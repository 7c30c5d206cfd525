"""Changing many customers at once, and taking it back."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from crm.models import AuditEntry, Job, User
from crm.services import audit, jobs
from customers.models import Campaign, Channel, Customer, CustomerShare, Task
from customers.services import bulk
from customers.services.profiles import EditConflictError, update_customer
from tests.cast import Cast, make_customer


def start(cast: Cast, action: str, values: dict[str, Any], who: str = "ada") -> Job:
    """Change both customers of the cast."""
    ids = [cast.huaxin.pk, cast.orphan.pk]
    return bulk.start(actor=getattr(cast, who), action=action, ids=ids, values=values)


def owners() -> list[int | None]:
    return list(Customer.objects.order_by("code").values_list("owner", flat=True))


def test_customers_are_given_to_a_colleague_and_back(cast: Cast) -> None:
    job = start(cast, "assign", {"owner": cast.bob.pk})
    assert (job.state, job.result["changed"]) == ("done", 2)
    assert owners() == [cast.bob.pk, cast.bob.pk]
    bulk.undo(job.pk, actor=cast.ada)
    assert owners() == [cast.alice.pk, None]
    with pytest.raises(bulk.BulkError):
        bulk.undo(job.pk, actor=cast.ada)


def test_what_somebody_changed_since_stays_as_they_left_it(cast: Cast) -> None:
    job = start(cast, "assign", {"owner": cast.bob.pk})
    Customer.objects.filter(pk=cast.orphan.pk).update(owner=cast.charlie)
    bulk.undo(job.pk, actor=cast.ada)
    assert owners() == [cast.alice.pk, cast.charlie.pk]


def test_each_id_is_scoped_again(cast: Cast) -> None:
    job = start(cast, "tag", {"tag": "重点"}, who="alice")
    assert job.result["changed"] == 1
    assert list(cast.orphan.tags.all()) == []
    assert [tag.name for tag in cast.huaxin.tags.all()] == ["重点"]


def test_a_manager_gives_customers_only_to_those_they_answer_for(cast: Cast) -> None:
    assert start(cast, "assign", {"owner": cast.alice.pk}, who="dora").state == "failed"
    assert owners() == [cast.alice.pk, None]


def test_whom_a_colleague_shares_is_not_taken_over(cast: Cast) -> None:
    job = start(cast, "assign", {"owner": cast.bob.pk}, who="bob")
    assert (job.state, job.result["changed"]) == ("done", 0)
    assert owners() == [cast.alice.pk, None]


def test_only_new_tags_are_taken_off_again(cast: Cast) -> None:
    start(cast, "tag", {"tag": "重点"}, who="alice")
    job = start(cast, "tag", {"tag": "重点"})
    assert job.result["changed"] == 1
    bulk.undo(job.pk, actor=cast.ada)
    assert cast.huaxin.tags.count() == 1
    assert cast.orphan.tags.count() == 0


def test_whoever_has_a_customer_open_is_told_of_a_tag_given_and_taken(cast: Cast) -> None:
    job = start(cast, "tag", {"tag": "重点"})
    with pytest.raises(EditConflictError):
        update_customer(cast.huaxin.pk, actor=cast.alice, version=1, changes={"tags": []})
    assert cast.huaxin.tags.count() == 1
    bulk.undo(job.pk, actor=cast.ada)
    with pytest.raises(EditConflictError):
        update_customer(cast.huaxin.pk, actor=cast.alice, version=2, changes={"tags": ["重点"]})
    start(cast, "tag", {"tag": "重点"})
    again = start(cast, "tag", {"tag": "重点"})
    assert bulk.undo(again.pk, actor=cast.ada).result["changed"] == 0
    assert list(Customer.objects.values_list("version", flat=True)) == [4, 4]


def test_customers_are_added_to_a_campaign_and_back(cast: Cast) -> None:
    channel = Channel.objects.create(name="展会", kind="exhibition")
    spring = Campaign.objects.create(code="C1", name="春季", channel=channel, starts_on=date(2024, 3, 1))
    job = start(cast, "campaign", {"campaign": spring.pk})
    assert Customer.objects.filter(campaign=spring).count() == 2
    bulk.undo(job.pk, actor=cast.ada)
    assert not Customer.objects.filter(campaign=spring).exists()


def test_a_task_for_each_customer_is_its_owners_and_open_ones_go_again(cast: Cast) -> None:
    job = start(cast, "task", {"title": "回访", "due_on": "2024-08-01", "assignee": None})
    tasks = {task.customer_id: task for task in Task.objects.all()}
    assert tasks[cast.huaxin.pk].assignee == cast.alice
    assert tasks[cast.orphan.pk].assignee == cast.ada
    Task.objects.filter(customer=cast.huaxin).update(done_at="2024-07-01T00:00Z")
    bulk.undo(job.pk, actor=cast.ada)
    assert [task.customer_id for task in Task.objects.all()] == [cast.huaxin.pk]


def test_it_is_on_record_how_many_were_changed(cast: Cast) -> None:
    job = start(cast, "tag", {"tag": "重点"})
    entry = AuditEntry.objects.get(action="customer.bulk.tag")
    assert (entry.subject, entry.detail) == (f"job:{job.pk}", {"rows": 2, "tags_added": ["重点"]})


def test_who_may_not_edit_may_not_change_many(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        start(cast, "tag", {"tag": "重点"}, who="otto")


def test_more_than_the_cap_is_refused(cast: Cast, settings: Any) -> None:
    settings.BULK_MAX_ROWS = 1
    with pytest.raises(bulk.BulkError):
        start(cast, "tag", {"tag": "重点"})


def test_a_change_that_was_interrupted_goes_on_and_does_nothing_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 1)
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    make_customer("K3", "第三家")
    ids = list(Customer.objects.values_list("pk", flat=True))
    values = {"title": "回访", "due_on": "2024-08-01", "assignee": None}
    job = bulk.start(actor=cast.ada, action="task", ids=ids, values=values)
    record, calls = audit.record, []

    def breaks(*arguments: Any, **detail: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError
        return record(*arguments, **detail)

    monkeypatch.setattr(audit, "record", breaks)
    jobs.execute(job.pk)
    assert Task.objects.count() == 1
    jobs.execute(job.pk)
    job.refresh_from_db()
    assert (job.state, Task.objects.count()) == ("done", 3)
    assert len(job.result["before"]["made"]) == 3


def task(cast: Cast, customer: Customer, title: str) -> Task:
    return Task.objects.create(customer=customer, title=title, due_on=date(2024, 3, 1), assignee=cast.alice)


@pytest.mark.parametrize(
    ("action", "values", "column", "after"),
    [
        ("done", {"outcome": "电话已回"}, "outcome", "电话已回"),
        ("snooze", {"due_on": "2024-03-09"}, "due_on", date(2024, 3, 9)),
        ("reassign", {"assignee": "bob"}, "assignee__username", "bob"),
    ],
)
def test_tasks_in_scope_are_changed_together_and_back(
    cast: Cast, action: str, values: dict[str, Any], column: str, after: object
) -> None:
    mine, theirs = task(cast, cast.huaxin, "回访"), task(cast, cast.orphan, "别人的")
    asked = {**values, **({"assignee": cast.bob.pk} if "assignee" in values else {})}
    read = Task.objects.filter(pk=mine.pk).values_list(column, "done_at")
    before = read.get()
    actor = cast.ada if action == "reassign" else cast.alice
    ids = [mine.pk] if action == "reassign" else [mine.pk, theirs.pk]
    job = bulk.start(actor=actor, action=action, ids=ids, values=asked)
    assert (job.result["changed"], read.get()[0]) == (1, after)
    bulk.undo(job.pk, actor=actor)
    assert read.get() == before
    assert AuditEntry.objects.filter(action=f"task.bulk.{action}").exists()


def test_a_task_that_somebody_did_since_stays_done(cast: Cast) -> None:
    mine = task(cast, cast.huaxin, "回访")
    job = bulk.start(actor=cast.alice, action="done", ids=[mine.pk], values={"outcome": ""})
    later = datetime(2030, 1, 1, tzinfo=UTC)
    Task.objects.filter(pk=mine.pk).update(done_at=later, outcome="很满意")
    bulk.undo(job.pk, actor=cast.alice)
    mine.refresh_from_db()
    assert (mine.done_at, mine.outcome) == (later, "很满意")


@pytest.mark.parametrize("lost", ["the right", "the share"])
def test_rights_lost_before_the_job_runs_change_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    job = start(cast, "tag", {"tag": "重点"}, who="bob")
    assert job.state == "queued"
    if lost == "the right":
        User.objects.filter(pk=cast.bob.pk).update(role="auditor")
    else:
        CustomerShare.objects.all().delete()
    jobs.execute(job.pk)
    assert not Customer.objects.filter(tags__isnull=False).exists()
