"""What products tell, from the records in the database to the rows that pages read."""

import datetime
from decimal import Decimal

import pandas as pd
import pytest

from analysis.datasets import products
from analysis.measures.costs import margin_sums
from analysis.models import (
    Affinity,
    AnalysisRun,
    CustomerProfit,
    MixAdvice,
    NarrowBuyer,
    ProductMargin,
    ProductPair,
    Recommendation,
    SalesCell,
    UpsellCandidate,
)
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from customers.models import (
    Industry,
    Order,
    OrderLine,
    Product,
    ProductCategory,
    Region,
    Residence,
    ServiceCost,
    WalletShare,
)
from tests.analysis.trade import Trade
from tests.cast import make_customer, make_order, make_payment

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.date(2025, 1, 15)
YEAR_AGO = datetime.date(2024, 1, 16)


def run_of(*measures: str, as_of: datetime.date = DAY) -> AnalysisRun:
    run = start_run(actor=None, as_of=as_of, queue=False)
    for result in carry_out_here(run, only=measures):
        assert result.is_done, (result.name, result.problem, result.error)
    return run


def lines_of(run: AnalysisRun) -> pd.DataFrame:
    """The lines of known customers in the run's window, as the pure measures take them."""
    found = OrderLine.objects.exclude(order__status="cancelled").exclude(customer=None)
    found = found.filter(ordered_on__gte=run.window_start, ordered_on__lt=run.window_end)
    names = [
        "customer_id",
        "product_id",
        "quantity",
        "revenue_cents",
        "cost_cents",
        "product__not_merchandise",
    ]
    lines = pd.DataFrame(found.values_list(*names), columns=names)
    return lines.assign(
        cost_known=lines["cost_cents"].notna(),
        cost_cents=lines["cost_cents"].fillna(0).astype("int64"),
        quantity=lines["quantity"].astype(float),
        is_merchandise=~lines["product__not_merchandise"].astype(bool),
    )


def test_profits_and_margins_agree_with_the_lines() -> None:
    Trade(seed=11).go_on(40)
    OrderLine.objects.filter(line_no=2).update(cost_cents=None)
    run = run_of("profitability", "product_margins")
    lines = lines_of(run)
    expected = margin_sums(lines, ["customer_id"])["gross_margin"]
    found = dict(CustomerProfit.objects.filter(run=run).values_list("customer_id", "gross_margin"))
    assert {key: value for key, value in found.items() if value} == expected[expected != 0].to_dict()
    by_product = margin_sums(lines[lines["is_merchandise"]], ["product_id"])
    stored = dict(ProductMargin.objects.filter(run=run).values_list("product_id", "net_revenue"))
    assert stored == by_product["net_revenue"].to_dict()


def test_service_is_taken_off_the_margin() -> None:
    customer = make_customer("S1", "Served")
    make_order(customer, "S-1", DAY, 1000)
    for day in (DAY, DAY + datetime.timedelta(days=1)):
        ServiceCost.objects.create(customer=customer, kind="visit", incurred_on=day, amount=Decimal("150.50"))
    row = CustomerProfit.objects.get(run=run_of("profitability"))
    assert (row.gross_margin, row.service_cost, row.profit, row.standing) == (400_00, 150_50, 249_50, "earns")


def test_cells_add_up_to_the_merchandise_of_the_window() -> None:
    Trade(seed=12).go_on(40)
    run = run_of("product_distribution")
    lines = lines_of(run)
    stored = SalesCell.objects.filter(run=run).values_list("net_revenue", flat=True)
    assert sum(stored) == lines.loc[lines["is_merchandise"], "revenue_cents"].sum()


def filters_and_jugs() -> None:
    """Six customers buy jugs with cartridges; a seventh has bought a jug; others keep lamps and chairs apart."""
    goods = {name: Product.objects.create(sku=name, name=name) for name in ("jug", "cartridge", "lamp")}
    for number in range(14):
        customer = make_customer(f"J{number:02}", f"J{number}")
        held = ["jug", "cartridge"] if number < 6 else ["jug"] if number == 6 else ["lamp"]
        order = make_order(customer, f"J-{number}", DAY, *[100] * len(held))
        for line, name in zip(order.lines.order_by("line_no"), held, strict=True):
            OrderLine.objects.filter(pk=line.pk).update(product=goods[name])


