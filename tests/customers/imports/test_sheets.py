"""Cells of workbooks become what a person would have typed."""

from datetime import date, datetime

import pytest

from customers.imports.problems import SheetProblem, UnsupportedFile
from customers.imports.tables import NumericCell
from tests.customers.imports.conftest import Reading
from tests.customers.imports.workbooks import Cell, pack, sheet_of, xlsx


def cells(reading: Reading, *row: Cell, date_1904: bool = False) -> list[str]:
    headers = [f"column {chr(97 + i)}" for i in range(len(row))]
    return next(iter(reading(xlsx([headers, row], date_1904=date_1904))))[1]


def test_numbers_are_written_as_people_write_them(reading: Reading) -> None:
    assert cells(reading, 13800138000.0, 2.55, 0.1 + 0.2, -5, 1e15, 1.5e-7) == [
        "13800138000",
        "2.55",
        "0.3",
        "-5",
        "1000000000000000",
        "0.00000015",
    ]


def test_numbers_and_texts_that_look_alike_are_told_apart(reading: Reading) -> None:
    number, text = cells(reading, 42, "42")
    assert number == text
    assert isinstance(number, NumericCell)
    assert not isinstance(text, NumericCell)


def test_dates_and_moments_are_iso(reading: Reading) -> None:
    assert cells(reading, date(2010, 12, 1), datetime.fromisoformat("2010-12-01 08:26")) == [
        "2010-12-01",
        "2010-12-01 08:26:00",
    ]


def test_days_that_count_from_1904_are_right(reading: Reading) -> None:
    assert cells(reading, date(2010, 12, 1), date_1904=True) == ["2010-12-01"]


def test_rows_keep_the_number_that_the_spreadsheet_shows(reading: Reading) -> None:
    table = reading(xlsx([[], ["Report"], [], ["code", "name"], [], ["C1", "Alice"]]))
    assert table.header_line == 4
    assert list(table) == [(6, ["C1", "Alice"])]


def test_another_sheet_can_be_chosen_by_name_or_number(reading: Reading) -> None:
    book = xlsx([["code"], ["C1"]], more_sheets=1)
    assert reading(book).source.sheets == ("First", "Other 0")
    assert reading(book, sheet="1").source.sheet == "First"
    with pytest.raises(SheetProblem, match="The workbook has: First, Other 0"):
        reading(book, sheet="Third")


def test_a_workbook_of_empty_sheets_is_told(reading: Reading) -> None:
    with pytest.raises(SheetProblem, match="no rows"):
        reading(xlsx([]))


@pytest.mark.parametrize(
    "damage", [b"PK\x03\x04 not an archive", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600]
)
def test_a_damaged_workbook_is_told(reading: Reading, damage: bytes) -> None:
    with pytest.raises(SheetProblem, match="damaged"):
        reading(damage)


def test_a_workbook_cut_in_half_is_told(reading: Reading) -> None:
    book = xlsx([["code", "name"]] + [["C1", "Alice"]] * 200)
    with pytest.raises(SheetProblem, match="damaged"):
        reading(book[: len(book) // 2])


def test_a_damaged_part_of_a_workbook_is_told(reading: Reading) -> None:
    book = bytearray(xlsx([["code", "name"], ["C1", "Alice"]]))
    at = book.index(b"xl/workbook.xml") + len("xl/workbook.xml")
    book[at : at + 20] = bytes(20)
    with pytest.raises(SheetProblem, match="damaged"):
        reading(bytes(book))


def test_an_archive_that_is_no_workbook_is_told(reading: Reading) -> None:
    with pytest.raises(UnsupportedFile, match="ZIP archive"):
        reading(pack({"orders.csv": "code\nC1\n"}))


def test_a_formula_is_its_text_when_it_is_text(reading: Reading) -> None:
    assert cells(reading, "=HYPERLINK(1)", "x") == ["=HYPERLINK(1)", "x"]


def test_the_last_moment_of_the_calendar_stays_in_it(reading: Reading) -> None:
    end = datetime.fromisoformat("9999-12-31 23:59:59.991")
    assert cells(reading, end, "x")[0].startswith("9999-12-31 23:59:59")


def test_truths_and_formulas_are_their_last_values(reading: Reading) -> None:
    row = '<c r="A2" t="b"><v>1</v></c><c r="B2"><f>1+1</f><v>2</v></c><c r="C2" t="str"><f>A1</f><v>=A1</v></c>'
    head = "".join(f'<c r="{c}1" t="str"><v>column {c}</v></c>' for c in "ABC")
    table = reading(sheet_of(f'<row r="1">{head}</row><row r="2">{row}</row>'))
    assert list(table) == [(2, ["TRUE", "2", "=A1"])]


@pytest.mark.parametrize(
    "cell",
    ['<c r="A2"><f>1+1</f></c>', '<c r="A2"><f>1+1</f><v></v></c>', '<c><f t="shared" si="0"/><v/></c>'],
)
def test_formulas_that_nobody_computed_are_told_and_not_read_as_blanks(reading: Reading, cell: str) -> None:
    head = '<row r="1"><c r="A1" t="str"><v>code</v></c></row>'
    with pytest.raises(SheetProblem, match="never computed"):
        reading(sheet_of(f'{head}<row r="2">{cell}</row>'))


def test_a_formula_whose_result_is_an_empty_text_is_a_blank(reading: Reading) -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>code</v></c><c r="B1" t="str"><v>name</v></c></row>'
    rows += '<row r="2"><c r="A2" t="str"><v>C1</v></c><c r="B2" t="str"><f>IF(1,"","x")</f><v></v></c></row>'
    assert list(reading(sheet_of(rows))) == [(2, ["C1", ""])]
