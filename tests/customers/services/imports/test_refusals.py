"""Bad files: a clear error that says where and what to do, and nothing changed."""

import gzip
from pathlib import Path

import pytest
from django.db import connection

from customers.imports.problems import EmptyFile
from customers.models import Customer, ImportRow, Order, Product
from tests.customers.imports.workbooks import xlsx
from tests.customers.services.imports.conftest import ORDERS, Bring

GOOD = "A1,2024-03-01,C1,S1,Tea,1,10\n"


def assert_untouched() -> None:
    assert not Order.objects.exists()
    assert not Customer.objects.exists()
    assert not Product.objects.exists()
    assert not ImportRow.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'import_%%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (ORDERS.encode() + "A1,2024-03-01,C1,S1,Th\xe9\xe8,1,10\n".encode("cp1252"), "Line 2"),
        (b"order number,customer id,sku,quantity,unit price\nA1,C1,S1,1,10\n", "ordered on"),
        (gzip.compress((ORDERS + GOOD * 500).encode())[:-30], "cut off"),
        ((ORDERS + 'A1,2024-03-01,C1,S1,"Tea,1,10\n').encode(), "quotation mark"),
        (ORDERS.encode(), "no rows"),
    ],
    ids=["wrong encoding", "missing column", "truncated gzip", "unclosed quote", "no rows"],
)
def test_a_file_that_cannot_be_read_is_refused_whole(bring: Bring, content: bytes, said: str) -> None:
    result = bring("orders", content)
    assert (result.state, result.counts.rows) == ("failed", 0)
    assert said in result.error
    assert_untouched()


def test_a_workbook_called_csv_is_refused(bring: Bring) -> None:
    result = bring("orders", xlsx([["order number", "date"], ["A1", "2024-03-01"]]), name="orders.csv")
    assert (result.state, "spreadsheet" in result.error) == ("failed", True)
    assert_untouched()


def test_an_empty_file_is_not_even_taken_in(bring: Bring, media: Path) -> None:
    with pytest.raises(EmptyFile, match="0 bytes"):
        bring("orders", b"")
    assert_untouched()
    assert not list(media.glob("imports/*"))


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        (ORDERS, "A1,2024-03-01,C1,S1,Tea,some,10\n", "“some” is not a number"),
        (
            "order number,date,customer id,sku,quantity,unit price\n",
            "A1,2024-03-01,C1,S9,1,10\n",
            "Unknown product S9",
        ),
        (ORDERS, "A1,yesterday,C1,S1,Tea,1,10\n", "yesterday"),
    ],
    ids=["text in a number", "unknown product", "text in a date"],
)
def test_a_bad_cell_is_told_with_its_line_and_changes_nothing(
    bring: Bring, header: str, row: str, said: str
) -> None:
    result = bring("orders", header + row)
    assert (result.counts.rejected, result.counts.rows) == (1, 1)
    ((line, reason),) = result.rejections
    assert (line, said in reason) == (2, True)
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


LONG = "x" * 150


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (
            "orders",
            f"date,customer id,sku,product name,category,quantity,unit price\n2024-03-01,C,S,T,{LONG},1,1\n",
        ),
        ("orders", f"date,customer name,quantity,line total\n2024-03-01,{LONG},1,1\n"),
        (
            "orders",
            f"order number,date,customer id,product name,quantity,unit price\nA,2024-03-01,C,{LONG},1,1\n",
        ),
        ("products", f"sku,name,category\nS,T,{LONG}\n"),
        ("customers", f"code,name,industry\nC,N,{LONG}\n"),
        ("customers", f"code,name,source\nC{LONG},N,\n"),
    ],
)
def test_texts_too_long_for_their_place_are_rejected_not_cut(bring: Bring, kind: str, content: str) -> None:
    result = bring(kind, content)
    assert (result.state, result.counts.rejected) == ("done_with_rejects", 1)
    assert not Customer.objects.exists()
    assert not Product.objects.exists()
