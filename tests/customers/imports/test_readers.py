"""Files are what they contain, whatever they are called; what is wrong with one is said in words."""

import gzip
import io
from pathlib import Path

import pytest

from customers.imports.problems import (
    DelimiterProblem,
    DisguisedSpreadsheet,
    EmptyFile,
    EncodingProblem,
    MissingFile,
    NoHeader,
    NoRows,
    TooManyColumns,
    TruncatedFile,
    UnsafeFile,
    UnsupportedFile,
)
from customers.imports.readers import read_table
from tests.customers.imports.conftest import Reading
from tests.customers.imports.workbooks import ods, xlsx

PLAIN = "code,name\nC1,Alice\nC2,Bob\n"
ROWS = [(2, ["C1", "Alice"]), (3, ["C2", "Bob"])]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        gzip.compress(PLAIN.encode()),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", "\t").encode(),
        xlsx([["code", "name"], ["C1", "Alice"], ["C2", "Bob"]]),
        gzip.compress(xlsx([["code", "name"], ["C1", "Alice"], ["C2", "Bob"]])),
        ods([["code", "name"], ["C1", "Alice"], ["C2", "Bob"]]),
    ],
    ids=["csv", "csv.gz", "utf-16", "tsv", "xlsx", "xlsx.gz", "ods"],
)
def test_one_table_in_many_containers(reading: Reading, content: bytes) -> None:
    table = reading(content)
    assert table.headers == ("code", "name")
    assert list(table) == ROWS
    assert list(table) == ROWS, "a table can be read again"


def test_two_readings_of_one_open_file_do_not_disturb_each_other(reading: Reading) -> None:
    text = "code,name\n" + "".join(f"C{i},{'x' * 100}\n" for i in range(5000))
    table = reading(text)
    first, second = iter(table), iter(table)
    for _ in range(5000):
        assert next(first) == next(second)


def test_a_file_of_no_bytes_says_so(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").touch()
    with pytest.raises(EmptyFile, match="0 bytes"):
        read_table(tmp_path / "orders.csv")


def test_a_compressed_file_of_no_bytes_says_so(reading: Reading) -> None:
    with pytest.raises(EmptyFile):
        reading(gzip.compress(b""))


@pytest.mark.parametrize("kept", [11, 200, -1])
def test_a_truncated_gzip_is_told_before_any_row(reading: Reading, kept: int) -> None:
    packed = gzip.compress("".join(f"C{i},{i * 7919}\n" for i in range(50_000)).encode())
    with pytest.raises(TruncatedFile, match="cut off"):
        reading(packed[:kept])


def test_a_damaged_gzip_is_told(reading: Reading) -> None:
    packed = bytearray(gzip.compress(PLAIN.encode() * 1000))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(TruncatedFile, match="damaged"):
        reading(bytes(packed))


@pytest.mark.parametrize("name", ["orders.csv", "orders.CSV", "orders.tsv", "orders.txt", "orders.csv.gz"])
def test_a_workbook_called_csv_is_told_what_it_is(reading: Reading, name: str) -> None:
    with pytest.raises(DisguisedSpreadsheet, match=f"{name} is a spreadsheet workbook"):
        reading(xlsx([["code"], ["C1"]]), name=name)


def test_a_workbook_called_csv_is_read_when_names_do_not_matter(reading: Reading) -> None:
    table = reading(xlsx([["code", "name"], ["C1", "Alice"]]), name="orders.csv", by_name=False)
    assert table.source.container == "xlsx"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"\xef\xbb\xbf<html><table>", "a web page"),
        (b"<?xml version='1.0'?><Workbook/>", "an XML"),
        (b"\x89PNG\r\n", "a picture"),
    ],
)
def test_what_is_no_table_is_named(reading: Reading, content: bytes, what: str) -> None:
    with pytest.raises(UnsupportedFile, match=what):
        reading(content)


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match=r"nowhere\.csv"):
        read_table(tmp_path / "nowhere.csv")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        read_table(tmp_path)


