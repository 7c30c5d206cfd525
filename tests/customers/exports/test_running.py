"""Taking lists out: by right, for a reason, on record, by one person, and only what they may see."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from crm.models import AuditEntry, Job, User
from customers.exports import running
from customers.exports.lists import LISTS
from customers.models import Address, ContactPoint, Customer, CustomerShare, Interaction, Tag
from tests.cast import Cast, make_customer, make_order, sign_in

SECRET = "+8613861236021"


def order(**changes: Any) -> running.Order:
    """Return an order of all customers as CSV."""
    fields = {
        "key": "customers", "query": "", "format": "csv", "columns": "everything", "personal": False, "bom": False,
        "reason": "寄送样本",
    }  # fmt: skip
    return running.Order(**{**fields, **changes})


def rows_of(job: Job) -> list[dict[str, str]]:
    """Return the rows of an ended CSV export."""
    path = running.file_of(job)
    assert path is not None, job.error
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def phone(cast: Cast) -> None:
    """Let 华新 have a phone."""
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value=SECRET)


def test_a_file_holds_what_its_owner_sees_and_nothing_else(cast: Cast, phone: None) -> None:
    assert [row["Customer Name"] for row in rows_of(running.start(order(), actor=cast.alice))] == [
        "苏州华新家电"
    ]
    assert rows_of(running.start(order(), actor=cast.charlie)) == []
    assert len(rows_of(running.start(order(), actor=cast.ada))) == 2


def test_personal_values_leave_only_by_their_own_right(cast: Cast, phone: None) -> None:
    with pytest.raises(PermissionDenied):
        running.start(order(personal=True), actor=cast.alice)
    (plain,) = rows_of(running.start(order(), actor=cast.alice))
    assert SECRET not in str(plain)
    (whole,) = rows_of(running.start(order(personal=True), actor=cast.dora))
    assert whole["Mobile Phone"] == f"'{SECRET}"


@pytest.mark.parametrize("who", ["otto", "rita"])
def test_without_the_right_there_is_no_file(cast: Cast, who: str) -> None:
    user = getattr(cast, who, None) or User.objects.create(username="rita", role="")
    with pytest.raises(PermissionDenied):
        running.start(order(), actor=user)


def test_a_reason_is_asked_for_and_kept_on_record_without_values(cast: Cast, phone: None) -> None:
    with pytest.raises(running.ExportError):
        running.start(order(reason=" "), actor=cast.ada)
    running.start(order(query=f"q={SECRET[-4:]}", personal=True), actor=cast.ada)
    entry = AuditEntry.objects.get(action="customer.export")
    assert (entry.actor, entry.detail["rows"], entry.detail["reason"]) == (cast.ada, 1, "寄送样本")
    assert entry.detail["filters"] == ["q"]
    assert SECRET[-4:] not in str(entry.detail)


def test_more_rows_than_allowed_are_refused(cast: Cast, settings: Any) -> None:
    settings.EXPORT_MAX_ROWS = 1
    with pytest.raises(running.ExportError):
        running.start(order(), actor=cast.ada)


def test_rights_lost_before_the_job_runs_leave_no_file(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "AT_ONCE", 0)
    job = running.start(order(), actor=cast.ada)
    assert job.state == "queued"
    User.objects.filter(pk=cast.ada.pk).update(role="auditor")
    from crm.services import jobs

    jobs.execute(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert running.file_of(job) is None


def test_a_file_is_fetched_by_its_owner_until_it_expires(cast: Cast) -> None:
    job = running.start(order(), actor=cast.dora)
    address = f"/customers/exports/{job.pk}/file/"
    assert sign_in(cast.dora).get(address).status_code == 200
    assert sign_in(cast.ada).get(address).status_code == 404
    job.result["expires_at"] = (timezone.now() - timedelta(seconds=1)).isoformat()
    job.save()
    assert sign_in(cast.dora).get(address).status_code == 404


def test_expired_files_are_deleted(cast: Cast, settings: Any) -> None:
    job = running.start(order(), actor=cast.ada)
    running.drop_expired()
    assert running.file_of(job) is not None
    settings.EXPORT_HOURS = -1
    assert running.drop_expired() >= 1
    assert running.file_of(job) is None


def test_a_file_keeps_the_filters_the_columns_and_the_order_of_its_list(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100)
    make_order(cast.huaxin, "SO-2", date(2024, 2, 5), "10.5")
    make_order(cast.orphan, "SO-3", date(2024, 2, 6), 100)
    asked = order(
        key="orders", query=f"customer={cast.huaxin.pk}&columns=number&columns=amount", columns="shown"
    )
    rows = rows_of(running.start(asked, actor=cast.ada))
    amount = "Calculated: Amount"
    assert rows == [{"Order number": "SO-2", amount: "10.50"}, {"Order number": "SO-1", amount: "100.00"}]


@pytest.mark.parametrize("key", LISTS)
def test_no_list_writes_what_describes_people_unless_asked(cast: Cast, key: str) -> None:
    Interaction.objects.create(customer=cast.huaxin, occurred_at=timezone.now(), body="秘密")
    Address.objects.create(customer=cast.huaxin, street="秘密")
    job = running.start(order(key=key), actor=cast.ada)
    path = running.file_of(job)
    assert path is not None, job.error
    assert "秘密" not in path.read_text("utf-8-sig")


def test_people_become_cards(cast: Cast) -> None:
    ada = make_customer("P1", "王小明", kind="person")
    ContactPoint.objects.create(customer=ada, kind="mobile", value=SECRET)
    ada.tags.add(Tag.objects.create(name="老友"))
    job = running.start(order(key="people", format="vcard4", personal=True), actor=cast.ada)
    path = running.file_of(job)
    assert path is not None, job.error
    text = path.read_text("utf-8")
    assert "FN:王小明" in text
    assert f"tel:{SECRET}" in text
    with pytest.raises(running.ExportError):
        running.start(order(key="people", format="vcard4"), actor=cast.ada)


def test_a_file_outlives_the_right_to_none_who_is_in_it(cast: Cast) -> None:
    (before,) = CustomerShare.objects.all()
    job = running.start(order(), actor=cast.bob)
    address = f"/customers/exports/{job.pk}/file/"
    assert sign_in(cast.bob).get(address).status_code == 200
    before.delete()
    assert sign_in(cast.bob).get(address).status_code == 404
    CustomerShare.objects.create(customer=cast.huaxin, user=cast.bob)
    assert sign_in(cast.bob).get(address).status_code == 200
    Customer.objects.filter(pk=cast.huaxin.pk).update(deleted_at=timezone.now())
    assert sign_in(cast.bob).get(address).status_code == 404
