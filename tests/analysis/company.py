"""A company in the database for tests of runs: the golden case as real rows, and a run before it."""

import datetime
from decimal import Decimal

from analysis.models import AnalysisRun, CustomerSnapshot, Policy, RunState
from analysis.services import policies
from customers.models import (
    Customer,
    Order,
    OrderLine,
    OrderStatus,
    Product,
    ProductCategory,
    Region,
    RegionLevel,
)
from tests.analysis.measures import golden
from tests.cast import make_customer

WEST_RULES = {"region_thresholds": {"X-WEST": {"a": 2_000_000, "b": 400_000}}}
CREATED = datetime.datetime(2023, 1, 5, tzinfo=datetime.UTC)
YEAR_BEFORE = datetime.date(2023, 12, 31)
REGIONS = {golden.EAST: "EAST", golden.WEST: "WEST", golden.NORTH: "NORTH", golden.SOUTH: "SOUTH"}


def golden_company() -> None:
    """Write the twelve customers of the golden case and their orders."""
    regions = _regions()
    product = Product.objects.create(
        sku="G1", name="Golden", category=ProductCategory.objects.create(name="Golden")
    )
    for number, region, _previous, potential in golden.CUSTOMERS:
        created = datetime.datetime(2024, 12, 15, tzinfo=datetime.UTC) if number == 12 else CREATED
        make_customer(
            f"C{number:02}",
            f"Golden {number}",
            region=regions[region],
            potential=potential or "",
            created_at=created,
        )
    customers = {customer.code: customer for customer in Customer.objects.all()}
    days: dict[tuple[int, datetime.date], Order] = {}
    for line, (number, currency, amount, when, original) in enumerate(golden.ORDERS):
        day = golden.local_day(when).date()
        returned = golden.local_day(original).date() if original else None
        days[number, day] = _order(
            f"G{line}",
            customers[f"C{number:02}"],
            product,
            currency,
            amount,
            day,
            days[number, returned] if returned else None,
        )


def run_before(policy: Policy) -> AnalysisRun:
    """A run published at the end of the year before, which kept the golden case's previous tiers."""
    run = AnalysisRun.objects.create(
        as_of=YEAR_BEFORE, policy=policy, state=RunState.SUPERSEDED, customers=11, horizon_days=90
    )
    keep_previous_tiers(run)
    return run


def keep_previous_tiers(run: AnalysisRun) -> None:
    """Store what the run kept of each customer, in a partition of its own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE snapshot_of_{run.pk} PARTITION OF analysis_customersnapshot FOR VALUES IN ({run.pk})"
        )
    ids = dict(Customer.objects.values_list("code", "pk"))
    CustomerSnapshot.objects.bulk_create(
        CustomerSnapshot(
            run=run,
            customer_id=ids[f"C{number:02}"],
            tier=tier,
            tier_kept=tier,
            tier_raw=tier,
            tier_amount=tier,
            tier_pareto=tier,
            tier_scheme="amount",
            threshold_a=500_000_000,
            threshold_b=100_000_000,
            potential_rule="none",
            churn_status="no_orders",
            **dict.fromkeys(_ZEROES, 0),
        )
        for number, _region, tier, _potential in golden.CUSTOMERS
        if tier
    )


def west_policy(**changes: object) -> Policy:
    """The golden case's policy: West has thresholds of its own."""
    return policies.adopt({**WEST_RULES, **changes}, actor=None)


def _regions() -> dict[int, Region]:
    return {
        number: Region.objects.create(code=f"X-{name}", name=name, level=RegionLevel.AREA, path=f"X-{name}/")
        for number, name in REGIONS.items()
    }


def _order(
    number: str,
    customer: Customer,
    product: Product,
    currency: str,
    amount: str,
    day: datetime.date,
    original: Order | None,
) -> Order:
    order = Order.objects.create(
        number=number,
        customer=customer,
        ordered_at=datetime.datetime.combine(day, datetime.time(4, tzinfo=datetime.UTC)),
        ordered_on=day,
        status=OrderStatus.RETURNED if original else OrderStatus.DELIVERED,
        currency=currency,
        exchange_rate=golden.RATES[currency],
        original_order=original,
    )
    OrderLine.objects.create(
        order=order,
        line_no=1,
        product=product,
        customer=customer,
        ordered_on=day,
        attributed_on=original.ordered_on if original else day,
        quantity=-1 if original else 1,
        unit_price=abs(Decimal(amount)),
        amount=Decimal(amount),
        revenue_cents=golden.cents(amount, currency),
        cost_cents=0,
    )
    return order


_ZEROES = (
    "net_revenue",
    "gross_revenue",
    "gross_margin",
    "net_revenue_before",
    "orders",
    "order_days",
    "categories",
    "categories_before",
    "value",
    "rank",
    "lifetime_order_days",
    "payments_settled",
    "payments_late",
    "open_complaints",
)
