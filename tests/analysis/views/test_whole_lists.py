"""A list whose rows are at hand is shown a page at a time, and handed out whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.views.measures.declaring import Listing
from analysis.views.measures.page import _all_rows
from analysis.views.measures.parts import whole
from crm.paging import PAGE_SIZE, CursorError


@given(st.integers(0, 200), st.integers(1, 60))
def test_the_pages_of_a_list_are_its_rows_both_ways(rows: int, size: int) -> None:
    read, seen, after = whole(range(rows)), [], ""
    while True:
        page = read(after=after, size=size)
        seen += page.rows
        if page.before:
            assert read(before=page.before, size=size).rows == seen[-len(page.rows) - size : -len(page.rows)]
        if not page.after:
            break
        after = page.after
    assert (seen, page.count) == (list(range(rows)), rows)


def test_a_page_has_the_usual_size_and_a_file_has_all_rows() -> None:
    read = whole(range(2500))
    assert len(read().rows) == PAGE_SIZE
    assert _all_rows(Listing("", (), read)) == list(range(2500))


@pytest.mark.parametrize("cursor", ["x", "-1", "3", "²", "9" * 30])
def test_a_cursor_from_elsewhere_is_refused(cursor: str) -> None:
    for way in ("after", "before"):
        with pytest.raises(CursorError):
            whole(range(3))(**{way: cursor})
