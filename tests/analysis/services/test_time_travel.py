"""A past day done again gives what it gave, whatever has happened since: every measure, not the core figures alone."""

import datetime
from decimal import Decimal

import pytest
from django.db.models import F

from analysis.models import MeasureState
from analysis.registry import FURTHER
from analysis.services import policies
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from customers.models import (
    Campaign,
    Complaint,
    Customer,
    Interaction,
    Opinion,
    Order,
    OrderLine,
    Payment,
    ProductCost,
    PropertyType,
    Referral,
    Residence,
    WalletShare,
)
from tests.analysis.dealings import Dealings
from tests.analysis.measures.present import present
from tests.analysis.services.stored import found

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = datetime.date(2024, 3, 31)
DAY = datetime.date(2024, 6, 30)
LATER = datetime.date(2024, 9, 1)
LATER_MOMENT = datetime.datetime(2024, 9, 1, 8, tzinfo=datetime.UTC)
# Which fields are filled and when a record was last looked at is known of today alone.
OF_TODAY = {"data_quality"}
# What lets so small a company have figures of every measure.
RULES = {
    "thresholds": {"a": 9_000, "b": 3_000},
    "churn": {"model": "nbd"},
    "regional_affinity": {"least_customers": 1, "least_expected": 1},
}
MEASURES = tuple(name for name in FURTHER if name not in OF_TODAY)


def spend_to_measure() -> None:
    """Customers spend differently, and each about as much again: or nothing would tell what an order is worth."""
    cents = (
        F("quantity")
        * (F("customer_id") % 7 + 1)
        * (F("customer_id") % 7 + 1)
        * (10_000 + F("id") % 9 * 3_000)
    )
    OrderLine.objects.filter(customer__isnull=False).update(
        amount=cents / 100, revenue_cents=cents, cost_cents=cents * 2 / 3
    )


def owing_and_buying_elsewhere(company: Dealings) -> None:
    """Some orders by the day are to be paid by instalments, and some customers are known to buy elsewhere."""
    owing = Order.objects.filter(customer__in=company.customers, ordered_on__lte=DAY)[:40]
    for place, order in enumerate(owing):
        due = order.ordered_on + datetime.timedelta(days=30)
        paid = due + datetime.timedelta(days=place % 5 * 4 - 6) if place % 3 else None
        Payment.objects.create(
            reference=f"R{place}",
            customer=present(order.customer),
            order=order,
            due_on=due,
            paid_on=paid,
            amount=50,
            currency="CNY",
            amount_cents=50_00,
        )
    for place, customer in enumerate(company.customers[::3]):
        noted_elsewhere(customer, datetime.date(2024, 5, 1))
        Residence.objects.create(customer=customer, property_type=PropertyType.values[place % 2])


def noted_elsewhere(customer: Customer, day: datetime.date) -> None:
    WalletShare.objects.create(
        customer=customer,
        period_start=datetime.date(2024, 1, 1),
        period_end=datetime.date(2025, 1, 1),
        amount_elsewhere=Decimal(3_000),
        noted_on=day,
    )


def life_goes_on(company: Dealings) -> None:
    """Something later happens of each kind that has a day, also to what was open on the day."""
    newcomer = Customer.objects.create(code="LATER", name="Later", created_at=LATER_MOMENT)
    for customer in [*company.customers[:5], newcomer]:
        company._write(customer, LATER, sign=1, original=None)
        noted_elsewhere(customer, LATER)
    sold = Order.objects.filter(customer__isnull=False, ordered_on__lte=DAY, original_order=None)
    for original in sold[:5]:
        company._write(original.customer, LATER, sign=-1, original=original)
    Payment.objects.filter(paid_on=None).update(paid_on=LATER)
    Payment.objects.create(
        reference="LATER",
        customer=company.customers[0],
        due_on=LATER,
        paid_on=LATER,
        amount=1,
        currency="CNY",
        amount_cents=1_00,
    )
    cases_go_on(company)
    happenings = {"customer": newcomer}
    Interaction.objects.create(**happenings, response_type="visit", channel="visit", occurred_at=LATER_MOMENT)
    company._day = lambda: LATER  # type: ignore[method-assign]
    for _ in range(5):
        company.serve()
        company.pay()
    known = Referral.objects.select_related("informant")
    Referral.objects.create(
        **happenings, informant=known[0].informant, referred_on=LATER, payout=9, paid_on=LATER
    )
    known.filter(paid_on=None, referred_on__lte=LATER).update(paid_on=LATER)
    campaign = Campaign.objects.all()[0]
    Campaign.objects.create(
        code="LATER", name="x", channel=campaign.channel, starts_on=LATER, cost=Decimal(999)
    )
    ProductCost.objects.create(product=company.products[1], cost=Decimal(7), valid_from=LATER)


def cases_go_on(company: Dealings) -> None:
    """Somebody complains and thinks something later; what was open is dealt with later."""
    customer, product = company.customers[2], company.products[2]
    Complaint.objects.filter(resolved_at=None, reported_at__lt=LATER_MOMENT).update(
        resolved_at=LATER_MOMENT, is_satisfied=False
    )
    Complaint.objects.create(
        customer=customer,
        product=product,
        reported_at=LATER_MOMENT,
        cause="rain",
        complaint_type="late_delivery",
    )
    Opinion.objects.filter(handled_on=None, stated_on__lte=LATER).update(handled_on=LATER)
    Opinion.objects.create(customer=customer, product=product, stance="dislikes", stated_on=LATER)


def test_a_past_day_gives_what_it_gave_whatever_came_later() -> None:
    company = Dealings(72, customers=60, orders=60)
    company.live(LATER)
    company.delete_somebody()
    spend_to_measure()
    owing_and_buying_elsewhere(company)
    policy = policies.adopt(RULES, actor=None)
    start_run(actor=None, as_of=BEFORE, policy=policy, queue=False)
    then = start_run(actor=None, as_of=DAY, policy=policy, queue=False)
    carry_out_here(then, only=MEASURES)
    life_goes_on(company)
    start_run(actor=None, as_of=datetime.date(2024, 12, 31), policy=policy, queue=False)
    again = start_run(actor=None, as_of=DAY, policy=policy, queue=False)
    carry_out_here(again, only=MEASURES)
    gave, gives = found(then, MEASURES), found(again, MEASURES)
    for what, rows in gave.items():
        assert gives[what] == rows, what
    # Nothing that is compared here is nothing.
    refused = {
        name: problem
        for name, (state, _summary, problem, _error) in gives["ends"].items()
        if state != MeasureState.DONE
    }
    assert (refused, [what for what, rows in gave.items() if not rows]) == ({}, [])
