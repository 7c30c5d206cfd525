"""The bell: everybody is told once, in words of what they may see by now, and reads for themselves."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from analysis.services.runs import start_run
from crm.models import AuditEntry, Job, Notification
from crm.services import jobs, saved_views
from crm.services.notifications import stop_token, told_to, unread
from customers.models import Customer, CustomerShare
from customers.services import bulk
from customers.services.tasks import create_task
from tests.cast import Cast, make_order, sign_in


def texts(user: object) -> list[str]:
    with translation.override("en"):
        return [each.text for each in told_to(user)]  # type: ignore[arg-type]


def test_a_task_from_a_colleague_is_told_once_and_to_nobody_else(cast: Cast) -> None:
    day = timezone.localdate()
    create_task(actor=cast.ada, customer_id=cast.huaxin.pk, title="x", due_on=day, assignee=cast.alice)
    create_task(actor=cast.alice, customer_id=cast.huaxin.pk, title="x", due_on=day)
    values = {"title": "y", "due_on": day.isoformat(), "assignee": None}
    bulk.start(actor=cast.ada, action="task", ids=[cast.huaxin.pk, cast.orphan.pk], values=values)
    assert len(texts(cast.alice)) == 2
    assert "Ada" in texts(cast.alice)[0]
    assert "苏州华新家电" in texts(cast.alice)[0]
    assert texts(cast.ada) == texts(cast.bob) == []


def test_what_is_out_of_scope_by_now_says_nothing_more(cast: Cast) -> None:
    create_task(
        actor=cast.ada, customer_id=cast.huaxin.pk, title="x", due_on=timezone.localdate(), assignee=cast.bob
    )
    assert unread(cast.bob) == 1
    CustomerShare.objects.all().delete()
    assert (texts(cast.bob), unread(cast.bob)) == ([], 0)


def test_a_shared_view_is_told_to_the_team(cast: Cast) -> None:
    saved_views.save_view(actor=cast.bob, page="customers:list", name="Late", query="tier=A", shared=True)
    assert ["Late" in text for text in texts(cast.charlie)] == [True]
    assert texts(cast.bob) == texts(cast.alice) == []


def test_reading_is_one_s_own(cast: Cast) -> None:
    for user in (cast.alice, cast.bob):
        create_task(
            actor=cast.ada, customer_id=cast.huaxin.pk, title="x", due_on=timezone.localdate(), assignee=user
        )
    alice = sign_in(cast.alice)
    assert "1 unread" in alice.get("/notifications/unread/").content.decode()
    theirs = Notification.objects.get(user=cast.bob)
    alice.post("/notifications/read/", {"id": theirs.pk})
    assert unread(cast.bob) == 1
    alice.post("/notifications/read/")
    assert (unread(cast.alice), unread(cast.bob)) == (0, 1)
    for wrong in ("x", "9" * 30, "-1", "٣"):
        assert alice.post("/notifications/read/", {"id": wrong}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_run_tells_owners_who_moved_and_who_asked_that_it_is_done(cast: Cast) -> None:
    today = timezone.localdate()
    make_order(cast.huaxin, "SO-1", today - timedelta(days=40), 900_000)
    start_run(actor=None, as_of=today - timedelta(days=9), queue=False)
    make_order(cast.huaxin, "SO-2", today - timedelta(days=2), 900_000)
    run = start_run(actor=cast.ada, as_of=today, queue=True)
    jobs.execute(run.job_id or 0)
    assert texts(cast.alice) == ["苏州华新家电 moved: 1 up, 0 down."]
    assert texts(cast.ada) == ["Analysis: Done"]
    assert texts(cast.dora) == []
    Customer.objects.filter(pk=cast.huaxin.pk).update(scoring_refused=True)
    assert texts(cast.alice) == []
    assert Job.objects.latest("id").state == "done"


def test_who_stops_the_digest_is_on_record(cast: Cast) -> None:
    sign_in(cast.alice).post("/notifications/mail/", {"digest": "0"})
    assert "You don't get it" in sign_in(cast.alice).get("/notifications/").content.decode()
    assert AuditEntry.objects.filter(action="mail.digest", actor=cast.alice).count() == 1
    sign_in(cast.alice).post("/notifications/mail/", {"digest": "0"})
    stop = reverse("digest_stop", args=[stop_token(cast.alice.pk)])
    assert Client().post(stop).status_code == 200
    assert AuditEntry.objects.filter(action="mail.digest", actor=cast.alice).count() == 1
