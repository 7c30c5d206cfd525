"""Jobs and saved views keep no words about who was erased, and jobs none for longer than they need them."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from crm.models import Job, JobState, SavedView
from customers.services.duties.erasing import erase_customer
from customers.services.duties.traces import REPEATABLE_DAYS, prune_jobs
from tests.cast import Cast, make_customer

NAMING, OTHER = urlencode({"q": "王小明 苏州"}), urlencode({"q": "李四"})


def export(query: str, state: str = JobState.DONE, **fields: Any) -> Job:
    arguments = {"list": "customers", "query": query}
    return Job.objects.create(kind="customers.export", arguments=arguments, state=state, **fields)


def test_erasing_takes_searches_and_reasons_along(cast: Cast) -> None:
    ming = make_customer("P1", "王小明", kind="person", owner=cast.alice)
    searched, other, failed = export(NAMING), export(OTHER), export(NAMING, JobState.FAILED)
    values = {"title": "Call", "reasons": {"1": "王小明 asked"}}
    tasks = Job.objects.create(
        kind="customers.bulk", arguments={"action": "x", "values": values}, state=JobState.DONE
    )
    for name, query in (("his", NAMING), ("others", OTHER)):
        SavedView.objects.create(page="customers", name=name, query=query, owner=cast.alice)
    erase_customer(ming.pk, actor=cast.ada, reason="asked for it")
    kept = {job.pk: job.arguments for job in Job.objects.all()}
    assert failed.pk not in kept
    assert (kept[searched.pk]["query"], kept[other.pk]["query"]) == ("", OTHER)
    assert kept[tasks.pk]["values"] == {"title": "Call", "reasons": {}}
    assert list(SavedView.objects.values_list("name", flat=True)) == ["others"]
    versions: Any = SavedView.pgh_event_model  # type: ignore[attr-defined]
    assert set(versions.objects.values_list("name", flat=True)) == {"others"}


def test_the_night_forgets_what_ended_jobs_no_longer_need(db: None) -> None:
    long_ago = timezone.now() - timedelta(days=REPEATABLE_DAYS + 1)
    done, waiting, failed = export(OTHER), export(OTHER, JobState.QUEUED), export(OTHER, JobState.FAILED)
    export(OTHER, JobState.FAILED, finished_at=long_ago)
    assert prune_jobs() == 2
    assert {job.pk: job.arguments["query"] for job in Job.objects.all()} == {
        done.pk: "",
        waiting.pk: OTHER,
        failed.pk: OTHER,
    }
    assert prune_jobs() == 0
