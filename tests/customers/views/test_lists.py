"""The lists, as somebody browses them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from crm.extensions import Standing, offer_insights
from customers.exports.lists import LISTS
from customers.models import (
    Complaint,
    ContactPoint,
    Customer,
    CustomerShare,
    Interaction,
    OrderStatus,
    Product,
    ProductCategory,
    Region,
    Task,
)
from tests.cast import Cast, make_customer, make_order, make_payment, sign_in

# What a list costs whatever its length: session, viewer, their team, the regions that they manage, count, rows, the
# published run where it tells of customers, and what the rows need besides: contacts, employers, amounts.
QUERIES = {
    "customers": 7,
    "people": 10,
    "orders": 7,
    "products": 5,
    "payments": 6,
    "complaints": 6,
    "interactions": 6,
    "tasks": 6,
}

# What every answer has anew.
SECRET = re.compile(r"[A-Za-z0-9]{64}")


def shown(client: Client, address: str) -> list[str]:
    """Return the names or numbers that head the rows of a list."""
    rows = client.get(address).context["rows"]
    return [row.get("number") or row["name"] for row in rows]


@pytest.fixture
def insights(cast: Cast) -> Any:
    """Let a published run say that 华新 is an A customer at risk."""

    class Run:
        def standings(self, customer_ids: list[int]) -> dict[int, Standing]:
            return {cast.huaxin.pk: Standing("A", churn_flag=True, churn_label="late", churn_tone="warn")}

        def customers_with(self, *, tiers: list[str] = (), flagged: bool | None = None) -> Any:  # type: ignore[assignment]
            known = "A" in tiers or flagged
            return Customer.objects.filter(pk=cast.huaxin.pk if known else 0).values("pk")

        def count_with(self, viewer: Any, **asked: Any) -> None:
            return None

    replaced = offer_insights(lambda: Run())  # type: ignore[arg-type,return-value]
    yield
    assert replaced is not None
    offer_insights(replaced)


def test_a_rep_sees_their_customers_and_nobody_elses(cast: Cast) -> None:
    assert shown(sign_in(cast.alice), "/customers/") == ["苏州华新家电"]
    assert shown(sign_in(cast.charlie), "/customers/") == []


def test_a_rep_s_customers_are_counted_once_whether_owned_or_shared(cast: Cast) -> None:
    theirs = make_customer("S1", "共享商行", owner=cast.bob)
    gone = make_customer("S2", "已删商行", owner=cast.bob, deleted_at=datetime(2025, 1, 1, tzinfo=UTC))
    own = make_customer("S3", "自有商行", owner=cast.charlie)
    for each in (theirs, gone, own):
        CustomerShare.objects.create(customer=each, user=cast.charlie)
    page = sign_in(cast.charlie).get("/customers/").context
    assert ({row["code"] for row in page["rows"]}, page["count"]) == ({"S1", "S3"}, "2 customers")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=huaxin", True),
        ("q=SZHX", True),
        ("q=K1", True),
        ("q=苏州", True),
        ("q=nobody", False),
        ("q=138 6123 6021", True),
        ("q=8613861236021", True),
        ("lifecycle=active", True),
        ("lifecycle=lost", False),
        ("lifecycle=lost&lifecycle=active", True),
        ("kind=person", False),
        ("owner=none", False),
    ],
)
def test_filters_keep_what_they_name(cast: Cast, query: str, found: bool) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value="+8613861236021")
    assert shown(sign_in(cast.alice), f"/customers/?{query}") == (["苏州华新家电"] if found else [])


@pytest.mark.parametrize(
    ("kind", "stored", "written"),
    [
        ("phone", "+8651266881234", "0512-6688 1234"),
        ("phone", "+8651266881234", "(0512) 66881234"),
        ("phone", "+442079460958", "+44 20 7946 0958"),
        ("email", "Li.Wei@huaxin.example", "Li.Wei@Huaxin.example"),
    ],
)
def test_a_customer_is_found_however_the_number_is_written(
    cast: Cast, kind: str, stored: str, written: str
) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind=kind, value=stored)
    assert shown(sign_in(cast.alice), f"/customers/?{urlencode({'q': written})}") == ["苏州华新家电"]


def test_a_region_means_everything_below_it(cast: Cast) -> None:
    east, south = (Region.objects.get(code=code).pk for code in ("CN-E", "CN-S"))
    assert shown(sign_in(cast.ada), f"/customers/?region={east}") == ["苏州华新家电"]
    assert shown(sign_in(cast.ada), f"/customers/?region={south}") == []


def test_tier_and_churn_come_from_the_published_run(cast: Cast, insights: None) -> None:
    client = sign_in(cast.ada)
    assert shown(client, "/customers/?tier=A") == ["苏州华新家电"]
    assert shown(client, "/customers/?tier=B") == []
    assert shown(client, "/customers/?churn=flagged") == ["苏州华新家电"]
    assert 'class="tier tier-A"' in client.get("/customers/").content.decode()


def test_without_a_published_run_the_list_has_no_tiers(cast: Cast) -> None:
    response = sign_in(cast.ada).get("/customers/?tier=A")
    assert len(response.context["rows"]) == 2
    assert "Tier" not in [head.label for head in response.context["headings"]]


def test_every_filter_is_a_chip_that_takes_itself_off(cast: Cast) -> None:
    context = sign_in(cast.ada).get("/customers/?lifecycle=active&lifecycle=lost&owner=none&q=hua").context
    assert [(chip["label"], chip["clear_url"]) for chip in context["bar"]["on"]] == [
        ("Owner: Nobody", "/customers/?lifecycle=active&lifecycle=lost&q=hua"),
        ("Lifecycle: Active", "/customers/?lifecycle=lost&owner=none&q=hua"),
        ("Lifecycle: Lost", "/customers/?lifecycle=active&owner=none&q=hua"),
    ]
    assert context["clear_url"] == "/customers/"


@pytest.mark.parametrize("sort", ["newest", "-newest", "name", "last_order", "-last_order", "code"])
def test_the_pages_of_a_list_hold_every_row_once_in_every_order(cast: Cast, sort: str) -> None:
    for number in range(120):
        customer = make_customer(f"M{number:03}", f"客户{number}", owner=cast.charlie)
        if number % 3:
            make_order(customer, f"SO-{number}", date(2024, 1, 1 + number % 5))
    client, address, seen = sign_in(cast.charlie), f"/customers/?sort={sort}", []
    while address:
        context = client.get(address).context
        seen += [row["pk"] for row in context["rows"]]
        address = context["next_url"]
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("sort", ["due", "-due", "paid", "-paid", "amount", "-amount"])
def test_payments_stand_in_every_order_the_open_ones_last(cast: Cast, sort: str) -> None:
    order = make_order(cast.huaxin, "SO-1", date(2024, 1, 1), 100)
    for number in range(60):
        day = None if number % 4 == 0 else date(2024, 2, 1 + number % 7)
        make_payment(order, f"P-{number}", number % 9, due_on=day, paid_on=day)
    client, address, seen = sign_in(cast.alice), f"/customers/payments/?sort={sort}", []
    while address:
        context = client.get(address).context
        seen += context["rows"]
        address = context["next_url"]
    assert len({row["pk"] for row in seen}) == len(seen) == 60
    column = {"due": "due_on", "paid": "paid_on", "amount": "amount_cents"}[sort.strip("-")]
    values = [row[column] if row[column] is not None else date.max for row in seen]
    # The largest amounts are the first that people look for.
    assert values == sorted(values, reverse=sort.startswith("-") != (column == "amount_cents"))


def test_the_complaint_that_waits_longest_is_first_and_answered_ones_are_last(cast: Cast) -> None:
    for cause, day, answered in (("new", 9, None), ("old", 2, None), ("answered", 1, 3)):
        resolved = datetime(2024, 3, answered, tzinfo=UTC) if answered else None
        at = datetime(2024, 3, day, tzinfo=UTC)
        Complaint.objects.create(
            customer=cast.huaxin, complaint_type="defect", reported_at=at, resolved_at=resolved, cause=cause
        )
    rows = sign_in(cast.alice).get("/customers/complaints/?sort=waiting").context["rows"]
    assert [row["cause"] for row in rows] == ["old", "new", "answered"]


def test_tasks_stand_by_customer_and_products_by_category(cast: Cast) -> None:
    anna = make_customer("K8", "阿安", owner=cast.alice)
    for customer in (cast.huaxin, anna):
        Task.objects.create(customer=customer, title="call", due_on=date(2024, 1, 5))
    client = sign_in(cast.alice)
    rows = client.get("/customers/tasks/?sort=customer").context["rows"]
    assert [row["customer__name"] for row in rows] == ["阿安", "苏州华新家电"]
    category = ProductCategory.objects.create(name="配件")
    Product.objects.create(sku="A1", name="滤芯", category=category)
    Product.objects.create(sku="Z1", name="杂项")
    rows = client.get("/customers/products/?sort=category").context["rows"]
    assert [row["sku"] for row in rows] == ["Z1", "A1"]


def test_an_empty_list_teaches_the_next_step(cast: Cast) -> None:
    assert b"/customers/new/" in sign_in(cast.charlie).get("/customers/").content
    filtered = sign_in(cast.charlie).get("/customers/?q=zzz").content.decode()
    assert "Nothing matches" in filtered
    pages = {who: sign_in(who).get("/customers/payments/").content for who in (cast.ada, cast.charlie)}
    assert [b"/customers/imports/new/" in page for page in pages.values()] == [True, False]


def test_orders_are_filtered_by_customer_state_month_and_days(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 1, 31), 100)
    make_order(cast.huaxin, "SO-2", date(2024, 2, 1), 100, status=OrderStatus.CONFIRMED)
    make_order(cast.orphan, "SO-3", date(2024, 2, 29), 100)
    client = sign_in(cast.ada)
    for query, numbers in {
        "": ["SO-3", "SO-2", "SO-1"],
        f"customer={cast.huaxin.pk}": ["SO-2", "SO-1"],
        "status=confirmed": ["SO-2"],
        "month=2024-02": ["SO-3", "SO-2"],
        "since=2024-02-01&until=2024-02-01": ["SO-2"],
        "q=SO-3": ["SO-3"],
    }.items():
        assert shown(client, f"/customers/orders/?{query}") == numbers, query


def test_orders_of_a_customer_out_of_scope_cannot_be_asked_for(cast: Cast) -> None:
    make_order(cast.orphan, "SO-3", date(2024, 2, 29), 100)
    response = sign_in(cast.alice).get(f"/customers/orders/?customer={cast.orphan.pk}")
    assert "Customer" in response.context["note"]
    assert response.context["rows"] == []


def test_suggestions_are_the_viewers_customers(cast: Cast) -> None:
    address = "/customers/suggest/?q=huaxin"
    assert "苏州华新家电" in sign_in(cast.alice).get(address).content.decode()
    assert "苏州华新家电" not in sign_in(cast.charlie).get(address).content.decode()


@pytest.mark.parametrize("rows", [2, 30])
def test_a_list_costs_the_same_however_long_it_is(
    cast: Cast, rows: int, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    at = datetime(2024, 7, 9, 3, tzinfo=UTC)
    for number in range(rows):
        customer = make_customer(f"M{number}", f"客户{number}", owner=cast.dora, kind="person")
        order = make_order(customer, f"SO-{number}", date(2024, 1, 1), 100)
        make_payment(order, f"P-{number}", 100, due_on=date(2024, 2, 1), paid_on=None)
        Complaint.objects.create(customer=customer, complaint_type="defect", reported_at=at)
        Interaction.objects.create(customer=customer, occurred_at=at, body="问到货时间")
        Task.objects.create(customer=customer, title="回访", due_on=date(2024, 8, 1))
    client = sign_in(cast.dora)
    for key, spec in LISTS.items():
        with django_assert_max_num_queries(QUERIES[key]):
            client.get(reverse(spec.route), {"density": "dense"})


@pytest.mark.parametrize("path", ["/customers/", "/customers/suggest/"])
def test_who_asks_for_a_colleague_they_do_not_know_learns_nothing(cast: Cast, path: str) -> None:
    """An owner or team out of scope is answered like one that does not exist."""
    client = sign_in(cast.charlie)
    for name, pk in (("owner", cast.alice.pk), ("team", cast.alice.team_id)):
        foreign, absent = (
            SECRET.sub("", client.get(path, {name: each}).content.decode()) for each in (str(pk), "99999")
        )
        assert foreign == absent.replace("99999", str(pk))


def test_the_owner_of_a_shared_customer_may_be_asked_for(cast: Cast) -> None:
    response = sign_in(cast.bob).get("/customers/", {"owner": str(cast.alice.pk)})
    assert [row["pk"] for row in response.context["rows"]] == [cast.huaxin.pk]
    assert response.context["note"] == ""
