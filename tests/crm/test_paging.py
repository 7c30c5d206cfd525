"""Keyset pages."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.models import Team
from crm.paging import CursorError, Key, Page, capped_count, day, integer, keyset_page, moment, text
from customers.models import Customer, Interaction
from tests.cast import Cast

BY_NAME = (Key("name", text), Key("id", integer))
BACK_BY_NAME = (Key("name", text, descending=True), Key("id", integer, descending=True))


def walk(keys: tuple[Key, ...], size: int) -> list[str]:
    """Return the names of all pages, walked from the first to the last."""
    names, after = [], ""
    while True:
        page: Page[Any] = keyset_page(Team.objects.values("id", "name"), keys, after=after, size=size)
        names += [row["name"] for row in page.rows]
        if page.after is None:
            return names
        after = page.after


def cursor(*values: Any) -> str:
    """Return a cursor of any values."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_walking_forward_meets_every_row_once_in_order(db: None, size: int) -> None:
    names = [f"{number % 5}-{number}" for number in range(14)]
    Team.objects.bulk_create(Team(name=name) for name in names)
    assert walk(BY_NAME, size) == sorted(names)
    assert walk(BACK_BY_NAME, size) == sorted(names, reverse=True)


def test_times_are_told_apart_to_the_microsecond(cast: Cast) -> None:
    start = datetime(2024, 3, 1, tzinfo=UTC)
    for number in range(7):
        Interaction.objects.create(
            customer=cast.huaxin, occurred_at=start + timedelta(microseconds=number // 2)
        )
    interactions = Interaction.objects.values("id", "occurred_at")
    keys = (Key("occurred_at", moment, descending=True), Key("id", integer, descending=True))
    seen, after = [], ""
    for _page in range(4):
        page = keyset_page(interactions, keys, after=after, size=2)
        seen += [row["id"] for row in page.rows]
        after = page.after or ""
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 7


def test_walking_back_shows_the_page_one_came_from(db: None) -> None:
    Team.objects.bulk_create(Team(name=f"team {number}") for number in range(9))
    teams = Team.objects.values("id", "name")
    first = keyset_page(teams, BY_NAME, size=3)
    second = keyset_page(teams, BY_NAME, after=first.after or "", size=3)
    back = keyset_page(teams, BY_NAME, before=second.before or "", size=3)
    assert back.rows == first.rows
    assert first.before is None
    assert back.before is None
    assert back.after == first.after


@pytest.mark.parametrize(
    "broken",
    [
        "not base64!",
        "YWJj",
        cursor(),
        cursor("a"),
        cursor("a", 1, 2),
        cursor(1, 1),
        cursor("a", "1"),
        cursor("a", True),
        cursor("a", 2**63),
        cursor("a\0", 1),
        cursor("\ud800", 1),
        cursor(None, 1),
        "[" * 5000,
    ],
)
def test_a_cursor_that_was_not_made_here_is_refused(db: None, broken: str) -> None:
    with pytest.raises(CursorError):
        keyset_page(Team.objects.values("id", "name"), BY_NAME, after=broken)


@given(st.text(max_size=80))
@settings(max_examples=60)
def test_any_text_as_cursor_is_read_or_refused(text_: str) -> None:
    try:
        keyset_page(Team.objects.none().values("id", "name"), BY_NAME, after=text_)
    except CursorError:
        return
    assert text_ == ""


@pytest.mark.parametrize("value", [None, 5, "2026-02-30", "yesterday"])
def test_a_day_is_read_or_refused(value: object) -> None:
    with pytest.raises(CursorError):
        day(value)


def test_counts_stop_at_the_cap(db: None) -> None:
    Team.objects.bulk_create(Team(name=f"team {number}") for number in range(9))
    assert capped_count(Team.objects.all(), cap=20) == 9
    assert capped_count(Team.objects.all(), cap=5) == 6


@pytest.mark.parametrize("offset", ["+18:00", "-23:59", "+01:02:03.000004"])
def test_a_time_of_an_offset_that_the_database_does_not_know_is_read(cast: Cast, offset: str) -> None:
    keys = (Key("created_at", moment), Key("id", integer))
    after = cursor(f"2000-01-01T00:00:00{offset}", 1)
    assert len(keyset_page(Customer.objects.values("id", "created_at"), keys, after=after).rows) == 2


def test_a_time_before_all_times_is_a_broken_cursor() -> None:
    with pytest.raises(CursorError):
        moment("0001-01-01T00:00:00+14:00")
