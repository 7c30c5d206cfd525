"""The officer's pages: each duty is done from the browser, by who answers for it, in both languages."""

import csv
import io
import json
import zipfile
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import AuditEntry
from customers.models import (
    Customer,
    FamilyMember,
    Incident,
    PersonProfile,
    ProcessingActivity,
    Purge,
    RetentionRule,
    SubjectRequest,
)
from customers.services import privacy
from tests.cast import Cast, make_customer, sign_in

RELIGION = "person.religion"
PAGES = ("", "requests/", "processing/", "incidents/", "retention/", "unused-fields/", "destroyed/")


@pytest.fixture
def ming(cast: Cast) -> Customer:
    """Return a person with a sensitive value, a major and a wife."""
    ming = make_customer("P1", "王小明", kind="person", owner=cast.alice)
    privacy.switch_field(RELIGION, actor=cast.ada, is_on=True, purpose="gifts", assessment="low")
    privacy.give_consent(ming.pk, RELIGION, actor=cast.ada, evidence="signed", given_on=date(2024, 5, 3))
    privacy.store_sensitive(ming.pk, RELIGION, "佛教", actor=cast.ada)
    PersonProfile.objects.filter(customer=ming).update(major="=物理")
    FamilyMember.objects.create(customer=ming, role="spouse", name="李小红")
    return ming


@pytest.fixture
def officer(cast: Cast) -> Client:
    return sign_in(cast.ada)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_shown_to_officer_and_auditor(cast: Cast, page: str, language: str) -> None:
    for who in (cast.ada, cast.otto):
        assert sign_in(who, language).get(f"/customers/privacy/{page}").status_code == 200


def test_a_persons_file_has_all_of_theirs_and_nothing_of_others(
    cast: Cast, ming: Customer, officer: Client
) -> None:
    answer = officer.post(f"/customers/{ming.pk}/rights/file/")
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    told = json.loads(packed.read("data.json"))
    values = {each["key"]: each["value"] for each in told["values"]}
    assert values[RELIGION] == "佛教"
    assert values["person.major"] == "=物理"
    assert told["consents"][0]["purpose"] == "gifts"
    rows = list(csv.reader(io.StringIO(packed.read("data.csv").decode("utf-8-sig"))))
    assert [row[3] for row in rows if row[4] == "person.major"] == ["'=物理"]
    assert "李小红" not in json.dumps(told, ensure_ascii=False) + packed.read("data.csv").decode()
    assert AuditEntry.objects.get(action="subject.file").detail == {"fields": [RELIGION]}


def test_the_file_is_made_only_after_proving_again_who_one_is(cast: Cast, ming: Customer) -> None:
    answer = sign_in(cast.ada, proven=False).post(f"/customers/{ming.pk}/rights/file/")
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert not AuditEntry.objects.filter(action="subject.file").exists()


def test_a_person_is_erased_when_the_code_is_typed(cast: Cast, ming: Customer, officer: Client) -> None:
    address = f"/customers/{ming.pk}/rights/erase/"
    assert officer.post(address, {"reason": "asked for it", "code": "P2"}).status_code == 422
    assert officer.post(address, {"reason": "asked for it", "code": "P1"}).status_code == 302
    assert Purge.objects.get(kind="erasure").customer_id == ming.pk
    assert officer.get(f"/customers/{ming.pk}/rights/").status_code == 404
    assert f"#{ming.pk}" in officer.get("/customers/privacy/destroyed/").content.decode()


def test_a_request_has_its_day_and_is_answered_once(cast: Cast, ming: Customer, officer: Client) -> None:
    given = {"kind": "correction", "received_on": "2024-05-03", "how_known": "came in person"}
    assert officer.post(f"/customers/{ming.pk}/rights/requests/new/", given).status_code == 302
    asked = SubjectRequest.objects.get()
    assert (asked.due_on, asked.is_late) == (date(2024, 5, 31), True)
    assert "late" in officer.get("/customers/privacy/requests/").content.decode()
    address = f"/customers/privacy/requests/{asked.pk}/"
    assert officer.post(address, {"words": "put right"}).status_code == 302
    assert officer.post(address, {"words": "again"}).status_code == 422
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by, asked.is_late) == ("put right", cast.ada, False)