def test_titles_above_the_header_are_skipped(reading: Reading) -> None:
    table = reading("销售明细表\n2024年第一季度,,,\n\n订单号,下单日期,数量,单价\nS1,2024-01-02,3,4.5\n")
    assert (table.header_line, table.headers[0]) == (4, "订单号")
    assert list(table) == [(5, ["S1", "2024-01-02", "3", "4.5"])]


def test_a_file_without_column_names_is_told(reading: Reading) -> None:
    with pytest.raises(NoHeader, match="Line 1 holds: 536365, 85123A"):
        reading("536365,85123A,6,2.55\n536366,71053,6,3.39\n")


def test_the_header_line_can_be_stated(reading: Reading) -> None:
    table = reading("x,y\n1,2\ncode,name\nC1,Alice\n", header_line=3)
    assert table.headers == ("code", "name")
    with pytest.raises(NoHeader, match="Line 9"):
        reading("x,y\n1,2\n", header_line=9)


def test_a_header_without_rows_is_told(reading: Reading) -> None:
    with pytest.raises(NoRows, match="line 1"):
        reading("code,name\n\n , \n")


def test_thousands_of_columns_are_refused(reading: Reading) -> None:
    with pytest.raises(TooManyColumns, match="5000 columns"):
        reading(",".join(f"column{chr(97 + i % 26)}" for i in range(5000)) + "\n1\n")


def test_the_sample_is_the_first_rows(reading: Reading) -> None:
    table = reading("code,name\n" + "C,x\n" * 80)
    assert len(table.sample) == 50
    assert table.sample[0] == (2, ["C", "x"])


def test_bytes_that_are_no_text_are_told_by_line(reading: Reading) -> None:
    with pytest.raises(EncodingProblem, match="Line 2"):
        reading(b"code,name\nC1,\xff\xfe\xfd\n")


def test_an_open_file_needs_no_name() -> None:
    assert list(read_table(io.BytesIO(PLAIN.encode()))) == ROWS


def test_the_line_that_states_a_separator_is_no_header(reading: Reading) -> None:
    table = reading("sep=;\ncode;name\nC1;Alice\n")
    assert (table.source.delimiter, table.header_line, table.headers) == (";", 2, ("code", "name"))


def test_a_compressed_bomb_is_refused_before_it_is_unpacked(reading: Reading) -> None:
    bomb = gzip.compress(b"code,name\n" + bytes(65 << 20), 1)
    with pytest.raises(UnsafeFile, match="64 MB"):
        reading(bomb)


@pytest.mark.parametrize("delimiter", ["", "ab", '"', "\n", "\0"])
def test_a_delimiter_that_can_be_none_is_told(reading: Reading, delimiter: str) -> None:
    with pytest.raises(DelimiterProblem):
        reading(PLAIN, delimiter=delimiter)


def test_a_file_without_column_names_can_be_said_to_be_one(reading: Reading) -> None:
    table = reading("C1,Alice\nC2,Bob\n", header_line=0)
    assert (table.headers, table.header_line) == (("Column 1", "Column 2"), 0)
    assert list(table) == [(1, ["C1", "Alice"]), (2, ["C2", "Bob"])]


def test_no_two_headers_are_equal(reading: Reading) -> None:
    assert reading("a,a,a (2),,,A\n1,2,3,4,5,6\n").headers == ("a", "a (2)", "a (2) (2)", "", "", "A")


def test_the_top_of_a_file_is_shown_as_it_is(reading: Reading) -> None:
    table = reading("标题,\n\ncode,name\nC1,Alice\n")
    assert table.top == ((1, ["标题", ""]), (2, []), (3, ["code", "name"]), (4, ["C1", "Alice"]))


def test_empty_cells_behind_the_last_column_are_no_cells() -> None:
    table = read_table(io.BytesIO(b"name,notes\nx,y,,,\nx,,z,,\nx\n"), name="wide.csv")
    assert [cells for _line, cells in table] == [["x", "y"], ["x", "", "z"], ["x"]]
