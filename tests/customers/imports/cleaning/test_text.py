"""Texts and codes: kept as they are, or refused with the reason."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.imports.cleaning.text import code_cleaner, tags, text_cleaner
from customers.imports.problems import CellError
from customers.imports.tables import NumericCell

text, code = text_cleaner(10), code_cleaner()


@pytest.mark.parametrize(
    ("cell", "cleaned"),
    [("  张三 ", "张三"), ("\ufeffx\u200b", "x"), ("\u3000", None), ("a\nb", "a\nb"), ("=1+1", "=1+1"),
     ("'=1+1", "=1+1"), ("'＋x", "＋x"), ("'tis", "'tis"), ("0042", "0042"), ("n/a", "n/a")],
)  # fmt: skip
def test_texts_are_trimmed_and_otherwise_kept(cell: str, cleaned: str | None) -> None:
    assert text(cell) == cleaned


@pytest.mark.parametrize("cell", ["a\0b", "名\0", "x" * 11, "\ud800", "a\udfffb"])
def test_what_cannot_be_stored_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        text(cell)


@pytest.mark.parametrize("cell", ["1.23457E+17", "1.38E+10", NumericCell("110101199003070000")])
def test_codes_that_a_spreadsheet_damaged_are_refused(cell: str) -> None:
    with pytest.raises(CellError, match="spreadsheet"):
        code(cell)


@pytest.mark.parametrize("cell", ["E+1", "00123", "A1E+5B", NumericCell("536365"), "85123A"])
def test_codes_that_only_look_odd_are_kept(cell: str) -> None:
    assert code(cell) == cell


def test_tags_are_split_once_each() -> None:
    assert tags("重点、VIP; VIP，新客户") == ("重点", "VIP", "新客户")
    assert tags(" ,; ") is None


@given(st.text(max_size=30))
def test_any_text_is_kept_or_refused_with_a_reason(cell: str) -> None:
    with suppress(CellError):
        cleaned = text_cleaner(30)(cell)
        assert cleaned is None or (cleaned in cell and cleaned.encode())