@pytest.mark.parametrize("customers_per_part", [3, 60_000])
def test_the_seventh_buyer_of_a_jug_is_offered_a_cartridge(
    customers_per_part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "CUSTOMERS_PER_PART", customers_per_part)
    filters_and_jugs()
    run = run_of("cross_sell")
    pair = ProductPair.objects.get(run=run, product__sku="jug")
    assert (pair.other.sku, pair.together, pair.lift) == ("cartridge", 6, 2.0)
    offered = Recommendation.objects.get(run=run)
    assert (offered.customer.code, offered.product.sku, offered.because.sku) == ("J06", "cartridge", "jug")


def test_a_product_that_loses_money_everywhere_is_to_be_stopped() -> None:
    for number in range(2):
        make_order(make_customer(f"L{number}", "L"), f"L-{number}", DAY, 1000, cost="1.1")
    advice = MixAdvice.objects.filter(run=run_of("mix_advice"))
    assert list(advice.values_list("advice", "gain")) == [("stop", 100_00), ("stop", 100_00)]


def test_recorded_spend_elsewhere_makes_a_narrow_buyer() -> None:
    category = ProductCategory.objects.create(name="Linen")
    customer = make_customer("N1", "Narrow", industry=Industry.objects.create(name="Hotels"))
    make_order(customer, "N-1", DAY, 1000)
    Product.objects.update(category=category)
    WalletShare.objects.create(
        customer=customer,
        period_start=YEAR_AGO,
        period_end=DAY + datetime.timedelta(days=1),
        amount_elsewhere=3000,
        noted_on=DAY,
    )
    row = NarrowBuyer.objects.get(run=run_of("narrow_buyers"))
    assert (row.elsewhere, row.basis, row.our_share, row.peers) == (3000_00, "recorded", 0.25, None)


def test_whose_cycle_ends_and_who_pays_in_time_is_offered_more() -> None:
    for code, paid_late in (("U1", 0), ("U2", 5)):
        customer = make_customer(code, code)
        for number, back in enumerate((65, 45, 25)):
            day = DAY - datetime.timedelta(days=back)
            order: Order = make_order(customer, f"{code}-{number}", day, 1000)
            make_payment(order, f"{code}-{number}", 1000, day, day + datetime.timedelta(days=paid_late))
    row = UpsellCandidate.objects.get(run=run_of("upsell"))
    assert (row.customer.code, row.due_on, row.typical_order) == ("U1", datetime.date(2025, 1, 10), 1000_00)


def test_people_in_villas_like_what_others_do_not() -> None:
    garden, food = (ProductCategory.objects.create(name=name) for name in ("Garden", "Food"))
    goods = {kind: Product.objects.create(sku=kind.name, name="x", category=kind) for kind in (garden, food)}
    jiangsu = Region.objects.create(code="32", name="江苏", level="province", path="CN/32/")
    nanjing = Region.objects.create(
        code="3201", name="南京", level="city", path="CN/32/3201/", parent=jiangsu
    )
    for number in range(80):
        lives_in_villa = number < 40
        customer = make_customer(f"V{number}", "V", region=nanjing)
        Residence.objects.create(customer=customer, property_type="villa" if lives_in_villa else "apartment")
        make_order(customer, f"V-{number}", DAY, 10)
        OrderLine.objects.filter(customer=customer).update(product=goods[garden if lives_in_villa else food])
    run = run_of("regional_affinity")
    villa = Affinity.objects.get(run=run, property_type="villa", category=garden)
    assert (villa.customers, villa.buyers, villa.lift) == (40, 40, 2.0)
    places = Affinity.objects.filter(run=run, kind="city").values_list("region__code", "lift")
    assert set(places) == {("3201", 1.0)}
