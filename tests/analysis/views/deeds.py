"""What a company of random dealings lacks: products that go together, payments, and the work of colleagues."""

from __future__ import annotations

import datetime
from datetime import timedelta

from django.utils import timezone

from analysis.models import AnalysisRun, CustomerSnapshot
from crm.models import User
from customers.models import (
    CaseState,
    ChurnCase,
    Complaint,
    Customer,
    Interaction,
    Order,
    OrderLine,
    Product,
    ProductCategory,
    Task,
)
from tests.cast import make_order, make_payment

# Moments are not whole days ago: what is looked at a little later is as old then.
NOON = timedelta(hours=12)
BUSY = 60


def kettles(people: list[Customer], day: datetime.date) -> None:
    """Three in four take filters with their kettle: the others are to be offered some."""
    category = ProductCategory.objects.create(name="Kettles")
    products = [
        Product.objects.create(sku=name, name=name, category=category) for name in ("kettle", "filters")
    ]
    for place, person in enumerate(people):
        order = make_order(person, f"K-{place}", day, *([100] if place % 4 == 0 else [100, 50]))
        for line, product in zip(order.lines.order_by("line_no"), products, strict=False):
            OrderLine.objects.filter(pk=line.pk).update(product=product)


def payments() -> None:
    """Every seventh order is to be paid within a month, and is: late, early or not at all."""
    for place, order in enumerate(Order.objects.exclude(customer=None).order_by("pk")[::7]):
        due = order.ordered_on + timedelta(days=30)
        paid = (None, due + timedelta(days=10), due - timedelta(days=5))[place % 3]
        make_payment(order, f"Q-{place}", 100 + place, due, paid)


def work_done(run: AnalysisRun, people: dict[str, User]) -> None:
    """Colleagues visit, discount, promise and follow up, some in time and some not: of every scope, who refuses too."""
    customers = list(Customer.objects.order_by("pk"))
    # Of the team's customers some have an owner.
    for first, name in ((1, "manager"), (4, "rep")):
        Customer.objects.filter(pk__in=[each.pk for each in customers[first::9]]).update(owner=people[name])
    visits_and_complaints(customers[:BUSY])
    discounts(customers[:BUSY])
    tasks(customers[:BUSY], list(people.values()))
    cases(run, list(people.values()))


def visits_and_complaints(customers: list[Customer]) -> None:
    """Each was spoken with, the first lately; each complains, the first just now."""
    now = timezone.now()
    Interaction.objects.bulk_create(
        Interaction(customer=each, occurred_at=now - timedelta(days=2 * place) - NOON)
        for place, each in enumerate(customers)
    )
    Complaint.objects.bulk_create(
        Complaint(
            customer=each,
            complaint_type="defect",
            reported_at=now - timedelta(days=place % 14),
            resolved_at=now if place % 5 == 0 else None,
        )
        for place, each in enumerate(customers)
    )


def discounts(customers: list[Customer]) -> None:
    """Each buys with a discount of none to nine in a hundred, or gives back, within the last two months."""
    today, now = timezone.localdate(), timezone.now()
    product = Product.objects.get(sku="kettle")
    orders = Order.objects.bulk_create(
        Order(
            number=f"D-{place}",
            customer=each,
            ordered_at=now,
            ordered_on=today - timedelta(days=place % 40),
            currency="CNY",
        )
        for place, each in enumerate(customers)
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            line_no=1,
            product=product,
            customer=order.customer,
            ordered_on=order.ordered_on,
            attributed_on=order.ordered_on,
            quantity=-1 if place % 7 == 0 else 1,
            unit_price=1,
            discount=f"0.0{3 * (place % 4)}",
            amount=1,
            revenue_cents=100,
            cost_cents=60,
        )
        for place, order in enumerate(orders)
    )


def tasks(customers: list[Customer], people: list[User]) -> None:
    """A task for each: due from two days ago to tomorrow, and some done, lately or long ago."""
    today, now = timezone.localdate(), timezone.now()
    done = (None, now - NOON, now - timedelta(days=40))
    Task.objects.bulk_create(
        Task(
            customer=each,
            title="x",
            due_on=today + timedelta(days=place % 4 - 2),
            assignee=people[place // 2 % len(people)],
            done_at=done[place // 3 % 3],
        )
        for place, each in enumerate(customers)
    )


def cases(run: AnalysisRun, people: list[User]) -> None:
    """Every third at risk, and some who are not, were contacted; of some came an outcome, of some long ago."""
    now = timezone.now()
    rows = CustomerSnapshot.objects.filter(run=run).order_by("-churn_flag", "customer_id")
    ids = list(rows.values_list("customer_id", flat=True))
    chosen = [*ids[::3], *ids[-4:-1]]
    outcomes = (
        (CaseState.CONTACTED, None),
        (CaseState.WON_BACK, now - timedelta(days=10) - NOON),
        (CaseState.LOST, now - timedelta(days=100) - NOON),
    )
    ChurnCase.objects.bulk_create(
        ChurnCase(
            customer_id=pk,
            flagged_on=run.as_of,
            state=state,
            closed_at=closed,
            contacted_at=now - timedelta(days=place % 50) - NOON,
            worked_by=people[place % len(people)],
        )
        for place, pk in enumerate(dict.fromkeys(chosen))
        for state, closed in [outcomes[place // 2 % 3]]
    )