def test_a_request_of_tomorrow_is_refused(ming: Customer, officer: Client) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    given = {"kind": "access", "received_on": tomorrow, "how_known": "came in person"}
    assert officer.post(f"/customers/{ming.pk}/rights/requests/new/", given).status_code == 422
    assert not SubjectRequest.objects.exists()


def test_scoring_is_refused_and_taken_up_again(ming: Customer, officer: Client) -> None:
    for refused in (True, False):
        officer.post(f"/customers/{ming.pk}/rights/scoring/", {"refused": str(int(refused))})
        ming.refresh_from_db()
        assert ming.scoring_refused is refused
    assert AuditEntry.objects.filter(action="scoring.refuse").count() == 2


def test_an_incident_has_clocks_and_is_closed_with_reasons(officer: Client) -> None:
    noticed = timezone.localtime() - timedelta(hours=80)
    given = {
        "title": "A laptop was stolen",
        "description": "from a car",
        "data": "names, phones",
        "risk": "high",
        "noticed_at": noticed.strftime("%Y-%m-%dT%H:%M"),
    }
    assert officer.post("/customers/directory/incidents/new/", given).status_code == 302
    page = officer.get("/customers/privacy/incidents/").content.decode()
    assert "72 hours have passed" in page
    assert "to be told without delay" in page
    address = f"/customers/directory/incidents/{Incident.objects.get().pk}/"
    seen = officer.get(address).context["form"].initial["seen"]
    closed = given | {"closed_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "seen": seen}
    assert officer.post(address, closed).status_code == 422
    assert officer.post(address, closed | {"measures": "wiped", "why_not_told": "x"}).status_code == 302
    assert Incident.objects.get().closed_at is not None


def test_the_register_is_kept_and_taken_out_as_a_file(officer: Client) -> None:
    given = {
        "name": "Care of customers",
        "purpose": "@sales",
        "legal_basis": "contract",
        "people": "buyers",
        "data": "contacts",
        "retention": "ten years",
        "safeguards": "sealed",
        "responsible": "Ada",
        "reviewed_on": "2024-05-03",
    }
    assert officer.post("/customers/directory/processing/new/", given).status_code == 302
    assert ProcessingActivity.objects.get().name == "Care of customers"
    lines = officer.get("/customers/privacy/processing.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert ",'@sales,Contract," in lines[1]


def test_retention_is_decided_with_a_reason_and_who_decides_second_is_told(
    cast: Cast, officer: Client
) -> None:
    address = "/customers/privacy/retention/files/"
    assert officer.post(address, {"days": "10", "basis": "x"}).status_code == 422
    assert officer.post(address, {"days": "400", "basis": ""}).status_code == 422
    assert officer.post(address, {"days": "400", "basis": "claims"}).status_code == 302
    assert officer.post(address, {"days": "500", "basis": "claims", "seen": "stale"}).status_code == 409
    assert RetentionRule.objects.get(data="files").days == 400
    assert officer.get("/customers/privacy/retention/nothing/").status_code == 404


def test_the_report_tells_fields_that_nobody_uses_from_those_in_use(
    cast: Cast, ming: Customer, officer: Client
) -> None:
    uses = {
        row["use"].field.key: row["use"]
        for row in officer.get("/customers/privacy/unused-fields/").context["rows"]
    }
    assert (uses["person.major"].filled, uses["person.major"].is_unused) == (1, False)
    assert uses["person.school_clubs"].is_unused
    assert uses[RELIGION].is_unused
    privacy.reveal(
        ming.pk, RELIGION, actor=cast.dora if ming.is_visible_to(cast.dora) else cast.alice, purpose="a gift"
    )
    again = {
        row["use"].field.key: row["use"]
        for row in officer.get("/customers/privacy/unused-fields/").context["rows"]
    }
    assert (again[RELIGION].reveals, again[RELIGION].is_unused) == (1, False)
