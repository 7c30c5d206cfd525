"""Undone, an import leaves the records as they were before it; what somebody worked on since stays, and is listed."""

import os
import threading
from datetime import timedelta
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import AuditEntry, Job, JobState, Role
from crm.services import jobs
from customers.models import (
    ContactPoint,
    Customer,
    ImportBatch,
    ImportRow,
    Order,
    OrderLine,
    PersonProfile,
    Product,
)
from customers.services import imports
from customers.services.regions import load_regions
from tests.cast import make_customer, make_user
from tests.customers.services.imports.conftest import ORDERS, Bring

PEOPLE = "code,name,mobile,email,tags,industry,address\n"
BEFORE = PEOPLE + "C1,Ann,13812345678,ann@example.com,vip,Tea,1 Road\nC2,Bob,,,,,\n"
AFTER = (
    PEOPLE
    + "C1,Anna,13812345679,ann@example.com,vip;gold,Coffee,2 Road\nC2,Bob,,,,,\nC3,Cid,13900000000,,new,,\n"
)
PRODUCTS = "sku,name,category,unit cost,cost valid from\n"
# Kept right by triggers and by every save.
PASSING = {"updated_at", "version"}
LEDGERS = {"importbatch", "importrow", "importcorrection", "changedcustomer"}


def everything() -> dict[str, list[Any]]:
    """Return all rows of all tables of customers but those of imports and of the history."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_app_config("customers").get_models(include_auto_created=True):
            if model._meta.model_name in LEDGERS or (model._meta.model_name or "").endswith("event"):
                continue
            columns = [f.column for f in model._meta.concrete_fields if f.column not in PASSING]
            cursor.execute(f"SELECT {', '.join(map(str, columns))} FROM {model._meta.db_table} ORDER BY 1")  # noqa: S608
            found[model._meta.db_table] = cursor.fetchall()
    return found


def batch_of(number: int | None) -> ImportBatch:
    assert number is not None
    return ImportBatch.objects.get(pk=number)


def undo(number: int | None, **how: Any) -> imports.UndoReport:
    batch = batch_of(number)
    job = imports.undo_here(batch, actor=None, **how)
    assert (job.state, job.error) == (JobState.DONE, "")
    batch.refresh_from_db()
    assert batch.state == "reverted"
    return imports.undo_report(batch)


FILES = {
    "customers": (BEFORE, AFTER),
    "products": (
        PRODUCTS + "S1,Tea,Drinks,1,2024-01-01\n",
        PRODUCTS + "S1,Green tea,Leaves,2,2024-06-01\nS2,Cup,,3,\n",
    ),
    "orders": (
        ORDERS + "A1,2024-03-01,C1,S1,Tea,1,5\nA1,2024-03-01,C1,S2,Cup,1,5\n",
        ORDERS + "A1,2024-03-02,C1,S1,Tea,2,5\nA1,2024-03-02,C1,S2,Cup,1,5\nA2,2024-03-03,C9,S9,Pot,1,7\n",
    ),
    "payments": (
        "reference,customer id,amount,paid on\nP1,C1,5,2024-03-01\n",
        "reference,customer id,amount,paid on\nP1,C1,6,2024-03-01\nP2,C1,7,2024-03-02\n",
    ),
    "complaints": (
        "reference,customer id,complaint type,reported on,cause\nR1,C1,quality,2024-03-01,late\n",
        "reference,customer id,complaint type,reported on,cause\nR1,C1,quality,2024-03-01,never came\n"
        "R2,C1,quality,2024-03-02,broken\n",
    ),
    "interactions": (
        "reference,customer id,date,body\nI1,C1,2024-03-01,called\n",
        "reference,customer id,date,body\nI1,C1,2024-03-01,called twice\nI2,C1,2024-03-02,wrote\n",
    ),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("chunk_rows", [1, 1000])
def test_import_then_undo_leaves_every_table_as_it_was(bring: Bring, kind: str, chunk_rows: int) -> None:
    bring("customers", BEFORE)
    first, second = FILES[kind]
    assert not bring(kind, first).error
    before = everything()
    result = bring(kind, second)
    assert result.counts.created
    assert result.counts.updated
    assert everything() != before
    report = undo(result.batch, chunk_rows=chunk_rows)
    assert (report.kept, report.removed + report.restored) == (
        0,
        result.counts.created + result.counts.updated,
    )
    assert everything() == before


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "C3", "C4", ""]),
        st.sampled_from(["Ann", "Bob", "张三"]),
        st.sampled_from(["", "13812345678", "13900000000"]),
        st.sampled_from(["", "vip", "vip;new"]),
        st.sampled_from(["", "Tea", "Coffee"]),
    ),
    min_size=1,
    max_size=6,
)


@given(before=ROWS, after=ROWS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_imported_undoing_brings_back_what_was(bring: Bring, before: Any, after: Any) -> None:
    Customer.objects.all().delete()
    for rows in (before, after):
        known = everything()
        text = "code,name,mobile,tags,industry\n" + "".join(",".join(row) + "\n" for row in rows)
        result = bring("customers", text)
    assert result.state.startswith("done"), result.error
    undo(result.batch, chunk_rows=2)
    assert everything() == known


def test_what_somebody_edited_since_is_kept_and_listed(bring: Bring) -> None:
    bring("customers", BEFORE)
    result = bring("customers", AFTER)
    with pghistory.context():
        Customer.objects.filter(code="C1").update(name="Anne")
        Customer.objects.filter(code="C3").update(reputation="good")
    report = undo(result.batch)
    assert (report.removed, report.restored, report.kept) == (0, 0, 2)
    ann = Customer.objects.get(code="C1")
    assert (ann.name, str(ann.industry)) == ("Anne", "Tea")  # the field that nobody edited came back
    assert Customer.objects.filter(code="C3").exists()
    kept = imports.kept_rows(batch_of(result.batch))
    assert [(row.line, row.reason) for row in kept] == [
        (2, "Edited since: name."),
        (4, "Edited since: reputation."),
    ]


def test_tags_and_profiles_alone_make_a_new_version_as_they_come_and_as_they_go(bring: Bring) -> None:
    head = "customer code,customer name,tags,founded on\n"
    bring("customers", head + "C1,Ann,vip,\nC2,Bob,vip,2001-01-01\n")

    def versions() -> list[tuple[int, int | None]]:
        known = Customer.objects.order_by("code").values_list("version", "company_profile__version")
        return list(known)

    assert versions() == [(1, None), (1, 1)]
    result = bring("customers", head + "C1,Ann,gold,\nC2,Bob,vip,2002-02-02\n")
    assert versions() == [(2, None), (1, 2)]
    undo(result.batch)
    assert versions() == [(3, None), (1, 3)]


def test_a_new_customer_with_whom_somebody_has_dealt_since_is_kept_with_all_it_has(bring: Bring) -> None:
    result = bring("customers", AFTER)
    cid = Customer.objects.get(code="C3")
    with pghistory.context():
        cid.notes.create(body="called")
    report = undo(result.batch)
    assert (report.removed, report.kept) == (2, 1)
    assert list(cid.contact_points.values_list("value", flat=True)) == ["+8613900000000"]
    (kept,) = imports.kept_rows(batch_of(result.batch))
    assert kept.reason == "It has notes that somebody added since."


def test_an_order_paid_since_is_kept_with_its_lines(bring: Bring) -> None:
    result = bring("orders", FILES["orders"][0])
    bring("payments", "reference,customer id,order number,amount,paid on\nP1,C1,A1,5,2024-03-01\n")
    undo(result.batch)
    assert (Order.objects.count(), OrderLine.objects.count()) == (1, 2)
    reasons = {row.reason for row in imports.kept_rows(batch_of(result.batch))}
    assert any("payments" in reason for reason in reasons)


def test_a_later_import_s_word_is_not_taken_back_with_an_earlier_one(bring: Bring) -> None:
    first = bring("customers", BEFORE)
    second = bring("customers", AFTER)
    assert undo(first.batch).kept == 1
    assert Customer.objects.get(code="C1").name == "Anna"
    undo(second.batch)
    assert Customer.objects.get(code="C1").name == "Ann"


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_killed_between_chunks_undoing_goes_on_and_does_nothing_twice(bring: Bring, steps: int) -> None:
    before = everything()
    result = bring("customers", AFTER)
    batch = batch_of(result.batch)
    left = iter(range(steps))

    def die(_job: Job) -> None:
        if next(left, None) is None:
            raise SystemExit

    with pytest.raises(SystemExit):
        imports.undo_here(batch, actor=None, listener=die, chunk_rows=1)
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    job = jobs.execute(Job.objects.latest("id").pk)
    assert job is not None
    assert job.state == JobState.DONE
    assert everything() == before
    assert (
        ImportRow.objects.filter(batch=batch).values_list("undone", flat=True).distinct().get() == "removed"
    )


def test_undoing_is_asked_once_and_only_of_what_has_ended(bring: Bring) -> None:
    result = bring("customers", AFTER)
    batch = batch_of(result.batch)
    undo(batch.pk)
    with pytest.raises(imports.NotUndoableError, match="undone already"):
        imports.start_undo(batch, actor=None)
    ImportBatch.objects.filter(pk=batch.pk).update(state="running")
    with pytest.raises(imports.NotUndoableError, match="has ended"):
        imports.start_undo(batch, actor=None)


def test_who_may_not_import_is_not_told_of_an_undoing_that_runs(bring: Bring) -> None:
    batch = batch_of(bring("customers", AFTER).batch)
    imports.start_undo(batch, actor=None)
    with pytest.raises(PermissionDenied):
        imports.start_undo(batch, actor=make_user("rita", Role.REP))


def test_undoing_is_on_the_audit_trail(bring: Bring) -> None:
    ada = make_user("ada", Role.ADMIN)
    result = bring("customers", AFTER, actor=ada)
    imports.undo_here(batch_of(result.batch), actor=ada)
    started, undone = AuditEntry.objects.order_by("id")[2:]
    assert (started.action, undone.action, undone.actor) == ("import.undo_started", "import.undone", ada)
    assert undone.detail["removed"] == 3


def test_the_same_file_comes_in_again_after_it_was_undone(bring: Bring) -> None:
    undo(bring("customers", AFTER).batch)
    again = bring("customers", AFTER)
    assert (again.counts.created, again.warnings) == (3, ())
    assert ContactPoint.objects.count() == 3


def test_what_the_import_did_not_touch_is_not_looked_at(bring: Bring) -> None:
    other = make_customer("C8", "other")
    Product.objects.create(sku="S0", name="known")
    undo(bring("customers", AFTER).batch)
    assert list(Customer.objects.all()) == [other]


WORKS = "code,name,customer type,job title\n"
TWO = WORKS + "E1,Huaxin,company,\nP1,Ann,person,buyer\n"


def employed_since() -> None:
    """Somebody says for whom Ann works."""
    with pghistory.context():
        PersonProfile.objects.filter(customer__code="P1").update(employer=Customer.objects.get(code="E1"))


@pytest.mark.parametrize("chunk_rows", [1, 1000])
def test_a_new_company_that_a_person_was_said_to_work_for_since_is_kept(
    bring: Bring, chunk_rows: int
) -> None:
    result = bring("customers", TWO)
    employed_since()
    assert undo(result.batch, chunk_rows=chunk_rows).kept == 2
    company, person = imports.kept_rows(batch_of(result.batch))
    assert company.reason == "Somebody has named it in person profiles since."
    assert person.reason == "Edited since: person profiles."
    assert PersonProfile.objects.get().employer == Customer.objects.get(code="E1")


def test_side_by_side_too_a_company_that_was_named_since_is_kept(
    transactional_db: None, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_regions()  # other tests truncated them
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    result = bring("customers", TWO + "C3,Cid,,\nC4,Dan,,\n")
    employed_since()
    seen: set[str] = set()
    report = undo(
        result.batch,
        chunk_rows=1,
        listener=lambda _job: seen.update(thread.name for thread in threading.enumerate()),
    )
    assert "import-lane" in seen
    assert (report.removed, report.kept) == (2, 2)
    assert PersonProfile.objects.get().employer == Customer.objects.get(code="E1")
