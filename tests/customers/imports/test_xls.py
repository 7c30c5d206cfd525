"""Workbooks of Excel 97 are read like all others."""

from datetime import date

from customers.imports.rows import CustomerRow
from customers.imports.tables import NumericCell
from tests.customers.imports.biff import xls
from tests.customers.imports.conftest import Parsing, Reading
from tests.customers.imports.workbooks import xlsx

ROWS: list[list[str | float]] = [
    ["客户编号", "客户名称", "手机", "备注"],
    ["0007", "上海华新贸易有限公司", 13800138000.0, "两行\n备注"],
]


def test_an_old_workbook_is_a_table(reading: Reading) -> None:
    table = reading(xls(ROWS))
    assert (table.source.container, table.source.sheets) == ("xls", ("Sheet1",))
    [(line, cells)] = list(table)
    assert (line, cells) == (2, ["0007", "上海华新贸易有限公司", "13800138000", "两行\n备注"])
    assert isinstance(cells[2], NumericCell)


def test_an_old_workbook_and_a_new_one_say_the_same(parsing: Parsing) -> None:
    [old], [new] = parsing("customers", xls(ROWS)), parsing("customers", xlsx(ROWS))
    assert old.row == new.row is not None


def test_an_old_workbook_of_many_rows_is_read_whole(reading: Reading) -> None:
    rows = [["code", "name"], *([f"C{i}", f"客户{i}"] for i in range(900))]
    assert [cells for _line, cells in reading(xls(rows))] == rows[1:]


def test_an_old_workbook_says_from_when_it_counts_days(parsing: Parsing) -> None:
    rows: list[list[str | float]] = [["姓名", "生日"], ["张三", 28000.0]]
    born = [parsing("customers", xls(rows, date_1904=flag))[0].row for flag in (False, True)]
    assert [row.date_of_birth for row in born if isinstance(row, CustomerRow)] == [
        date(1976, 8, 28),
        date(1980, 8, 29),
    ]
