"""Every row is checked before the first write; its verdict can be paged through, its cells put right."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from crm.models import JobState
from customers.imports.problems import FileProblem
from customers.models import Customer, ImportBatch, Industry
from customers.services import imports
from tests.customers.services.imports.conftest import ORDERS, Bring, written

FILE = (
    "code,name,mobile,industry\n"
    "C1,Anna,,Tea\n"  # line 2: updated
    "C2,Bob,,\n"  # unchanged
    "C3,Cid,123,\n"  # rejected
    "C4,Dan,,\n"  # created
    "C4,Dan,,\n"  # skipped
)
KNOWN = "code,name\nC1,Ann\nC2,Bob\n"


def received(media: Path, content: str = FILE, kind: str = "customers", **more: Any) -> ImportBatch:
    path = written(media.parent / "people.csv", content)
    return imports.receive(path, name="people.csv", kind=kind, actor=None, **more)


def checked_batch(media: Path, content: str = FILE, kind: str = "customers") -> ImportBatch:
    batch = received(media, content, kind)
    assert imports.check_here(batch, actor=None).state == JobState.DONE
    return batch


def schemas(batch: ImportBatch) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE %s", [f"import_{batch.pk}_%"])
        return int(cursor.fetchone()[0])


def test_every_row_has_one_verdict_and_nothing_is_written(bring: Bring, media: Path) -> None:
    bring("customers", KNOWN)
    batch = checked_batch(media)
    outcome = imports.checked(batch)
    assert outcome is not None
    assert outcome.counts.as_dict() == {
        "rows": 5, "created": 1, "updated": 1, "unchanged": 1, "rejected": 1, "skipped": 1,
    }  # fmt: skip
    assert Customer.objects.count() == 2
    assert not Industry.objects.filter(name="Tea").exists()
    rows = imports.rows(batch)
    assert [(row.line, row.outcome) for row in rows] == [
        (2, "updated"), (3, "unchanged"), (4, "rejected"), (5, "created"), (6, "skipped"),
    ]  # fmt: skip
    name = rows[0].changes[0]
    assert (name.field, name.old, name.new) == ("name", "Ann", "Anna")
    assert rows[0].subject == "Ann"
    assert rows[2].cells == ("C3", "Cid", "123", "")
    assert rows[4].duplicate_of == imports.Duplicate(line=5)


def test_the_check_can_be_paged_and_narrowed_to_what_is_wrong(bring: Bring, media: Path) -> None:
    batch = checked_batch(media)
    assert [row.line for row in imports.rows(batch, after=3, limit=2)] == [4, 5]
    assert [row.line for row in imports.rows(batch, outcome="rejected")] == [4]


def test_a_cell_put_right_changes_its_row_and_the_counts_and_is_imported(bring: Bring, media: Path) -> None:
    batch = checked_batch(media)
    row = imports.fix(batch, 4, 2, "13812345678", actor=None)
    assert (row.outcome, row.corrected, row.cells[2]) == ("created", frozenset({2}), "13812345678")
    outcome = imports.checked(batch)
    assert outcome is not None
    assert (outcome.counts.rejected, outcome.counts.created) == (0, 4)
    imports.start_here(batch, actor=None)
    assert Customer.objects.filter(code="C3", contact_points__value="+8613812345678").exists()
    assert schemas(batch) == 0


def test_a_large_file_s_row_is_judged_alone_and_the_check_called_stale(
    bring: Bring, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = checked_batch(media)
    monkeypatch.setattr("customers.services.imports.checking.AT_ONCE_BYTES", 0)
    assert imports.fix(batch, 4, 2, "13812345678", actor=None).outcome == "created"
    assert batch.stale
    outcome = imports.checked(batch)
    assert outcome is not None
    assert outcome.counts.rows == 5
    assert imports.unfix(batch, 4, 2, actor=None).outcome == "rejected"
    assert schemas(batch) == 1


def test_a_cell_that_would_make_the_file_refusable_says_so_and_stays(bring: Bring, media: Path) -> None:
    text = "order number,date,customer id,sku,product name,quantity,unit price,currency\n"
    batch = checked_batch(media, text + "A1,2024-03-01,C1,S1,Tea,1,5,CNY\n", "orders")
    with pytest.raises(FileProblem, match="The amounts are in USD"):
        imports.fix(batch, 2, 7, "USD", actor=None)
    batch.refresh_from_db()
    assert (batch.state, batch.corrections.count(), len(imports.rows(batch))) == ("previewed", 0, 1)


def test_an_order_of_a_large_file_is_judged_whole(
    bring: Bring, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "order number,date,customer id,sku,product name,quantity,unit price,currency\n"
    lines = "A1,2024-03-01,C1,S1,Tea,1,5,\nA1,2024-03-01,C1,S2,Cup,1,7,\nA2,2024-03-01,C1,S1,Tea,1,5,\n"
    bring("orders", text + lines)
    batch = checked_batch(media, text + lines.replace("Cup,1", "Cup,x"), "orders")
    monkeypatch.setattr("customers.services.imports.checking.AT_ONCE_BYTES", 0)
    assert imports.fix(batch, 3, 5, "1", actor=None).outcome == "unchanged"
    assert [row.outcome for row in imports.rows(batch)] == ["unchanged"] * 3
    assert "no exchange rate" in imports.fix(batch, 4, 7, "USD", actor=None).reason
    imports.fix(batch, 3, 0, "A2", actor=None)
    assert [row.outcome for row in imports.rows(batch)] == ["unchanged", "rejected", "rejected"]


def test_a_line_that_is_none_cannot_be_put_right(bring: Bring, media: Path) -> None:
    batch = checked_batch(media)
    with pytest.raises(ValueError, match="no row 99"):
        imports.fix(batch, 99, 0, "x", actor=None)
    assert not batch.corrections.exists()


def test_what_is_said_anew_drops_the_check(bring: Bring, media: Path) -> None:
    batch = checked_batch(media)
    imports.choose(batch, actor=None, wishes={})
    assert (imports.checked(batch), imports.rows(batch), schemas(batch)) == (None, [], 0)


def test_after_the_import_its_fates_are_what_the_check_said(bring: Bring, media: Path) -> None:
    bring("customers", KNOWN)
    batch = checked_batch(media)
    expected = [(row.line, row.outcome, row.cells, row.reason) for row in imports.rows(batch)]
    imports.start_here(batch, actor=None)
    batch.refresh_from_db()
    assert [(row.line, row.outcome, row.cells, row.reason) for row in imports.rows(batch)] == expected
    assert [row.line for row in imports.review(batch)] == [2, 5]


def test_orders_are_checked_line_by_line_too(bring: Bring, media: Path) -> None:
    batch = checked_batch(
        media, ORDERS + "A1,2024-03-01,C1,S1,Tea,1,5\nA2,2024-03-01,C1,S1,Tea,x,5\n", "orders"
    )
    assert [row.outcome for row in imports.rows(batch)] == ["created", "rejected"]


def test_a_row_of_totals_is_skipped_and_says_so(bring: Bring, media: Path) -> None:
    batch = checked_batch(media, ORDERS + "A1,2024-03-01,C1,S1,Tea,1,5\n合计,,,,,1,\n", "orders")
    (totals,) = imports.rows(batch, outcome="skipped")
    assert totals.reason == "The row holds totals."
    imports.start_here(batch, actor=None)
    batch.refresh_from_db()
    assert (batch.state, batch.skipped) == ("done", 1)


def test_a_small_file_is_checked_at_once(bring: Bring, media: Path) -> None:
    job = imports.start_check(received(media), actor=None)
    assert job.state == JobState.DONE


def test_a_large_file_is_checked_by_a_worker_once(
    bring: Bring, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.services.imports.checking.AT_ONCE_BYTES", 0)
    batch = received(media)
    job = imports.start_check(batch, actor=None)
    assert job.state == JobState.QUEUED
    assert imports.start_check(batch, actor=None) == job


def test_a_file_that_cannot_be_read_says_so_and_stays_open(bring: Bring, media: Path) -> None:
    batch = received(media, "a;b\n1;2\n")
    job = imports.check_here(batch, actor=None)
    assert (job.state, batch.state) == (JobState.FAILED, "failed")
    assert "Columns are missing" in job.error
    assert imports.choose(batch, actor=None, wishes={"name": "a"}).state == "uploaded"
