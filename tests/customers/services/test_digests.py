"""The digest: of one day once, in the reader's language, stopped by its link, nothing sensitive or foreign in it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from crm.models import User
from crm.services.notifications import choose_digest, stop_token, wants_digest
from customers.models import Complaint, ImportantDate, PersonProfile, Task
from customers.services.digests import send_digests
from tests.cast import Cast, make_customer

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
CANARIES = ("金丝雀", "canary", "13900001111", "1978")


@pytest.fixture
def readers(cast: Cast) -> Cast:
    """Everybody has an address, and what waits for Alice is full of what must not leave."""
    for user in (cast.alice, cast.bob, cast.charlie, cast.dora, cast.ada, cast.otto):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.com")
    User.objects.filter(pk=cast.alice.pk).update(language="zh-hans")
    User.objects.filter(pk=cast.dora.pk).update(language="en")
    person = make_customer("P7", "金丝雀", kind="person", owner=cast.alice)
    PersonProfile.objects.create(customer=person, date_of_birth=date(1978, 11, 23))
    ImportantDate.objects.create(customer=person, kind="other", label="canary day", month=11, day=23)
    text = {"title": "call the canary 13900001111", "reason": "canary", "due_on": date(2026, 11, 1)}
    Task.objects.create(customer=person, assignee=cast.alice, **text)
    Task.objects.create(customer=cast.huaxin, assignee=cast.alice, **text)
    reported = datetime(2026, 11, 2, tzinfo=UTC)
    Complaint.objects.create(
        customer=cast.huaxin, complaint_type="defect", reported_at=reported, cause="canary cause"
    )
    return cast


def whole(message: mail.EmailMessage) -> str:
    parts = [str(content) for content, _kind in message.alternatives]  # type: ignore[attr-defined]
    return "\n".join([str(message.subject), str(message.body), *parts])


def test_reps_daily_and_managers_on_mondays_of_one_day_once(readers: Cast) -> None:
    send_digests(MONDAY)
    assert sorted(message.to[0].split("@")[0] for message in mail.outbox) == ["alice", "dora"]
    assert send_digests(MONDAY) == 0
    send_digests(TUESDAY)
    assert [message.to[0].split("@")[0] for message in mail.outbox[2:]] == ["alice"]


def test_each_reads_it_in_their_language_with_links(readers: Cast) -> None:
    send_digests(MONDAY)
    by_reader = {message.to[0].split("@")[0]: whole(message) for message in mail.outbox}
    assert "Alice，早上好。" in by_reader["alice"]
    assert "待处理的投诉: 1" in by_reader["alice"]
    assert "Good morning, Dora." in by_reader["dora"]
    assert "Complaints to deal with: 1" in by_reader["dora"]
    foreign = {"alice": ("Good morning", "Complaints to deal with"), "dora": ("早上好", "待处理的投诉")}
    for reader, words in foreign.items():
        assert [word for word in words if word in by_reader[reader]] == []
    assert f"/customers/{readers.huaxin.pk}/" in by_reader["alice"]
    assert "苏州华新家电" in by_reader["alice"]


def test_all_that_waits_is_counted_however_much(readers: Cast) -> None:
    Task.objects.bulk_create(
        Task(customer=readers.huaxin, assignee=readers.bob, title=f"call {number}", due_on=MONDAY)
        for number in range(130)
    )
    send_digests(TUESDAY)
    (bob,) = [message for message in mail.outbox if message.to[0].startswith("bob")]
    assert "130" in str(bob.subject)
    assert "130" in str(bob.body)


def test_nothing_personal_leaves_and_nothing_foreign(readers: Cast) -> None:
    send_digests(MONDAY)
    assert mail.outbox
    for message in mail.outbox:
        for canary in CANARIES:
            assert canary not in whole(message), message.to
    manager = next(whole(message) for message in mail.outbox if message.to[0].startswith("dora"))
    assert "P7" not in manager
    rep = next(whole(message) for message in mail.outbox if message.to[0].startswith("alice"))
    assert "P7" in rep


def test_the_signed_link_stops_it_without_signing_in_and_no_other_does(readers: Cast) -> None:
    send_digests(MONDAY)
    link = next(each.extra_headers["List-Unsubscribe"] for each in mail.outbox if "alice" in each.to[0])
    path = link.strip("<>").partition("/notifications")[2]
    browser = Client(enforce_csrf_checks=True)
    assert browser.get(f"/notifications{path}").status_code == 200
    assert wants_digest(readers.alice)
    assert browser.post(f"/notifications{path}", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not wants_digest(readers.alice)
    forged = stop_token(readers.bob.pk)[:-2] + "xx"
    assert browser.post(f"/notifications/stop/{forged}/").status_code == 404
    mail.outbox.clear()
    send_digests(TUESDAY)
    assert mail.outbox == []


def test_who_may_not_or_does_not_want_to_gets_none(readers: Cast) -> None:
    choose_digest(readers.alice, False)
    User.objects.filter(pk=readers.dora.pk).update(is_active=False)
    assert send_digests(MONDAY) == 0
    assert send_digests(MONDAY + timedelta(days=7)) == 0
