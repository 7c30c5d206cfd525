"""A prepared query answers what Django would, for the values that it is given."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import BigIntegerField, Count, DateField, JSONField, QuerySet, Sum, Value

from crm.models import AuditEntry, User
from crm.once import remembering
from crm.prepared import Prepared, Slot, ask_ahead
from crm.services import audit
from tests.cast import Cast

PEOPLE = Prepared(
    lambda: (
        User.objects.filter(pk__gte=Slot("first"), username__startswith="a")
        .order_by("username")
        .values("username", "team__name", day=Slot("day", DateField()))
    )
)


def test_it_answers_anew_for_each_value(cast: Cast) -> None:
    day = datetime.date(2025, 1, 2)
    found = PEOPLE(first=0, day=day)
    assert [row["username"] for row in found] == ["ada", "alice"]
    assert {row["day"] for row in found} == {day}
    assert [row["username"] for row in PEOPLE(first=cast.ada.pk + 1, day=day)] == [
        name for name in ("alice",) if cast.alice.pk > cast.ada.pk
    ]


COLLEAGUES = Prepared(
    lambda: User.objects.filter(pk=Slot("user")).select_related("team").order_by("username")
)


def test_records_come_with_what_is_selected_beside_them(
    cast: Cast, django_assert_num_queries: Callable[[int], Any]
) -> None:
    wanted = User.objects.select_related("team").get(pk=cast.alice.pk)
    with django_assert_num_queries(1):
        found = COLLEAGUES.one(user=cast.alice.pk)
        assert found is not None
        assert (found, found.team, vars(found).keys()) == (wanted, wanted.team, vars(wanted).keys())


def test_what_is_asked_ahead_is_one_round_trip_and_not_asked_again(
    cast: Cast, django_assert_num_queries: Callable[[int], Any]
) -> None:
    day = datetime.date(2025, 1, 2)
    apart = (PEOPLE(first=0, day=day), COLLEAGUES(user=cast.bob.pk))
    with remembering():
        with django_assert_num_queries(1):
            ask_ahead([PEOPLE, COLLEAGUES], first=0, day=day, user=cast.bob.pk)
            assert (PEOPLE(first=0, day=day), COLLEAGUES(user=cast.bob.pk)) == apart
        with django_assert_num_queries(1):
            assert COLLEAGUES(user=cast.alice.pk) == [cast.alice]


def test_a_query_is_planned_once_whatever_its_values(cast: Cast) -> None:
    read = Prepared(lambda: User.objects.filter(pk=Slot("user")).values("username"))
    assert [read(user=each.pk)[0]["username"] for each in (cast.ada, cast.bob)] == ["ada", "bob"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = %s", [read.name]
        )
        assert cursor.fetchone() == (2, 0)


def test_nothing_is_asked_ahead_where_something_may_change(
    cast: Cast, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(2):
        ask_ahead([COLLEAGUES], user=cast.bob.pk)
        before = COLLEAGUES.one(user=cast.bob.pk)
        User.objects.filter(pk=cast.bob.pk).update(name="Robert")
    after = COLLEAGUES.one(user=cast.bob.pk)
    assert before is not None
    assert after is not None
    assert (before.name, after.name) == ("Bob", "Robert")


def entries(actor: Any) -> QuerySet[Any, Any]:
    """Return the entries of somebody, with columns that Django reads in ways of its own."""
    counted = {
        "count": Count("id"),
        "cents": Sum(Value(7, BigIntegerField())),
        "fixed": Value({"a": 1}, JSONField()),
    }
    return AuditEntry.objects.filter(actor=actor).values("detail").annotate(**counted)


def test_columns_are_read_as_django_reads_them(cast: Cast) -> None:
    audit.record(cast.ada, "customer.view", "customer:1", rows=2)
    read = Prepared(lambda: entries(Slot("actor")))
    (row,) = read(actor=cast.ada.pk)
    assert [row] == list(entries(cast.ada))
    assert (row["detail"], type(row["cents"])) == ({"rows": 2}, int)


def test_a_slot_that_is_not_given_is_an_error(cast: Cast) -> None:
    with pytest.raises(KeyError):
        PEOPLE(first=0)
