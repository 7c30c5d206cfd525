"""Files that other programs wrote."""

from decimal import Decimal
from pathlib import Path

import pytest

from customers.imports.kinds import Kind
from customers.imports.matching import match_columns
from customers.imports.parsing import RowResult, parse_rows
from customers.imports.problems import EncodingProblem
from customers.imports.readers import read_table
from customers.imports.rows import CustomerRow, OrderLineRow
from tests.customers.imports.conftest import SHANGHAI


def parsed(path: Path, kind: Kind, encoding: str | None = None) -> list[RowResult]:
    table = read_table(path, encoding=encoding)
    mapping = match_columns(kind, table)
    mapping.require_complete()
    return list(parse_rows(table, mapping, SHANGHAI))


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("csvtext", "utf-8"),
        ("csvtext_BOM_UTF8", "utf-8"),
        ("csvtext_BOM_UTF16LE", "utf-16-le"),
        ("csvtext_BOM_UTF16BE", "utf-16-be"),
        ("csvtext_BOM_UTF32LE", "utf-32-le"),  # its mark is that of another encoding
    ],
)
def test_one_table_under_every_byte_order_mark(data_dir: Path, name: str, encoding: str) -> None:
    table = read_table(data_dir / "import_samples" / f"dataloader_{name}.csv")
    assert table.source.encoding == encoding
    assert table.headers == ("column1", "column2", "column3")
    assert list(table) == [(2, ["row1-1", "row1-2", "row1-3"]), (3, ["row2-1", "row2-2", "row2-3"])]


def test_escaped_quotes_are_quotes(data_dir: Path) -> None:
    table = read_table(data_dir / "import_samples" / "dataloader_csvEscapedQuotes.csv")
    assert list(table) == [(2, ['"The Best" Account', "bla"]), (3, ['The "Best" Account', "bla"])]


def test_windows_1252_is_asked_for_and_then_read_whole(data_dir: Path) -> None:
    path = data_dir / "import_samples" / "salesforce_accounts_cp1252.csv"
    with pytest.raises(EncodingProblem, match=r"Line 72 .byte 24068.*cp1252"):
        read_table(path)
    rows = [result.row for result in parsed(path, Kind.CUSTOMERS, "cp1252")]
    assert len(rows) == 423
    assert all(isinstance(row, CustomerRow) for row in rows)
    assert any("é" in repr(row) for row in rows)


def test_cdnow_purchases_are_orders_of_a_customers_day(data_dir: Path) -> None:
    rows = [result.row for result in parsed(data_dir / "cdnow_master.csv.gz", Kind.ORDERS)]
    lines = [row for row in rows if isinstance(row, OrderLineRow)]
    assert len(lines) == 69_659
    assert len({line.customer_code for line in lines}) == 23_570
    assert sum(line.line_total for line in lines) == Decimal("2500315.63")


def test_the_published_tenth_of_cdnow_has_its_customers(data_dir: Path) -> None:
    rows = [result.row for result in parsed(data_dir / "cdnow_sample_2357.csv.gz", Kind.ORDERS)]
    lines = [row for row in rows if isinstance(row, OrderLineRow)]
    assert (len(lines), len({line.customer_code for line in lines})) == (6_919, 2_357)


def test_superstore_has_its_sales_and_profit(data_dir: Path) -> None:
    rows = [result.row for result in parsed(data_dir / "superstore_orders.csv.gz", Kind.ORDERS)]
    lines = [row for row in rows if isinstance(row, OrderLineRow)]
    assert len(lines) == 9_994
    sales = sum((line.line_total for line in lines), Decimal(0))
    cost = sum((line.line_cost for line in lines if line.line_cost is not None), Decimal(0))
    assert (sales, sales - cost) == (Decimal("2297200.8603"), Decimal("286397.0217"))


def test_febrl_persons_are_read_but_for_three_impossible_birthdays(data_dir: Path) -> None:
    results = parsed(data_dir / "febrl_dataset1.csv", Kind.CUSTOMERS)
    rejected = [problem.message for result in results for problem in result.problems]
    assert len(results) == 1000
    assert len(rejected) == 3
    assert all("is not a date" in message for message in rejected)
