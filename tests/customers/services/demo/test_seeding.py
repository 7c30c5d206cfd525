"""Seeding is repeatable, refuses to touch anybody's records, and leaves the tables as they were."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum

from crm.models import AuditEntry, User
from customers.models import Customer, Order, OrderLine, Product
from customers.services.demo import SEEDED, DemoError, Plan, seed_demo

pytestmark = pytest.mark.django_db

AS_OF = date(2025, 6, 30)
PASSWORD = "correct horse battery"


def tiny(seed: int = 7) -> Plan:
    return Plan.of("tiny", as_of=AS_OF, seed=seed)


def company() -> list[Any]:
    """What the company is, apart from the ids."""
    orders = Order.objects.values_list("number", "customer__code", "ordered_at", "salesperson__username")
    lines = OrderLine.objects.values_list(
        "order__number", "line_no", "product__sku", "quantity", "revenue_cents"
    )
    people = Customer.objects.values_list("code", "name", "pinyin", "region__code", "potential", "created_at")
    return [
        list(people.order_by("code")),
        list(orders.order_by("number")),
        list(lines.order_by("order", "line_no")),
    ]


def schema() -> list[Any]:
    """Constraints, indexes and enabled triggers of all tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
            " UNION ALL SELECT tablename, indexname, indexdef, true FROM pg_indexes WHERE schemaname = 'public'"
            " UNION ALL SELECT tgrelid::regclass::text, tgname, tgenabled::text, true FROM pg_trigger"
            "   WHERE NOT tgisinternal ORDER BY 1, 2, 3"
        )
        return list(cursor.fetchall())


def test_the_same_seed_gives_the_same_company_and_another_seed_another() -> None:
    seed_demo(tiny(), password=PASSWORD)
    first = company()
    seed_demo(tiny(), password=PASSWORD, replace=True)
    assert company() == first
    seed_demo(tiny(seed=8), password=PASSWORD, replace=True)
    assert company() != first


def test_chunks_change_nothing_about_how_many_there_are() -> None:
    plan = Plan(
        customers=60, reps=12, orders_a_week=0.3, lines_beyond_first=2, interactions=3, as_of=AS_OF, chunk=25
    )
    written = seed_demo(plan, password=PASSWORD)
    assert written.rows["Customer"] == Customer.objects.count() == 60
    assert Order.objects.values("number").distinct().count() == written.rows["Order"]


def test_constraints_indexes_and_triggers_come_back_as_they_were() -> None:
    before = schema()
    seed_demo(tiny(), password=PASSWORD)
    assert schema() == before


def test_other_peoples_records_are_left_alone() -> None:
    Product.objects.create(sku="A-1", name="Somebody's product")
    for replace in (False, True):
        with pytest.raises(DemoError, match="already holds products"):
            seed_demo(tiny(), password=PASSWORD, replace=replace)
    assert Product.objects.count() == 1
    assert not User.objects.exists()


def test_an_existing_user_keeps_their_password() -> None:
    User.objects.create_user("admin", password="their own password")
    with pytest.raises(DemoError, match="users"):
        seed_demo(tiny(), password=PASSWORD)
    assert User.objects.get().check_password("their own password")


def test_the_act_is_on_the_audit_trail() -> None:
    seed_demo(tiny(), password=PASSWORD)
    assert AuditEntry.objects.get(action=SEEDED).detail == {"as_of": "2025-06-30", "customers": 60, "seed": 7}


@pytest.mark.parametrize("day", [date(2014, 12, 31), date(2041, 1, 1)])
def test_a_day_beyond_the_known_festivals_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match="Spring Festivals"):
        Plan.of("tiny", as_of=day)


def test_the_tiers_form_a_pyramid() -> None:
    seed_demo(Plan.of("small", as_of=AS_OF), password=PASSWORD)
    year = OrderLine.objects.filter(ordered_on__gte=date(2024, 6, 30)).values("customer")
    net = [row["net"] / 100 for row in year.annotate(net=Sum("revenue_cents"))]
    a, b = sum(value >= 5e6 for value in net), sum(1e6 <= value < 5e6 for value in net)
    assert 0.015 < a / 1_200 < 0.05
    assert 0.07 < b / 1_200 < 0.16
    assert 20_000 < Order.objects.count() < 32_000


def test_the_command_prints_counts_and_makes_a_password_when_none_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    out, err = StringIO(), StringIO()
    call_command("seed_demo", "--size", "tiny", "--as-of", "2025-06-30", "--json", stdout=out, stderr=err)
    assert json.loads(out.getvalue())["rows"]["Customer"] == 60
    assert User.objects.get(username="rep").check_password(err.getvalue().split(": ")[1].strip())
    with pytest.raises(CommandError, match="--force"):
        call_command("seed_demo", "--size", "tiny")


def test_the_command_takes_the_password_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    err = StringIO()
    call_command("seed_demo", "--size", "tiny", "--as-of", "2025-06-30", stdout=StringIO(), stderr=err)
    assert User.objects.get(username="auditor").check_password(PASSWORD)
    assert PASSWORD not in err.getvalue()
