"""Workbooks that would exhaust, crash or deceive whoever parses them are refused in words, and soon."""

import io
import time
import warnings
import zipfile

import pytest

from customers.imports.problems import FileProblem, SheetProblem, TooManyColumns, UnsafeWorkbook
from customers.imports.workbooks import limits
from tests.customers.imports.conftest import Reading
from tests.customers.imports.workbooks import ods, pack, parts_of, sheet_of, with_part, xlsx

BOOK = xlsx([["code", "name"], ["C1", "Alice"]])
SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def cell(reference: str, text: str = "x") -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def with_stated_size(book: bytes, part: str, size: int) -> bytes:
    """``book``, whose table of contents says that ``part`` unpacks to ``size`` bytes."""
    packed = io.BytesIO(book)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.getinfo(part).file_size = size
        archive.comment = b"changed, so that the table of contents is written again"
    return packed.getvalue()


def refusal(reading: Reading, book: bytes) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        list(reading(book))
    assert "CSV" in str(caught.value) or "save it again" in str(caught.value), "it says what to do"
    return caught.value


def test_cells_worlds_apart_that_ask_for_gigabytes_are_refused(reading: Reading) -> None:
    far = f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("AHP1048576")}</row>'
    problem = refusal(reading, sheet_of(far))
    assert "too much memory" in str(problem)


@pytest.mark.parametrize("end", ["</table:table-row>", '<table:table table:name="Sheet">'])
def test_a_workbook_that_the_parser_never_finishes_is_ended(reading: Reading, end: str) -> None:
    book = ods([["code", "name"], ["C1", "Alice"]])
    content = parts_of(book)["content.xml"].decode()
    cut = content[: content.index(end) + len(end)]
    start = time.monotonic()
    assert "takes too long" in str(refusal(reading, with_part(book, "content.xml", cut)))
    assert time.monotonic() - start < limits.SILENCE_SECONDS / 2, (
        "by processor time, long before silence tells"
    )


def test_a_bomb_is_refused_by_what_it_says_that_it_unpacks_to(reading: Reading) -> None:
    book = with_stated_size(BOOK, SHEET, limits.INFLATED_BYTES + 1)
    assert "unpacks to 1024 MB" in str(refusal(reading, book))


def test_a_bomb_is_refused_by_its_ratio(reading: Reading) -> None:
    book = with_part(BOOK, "xl/bomb.xml", b" " * (limits.RATIO_FROM + 1))
    assert "unpacks to 64 MB" in str(refusal(reading, book))


def test_a_bomb_that_says_it_is_small_is_refused(reading: Reading) -> None:
    book = with_part(BOOK, SHEET, b" " * (limits.RATIO_FROM + 1))
    assert isinstance(refusal(reading, with_stated_size(book, SHEET, 100)), SheetProblem)


def test_a_cell_of_20_megabytes_is_refused(reading: Reading) -> None:
    assert "one of its cells" in str(
        refusal(reading, sheet_of(f'<row r="1">{cell("A1", "x" * 20_000_000)}</row>'))
    )


def test_a_cell_longer_than_any_spreadsheets_is_told_by_row(reading: Reading) -> None:
    with pytest.raises(SheetProblem, match="Row 2 has a cell") as caught:
        reading(xlsx([["code", "name"], ["C1", "x" * (limits.CELL_CHARACTERS + 1)]]))
    assert caught.value.line == 2


def test_a_row_of_long_cells_is_told(reading: Reading) -> None:
    cells = "".join(cell(f"A{chr(65 + i // 26)}{chr(65 + i % 26)}2", "x" * 100_000) for i in range(41))
    with pytest.raises(SheetProblem, match="Row 2 has more than 4000000 characters"):
        reading(sheet_of(f'<row r="1">{cell("A1", "code")}</row><row r="2">{cells}</row>'))


def test_thousands_of_columns_are_refused(reading: Reading) -> None:
    cells = "".join(f'<c t="inlineStr"><is><t>column {i}</t></is></c>' for i in range(5000))
    with pytest.raises(TooManyColumns, match="column 5000"):
        reading(sheet_of(f"<row>{cells}</row>"))


@pytest.mark.parametrize("extent", ["A1:BDWGN1", "A1:A99999999", "A1:ZZZZZZ1"])
def test_an_extent_beyond_every_spreadsheet_is_refused(reading: Reading, extent: str) -> None:
    book = sheet_of(f'<row r="1">{cell("A1")}</row>', before=f'<dimension ref="{extent}"/>')
    assert "claims more rows or columns" in str(refusal(reading, book))


