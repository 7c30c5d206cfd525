"""Changing many customers at once, and taking it back."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from crm.models import AuditEntry, Job
from crm.services import jobs
from customers.models import Campaign, Channel, Customer, Task
from customers.services import bulk
from tests.cast import Cast, make_customer


def start(cast: Cast, action: str, values: dict[str, Any], who: str = "ada") -> Job:
    """Change both customers of the cast."""
    ids = [cast.huaxin.pk, cast.orphan.pk]
    return bulk.start(actor=getattr(cast, who), action=action, customer_ids=ids, values=values)


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


def test_only_new_tags_are_taken_off_again(cast: Cast) -> None:
    start(cast, "tag", {"tag": "重点"}, who="alice")
    job = start(cast, "tag", {"tag": "重点"})
    assert job.result["changed"] == 1
    bulk.undo(job.pk, actor=cast.ada)
    assert cast.huaxin.tags.count() == 1
    assert cast.orphan.tags.count() == 0


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
    assert (entry.subject, entry.detail) == (f"job:{job.pk}", {"rows": 2})


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
    job = bulk.start(actor=cast.ada, action="task", customer_ids=ids, values=values)
    record, calls = bulk.audit.record, []

    def breaks(*arguments: Any, **detail: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError
        return record(*arguments, **detail)

    monkeypatch.setattr(bulk.audit, "record", breaks)
    jobs.execute(job.pk)
    assert Task.objects.count() == 1
    jobs.execute(job.pk)
    job.refresh_from_db()
    assert (job.state, Task.objects.count()) == ("done", 3)
    assert len(job.result["before"]["made"]) == 3
