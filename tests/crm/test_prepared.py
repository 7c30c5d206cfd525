"""A prepared query answers what Django would, for the values that it is given."""

import datetime
from typing import Any

import pytest
from django.db.models import BigIntegerField, Count, DateField, JSONField, QuerySet, Sum, Value

from crm.models import AuditEntry, User
from crm.prepared import Prepared, Slot
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