def test_an_extent_that_is_merely_wrong_is_not_believed(reading: Reading) -> None:
    rows = f'<row r="1">{cell("A1", "code")}</row><row r="2">{cell("A2", "C1")}</row>'
    table = reading(sheet_of(rows, before='<dimension ref="A1:XFD1048576"/>'))
    assert list(table) == [(2, ["C1"])]


def test_a_cell_beyond_every_spreadsheet_is_refused(reading: Reading) -> None:
    with pytest.raises(TooManyColumns, match="column 1000000"):
        reading(sheet_of(f'<row r="1">{cell("BDWGN1")}</row>'))


@pytest.mark.parametrize("what", ["columns", "rows"])
def test_repetitions_beyond_every_spreadsheet_are_refused(reading: Reading, what: str) -> None:
    book = ods([["code"], ["C1"]])
    where = "<table:table-cell" if what == "columns" else "<table:table-row"
    content = parts_of(book)["content.xml"].decode()
    content = content.replace(where, f'{where} table:number-{what}-repeated="100000000"', 1)
    assert isinstance(refusal(reading, with_part(book, "content.xml", content)), UnsafeWorkbook)


def test_the_blank_rest_of_a_sheet_that_is_written_as_repetitions_costs_nothing(reading: Reading) -> None:
    book = ods([["code"], ["C1"]])
    rest = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell '
    rest += 'table:number-columns-repeated="16384"/></table:table-row></table:table>'
    content = parts_of(book)["content.xml"].decode().replace("</table:table>", rest)
    assert list(reading(with_part(book, "content.xml", content))) == [(2, ["C1"])]


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE], ids=["inner", "outer"])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "docProps/app.xml"])
def test_document_type_declarations_are_refused(reading: Reading, part: str, declared: str) -> None:
    content = declared + parts_of(BOOK).get(part, b"<x/>").decode()
    assert "XML entities" in str(refusal(reading, with_part(BOOK, part, content)))


def test_a_declaration_cannot_hide_in_another_encoding(reading: Reading) -> None:
    content = (OUTSIDE + parts_of(BOOK)[SHEET].decode()).encode("utf-16")
    assert isinstance(refusal(reading, with_part(BOOK, SHEET, content)), SheetProblem)


def test_a_declaration_cannot_hide_at_a_seam_of_the_reading(reading: Reading) -> None:
    filler = "<?x?>" * (limits.TEXT_RUN // 5) + "<"
    content = filler[: limits.TEXT_RUN - 4] + OUTSIDE
    assert isinstance(refusal(reading, with_part(BOOK, "docProps/app.xml", content)), UnsafeWorkbook)


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "xl/../../x", "/etc/passwd", "C:\\x", "..\\x"])
def test_part_names_that_climb_are_refused(reading: Reading, name: str) -> None:
    assert "names that lead out" in str(refusal(reading, with_part(BOOK, name, "x")))


def test_a_part_that_is_there_twice_is_refused(reading: Reading) -> None:
    packed = io.BytesIO(BOOK)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(SHEET, parts_of(BOOK)[SHEET])
    assert isinstance(refusal(reading, packed.getvalue()), SheetProblem)


def test_a_workbook_of_ten_thousand_parts_is_refused(reading: Reading) -> None:
    parts = {f"xl/media/{i}": b"" for i in range(limits.PARTS)}
    assert isinstance(refusal(reading, pack({**parts_of(BOOK), **parts})), SheetProblem)


@pytest.mark.parametrize(
    "book",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(600)
        + b"\x09\x08\x10\x00"
        + bytes(16)
        + b"\x2f\x00\x36\x00",
        with_part(ods([["code"]]), "META-INF/manifest.xml", "<m><manifest:encryption-data/></m>"),
    ],
    ids=["xlsx", "xls", "ods"],
)
def test_a_protected_workbook_is_told(reading: Reading, book: bytes) -> None:
    with pytest.raises(SheetProblem, match="protected by a password"):
        reading(book)


@pytest.mark.parametrize("wanted", ["9" * 5000, "0", "\x00", "²"])
def test_a_sheet_that_cannot_be_is_told(reading: Reading, wanted: str) -> None:
    with pytest.raises(SheetProblem, match="There is no sheet"):
        reading(BOOK, sheet=wanted)
