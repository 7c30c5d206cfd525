"""Delimited text: separators, quotes, lines."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.imports.delimited import MAX_CELL, read_records, sniff_delimiter
from customers.imports.problems import OversizeRecord, UnclosedQuote


def records(text: str, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    return list(read_records(io.StringIO(text, newline=""), delimiter))


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a\tb\n1,5\t2,5\n", "\t"),
        ("name;price\nx;1,5\ny;2,5\n", ";"),
        ("a|b|c\n1|2|3\n", "|"),
        ('name,address\nA,"1; High St; London"\nB,"2; Low St; Leeds"\n', ","),
        ("Report of sales; 2024\n\na,b,c\n1,2,3\n4,5,6\n", ","),
        ("sep=;\na;b,c\n1;2\n", ";"),
        ("only\none\ncolumn\n", ","),
        ('a,b\n1,"cut off in the middle', ","),
    ],
)
def test_the_separator_is_the_one_that_splits_rows_evenly(sample: str, delimiter: str) -> None:
    assert sniff_delimiter(sample)[0] == delimiter


def test_rows_know_the_line_on_which_they_start() -> None:
    text = 'a,b\n1,"two\nlines"\r\n3,4\r\n'
    assert records(text) == [(1, ["a", "b"]), (2, ["1", "two\nlines"]), (4, ["3", "4"])]


def test_doubled_quotes_and_separators_in_quotes_belong_to_the_text() -> None:
    assert records('"a ""b"", c",d') == [(1, ['a "b", c', "d"])]


def test_old_macintosh_line_ends_are_line_ends() -> None:
    assert records("a,b\r1,2\r") == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_a_quote_that_is_never_closed_is_told_with_its_line() -> None:
    with pytest.raises(UnclosedQuote, match="line 3"):
        records('a,b\n1,2\n3,"4\n5,6\n')


def test_a_quote_left_open_in_the_last_line_is_told_too() -> None:
    with pytest.raises(UnclosedQuote, match="line 2"):
        records('a,b\n1,"2')


def test_an_endless_cell_is_refused_with_its_line() -> None:
    with pytest.raises(OversizeRecord, match="line 2"):
        records("a\n" + "x" * (MAX_CELL + 1))


def test_nul_characters_come_through() -> None:
    assert records("a\0b,c\n") == [(1, ["a\0b", "c"])]


@settings(max_examples=100)
@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8"), max_size=8), min_size=2, max_size=4),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([",", "\t", ";", "|"]),
)
def test_what_the_csv_module_writes_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    assert [cells for _line, cells in records(written.getvalue(), delimiter)] == rows
