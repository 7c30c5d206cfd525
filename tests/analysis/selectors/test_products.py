"""The pages over products: the company is shown what was stored, everybody else the same measure over their own."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from analysis.models import AnalysisRun
from analysis.registry.products import PRODUCTS
from analysis.selectors import margins, offers, places, profitability
from analysis.selectors.snapshots import Filter
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from crm.models import Role, User
from crm.paging import CursorError
from customers.models import Customer, OrderLine, Product, ProductCategory, Region, RegionLevel, ServiceCost
from tests.cast import make_customer, make_order, make_payment, make_user

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 1, 15)
EVERYBODY = Filter(tiers=frozenset("ABC"))
SKUS = ("jug", "cartridge", "table", "lamp")

# What each page shows of everybody, by the stored rows and, narrowed down to everybody, added up anew.
STORED_AND_LIVE: tuple[Callable[[AnalysisRun, User, Filter | None], Any], ...] = (
    margins.products,
    places.distribution,
    lambda run, user, wanted: places.distribution(run, user, wanted, level=RegionLevel.CITY, monthly=True),
)


def trade() -> None:
    """Twelve customers in two cities: jugs with cartridges, one jug alone, tables at a loss, lamps without a cost."""
    kitchen, rooms = (ProductCategory.objects.create(name=name) for name in ("Kitchen", "Rooms"))
    products = {
        sku: Product.objects.create(sku=sku, name=sku.title(), category=kitchen if place < 2 else rooms)
        for place, sku in enumerate(SKUS)
    }
    province = Region.objects.create(code="32", name="江苏", level="province", path="CN/32/")
    cities = [
        Region.objects.create(code=code, name=code, level="city", path=f"CN/32/{code}/", parent=province)
        for code in ("3201", "3205")
    ]
    for number in range(12):
        customer = make_customer(f"P{number:02}", f"Customer {number}", region=cities[number % 2])
        held = ["jug", "cartridge"] if number < 6 else ["jug"] if number == 6 else ["table", "lamp"]
        for back in (60, 40, 20):
            day = DAY - datetime.timedelta(days=back)
            order = make_order(customer, f"P-{number}-{back}", day, *[100 + number] * len(held))
            make_payment(order, f"P-{number}-{back}", 100, day, day)
            for line, sku in zip(order.lines.order_by("line_no"), held, strict=True):
                OrderLine.objects.filter(pk=line.pk).update(product=products[sku])
    OrderLine.objects.filter(product=products["lamp"]).update(cost_cents=None)
    OrderLine.objects.filter(product=products["table"]).update(cost_cents=150_00)
    make_customer("IDLE", "Idle")
    ServiceCost.objects.create(
        customer=Customer.objects.get(code="P00"), kind="visit", incurred_on=DAY, amount=1000
    )


@pytest.fixture(scope="module")
def run(committed: None) -> AnalysisRun:
    trade()
    run = start_run(actor=None, as_of=DAY, queue=False)
    carry_out_here(run, only=[measure.name for measure in PRODUCTS])
    return run


@pytest.fixture
def alice(run: AnalysisRun) -> User:
    user = make_user("alice", Role.REP)
    Customer.objects.filter(code__in=("P00", "P06", "P07")).update(owner=user)
    return user


@pytest.fixture
def ada(run: AnalysisRun) -> User:
    return make_user("ada", Role.ADMIN)


def test_what_is_stored_is_what_adding_up_the_lines_gives(run: AnalysisRun, ada: User) -> None:
    for page in STORED_AND_LIVE:
        stored = page(run, ada, None)
        assert stored
        assert stored == page(run, ada, EVERYBODY)


def test_profits_are_those_of_the_viewer_s_customers(run: AnalysisRun, ada: User, alice: User) -> None:
    company, own = profitability.summary(run, ada), profitability.summary(run, alice)
    assert (company.customers, own.customers) == (12, 3)
    assert own.service_cost == company.service_cost == 1000_00
    rows = profitability.customers(run, alice, order="loss").rows
    assert [row.customer.code for row in rows] == ["P00", "P07", "P06"]
    assert [row.rank for row in rows] == [None, None, None]
    assert own.lost == -rows[0].profit
    assert [row.standing for row in rows] == ["loses", "unknown", "earns"]
    assert profitability.customers(run, ada).rows[0].rank == 1


def test_a_rep_s_products_are_those_of_their_customers(run: AnalysisRun, alice: User) -> None:
    rows = {row.sku: row for row in margins.products(run, alice)}
    assert {sku: row.customers for sku, row in rows.items()} == {
        "jug": 2,
        "cartridge": 1,
        "table": 1,
        "lamp": 1,
    }
    assert (rows["lamp"].margin_rate, rows["lamp"].rank, rows["table"].rank) == (None, None, 3)
    assert sum(row.revenue_share or 0 for row in rows.values()) == pytest.approx(1)


def test_a_customer_s_products_and_a_product_s_customers(run: AnalysisRun, ada: User, alice: User) -> None:
    hidden, own = (Customer.objects.get(code=code).pk for code in ("P08", "P07"))
    assert margins.products_of(run, alice, hidden) == []
    assert [row.sku for row in margins.products_of(run, alice, own)] == ["table", "lamp"]
    table = Product.objects.get(sku="table").pk
    assert [row.code for row in margins.customers_of(run, alice, table)] == ["P07"]
    assert len(margins.customers_of(run, ada, table)) == 5


def test_advice_tells_what_is_usual_to_those_who_see_the_company(
    run: AnalysisRun, ada: User, alice: User
) -> None:
    translation.activate("en")
    (piece,) = margins.advice(run, alice, kind="stop").rows
    assert (piece.customer.code, piece.sku, piece.gain, piece.usual_rate) == ("P07", "table", 129_00, None)
    assert piece.reason == "Loses money here (−40.2%) as elsewhere. Dropping it would save ¥129.00."
    told = margins.advice(run, ada, customer=piece.customer.customer_id, kind="stop").rows[0]
    assert told.usual_rate == pytest.approx(-0.376, abs=0.001)
    sums = {row.advice: (row.pieces, row.gain) for row in margins.advice_sums(run, alice)}
    assert sums["stop"] == (1, 129_00)


def test_recommendations_name_their_reason(run: AnalysisRun, ada: User, alice: User) -> None:
    translation.activate("en")
    (offered,) = offers.recommendations(run, alice).rows
    assert (offered.customer.code, offered.sku, offered.because) == ("P06", "cartridge", "Jug")
    assert offered.reason == "Goes with Jug, which they have bought."
    with translation.override("zh-hans"):
        assert offers.recommendations(run, ada, product=offered.product_id).rows[0].product == "Cartridge"
    assert offers.pairs(run, alice).rows == []
    told = offers.pairs(run, ada, product=offered.product_id).rows
    assert [(pair.other, pair.together) for pair in told] == [("Jug", 18)]


def test_who_is_due_is_told_by_day(run: AnalysisRun, ada: User, alice: User) -> None:
    translation.activate("en")
    rows = offers.due_to_buy(run, alice).rows
    assert [(row.customer.code, row.days_until_due) for row in rows] == [("P00", 0), ("P06", 0), ("P07", 0)]
    assert rows[0].reason == "Due today. A typical order is ¥200.00; no credit limit is set."
    assert offers.narrow_buyers(run, ada).rows == []  # nothing is recorded, and there are no industries
    assert places.likings(run, ada) == []  # twelve customers are too few to tell


def test_cells_of_a_province_hold_those_of_its_cities(run: AnalysisRun, ada: User, alice: User) -> None:
    province = places.distribution(run, ada)
    assert {cell.region for cell in province} == {"江苏"}
    cities = places.distribution(run, ada, level=RegionLevel.CITY)
    assert sum(cell.net_revenue for cell in cities) == sum(cell.net_revenue for cell in province)
    own = places.distribution(run, alice, level=RegionLevel.CITY)
    assert {cell.region for cell in own} == {"3201", "3205"}
    assert sum(cell.net_revenue for cell in own) == sum(
        row.net_revenue for row in margins.products(run, alice)
    )


def test_pages_follow_each_other_and_refuse_a_cursor_from_elsewhere(run: AnalysisRun, ada: User) -> None:
    first = profitability.customers(run, ada, size=7)
    rest = profitability.customers(run, ada, size=7, after=first.after or "")
    assert len({row.customer.code for row in [*first.rows, *rest.rows]}) == 12
    for listing in (profitability.customers, margins.advice, offers.pairs, offers.recommendations):
        with pytest.raises(CursorError):
            listing(run, ada, after="nonsense")
    for wrong in ("1", True, None, 10**400, float("inf"), float("nan")):
        with pytest.raises(CursorError):
            offers.real(wrong)
