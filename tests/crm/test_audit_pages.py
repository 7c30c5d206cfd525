"""The audit trail on its pages: found fast, shown to who may, taken out for a reason and on record."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from crm.models import AuditEntry, Job, JobState
from crm.services import audit
from crm.services.audit_trail import Wanted, entries, known_actions
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(cast: Cast) -> list[AuditEntry]:
    return [
        audit.record(cast.alice, "customer.edit", f"customer:{cast.huaxin.pk}", fields=["name"]),
        audit.record(cast.dora, "sensitive.reveal", "customer:5", field="person.religion", purpose="=1+1"),
        audit.record(None, "test.act", "job:7"),
    ]


def test_entries_are_found_by_person_act_subject_and_day(cast: Cast, trail: list[AuditEntry]) -> None:
    today = timezone.localdate()
    for wanted, expected in (
        (Wanted(actor=cast.alice.pk), trail[:1]),
        (Wanted(action="sensitive.reveal"), trail[1:2]),
        (Wanted(subject="job:7"), trail[2:]),
        (Wanted(since=today, until=today), trail),
        (Wanted(until=today - timedelta(days=1)), []),
    ):
        assert list(entries(cast.otto, wanted).order_by("id")) == expected
    assert known_actions() == ["customer.edit", "sensitive.reveal", "test.act"]


def test_the_page_shows_acts_in_words_and_hostile_filters_do_no_harm(
    cast: Cast, trail: list[AuditEntry]
) -> None:
    page = sign_in(cast.otto).get("/audit/", {"action": "sensitive.reveal"}).content.decode()
    assert "Sensitive value read" in page
    assert "job:7" not in page
    hostile = {"actor": "x", "action": "'; --", "since": "9999-99-99", "after": "%%%", "subject": "\0"}
    assert sign_in(cast.otto).get("/audit/", hostile).status_code == 200


def test_a_file_of_the_trail_is_for_administrators_who_say_why(cast: Cast, trail: list[AuditEntry]) -> None:
    assert sign_in(cast.otto).post("/audit/export/", {"reason": "quarterly"}).status_code == 403
    ada = sign_in(cast.ada)
    assert ada.post("/audit/export/", {"reason": ""}).status_code == 422
    answer = ada.post("/audit/export/?action=sensitive.reveal", {"reason": "quarterly review"})
    lines = b"".join(answer).decode().splitlines()
    assert len(lines) == 2
    assert "purpose: =1+1" in lines[1]
    assert AuditEntry.objects.get(action="audit.export").detail == {"rows": 1, "reason": "quarterly review"}


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(action="a1"), Wanted(subject="s1"), Wanted(actor=1)])
def test_a_page_deep_in_a_long_trail_is_read_by_index(cast: Cast, wanted: Wanted) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_auditentry (at, actor_id, action, subject, detail, previous_hash, hash) "
            "SELECT now(), NULL, 'a' || n %% 50, 's' || n %% 5000, '{}', '', n::text FROM generate_series(1, 30000) n",
            [],
        )
        cursor.execute("ANALYZE crm_auditentry")
    rows = entries(cast.otto, wanted).filter(id__lt=AuditEntry.objects.latest("id").pk - 20_000)
    plan = rows.order_by("-id")[:51].explain()
    assert "Seq Scan on crm_auditentry" not in plan, plan


def test_verify_audit_names_the_first_broken_link(trail: list[AuditEntry]) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "3 entries in one whole chain" in out.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE crm_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE crm_auditentry SET subject = 'x' WHERE id = %s", [trail[1].pk])
    with pytest.raises(CommandError, match=f"broken at entry {trail[1].pk}"):
        call_command("verify_audit")


def test_background_work_shows_what_was_quarantined_and_nobody_stops_what_is_anothers(cast: Cast) -> None:
    Job.objects.create(kind="customers.import", state=JobState.QUARANTINED, error="ValueError")
    Job.objects.create(kind="customers.export", state=JobState.QUARANTINED, created_by=cast.alice)
    page = sign_in(cast.ada).get("/jobs/?state=broken").content.decode()
    assert page.count("Quarantined") >= 2
    assert page.count("Try again") == 1
    assert "Nothing here" in sign_in(cast.otto).get("/jobs/").content.decode()
