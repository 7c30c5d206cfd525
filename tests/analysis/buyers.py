"""Customers who buy, spend and leave as the models of demand and spend say they do, written in bulk."""

import datetime

import numpy as np

from customers.models import Customer, Order, OrderLine, Product, ProductCategory

NOON = datetime.time(4, tzinfo=datetime.UTC)
Purchase = tuple[datetime.date, int, int]
CREATED = datetime.datetime(2022, 1, 1, tzinfo=datetime.UTC)


def buyers(customers: int, first: datetime.date, last: datetime.date, seed: int = 22) -> list[Customer]:
    """Let customers order from their first day on, at a pace and a price of their own, until they leave."""
    random = np.random.default_rng(seed)
    categories = [ProductCategory.objects.create(name=f"B{number}") for number in range(3)]
    products = [
        Product.objects.create(sku=f"B{number}", name="x", category=category)
        for number, category in enumerate(categories)
    ]
    people = Customer.objects.bulk_create(
        Customer(code=f"B{number:03}", name=f"B{number}", created_at=CREATED) for number in range(customers)
    )
    Customer.objects.filter(code__startswith="B").update(created_at=CREATED)
    _write(
        [
            (person, products[product], day, cents)
            for person in people
            for day, product, cents in life(random, first, last)
        ]
    )
    return people


def life(random: np.random.Generator, first: datetime.date, last: datetime.date) -> list[Purchase]:
    """One customer's purchases: day, number of the product, cents."""
    pace, price, dropout = random.gamma(1, 40) + 3, 300_000 / random.gamma(4), random.beta(0.7, 2)
    day = first + datetime.timedelta(days=int(random.integers(0, 300)))
    found = []
    while day <= last:
        found.append((day, int(random.integers(0, 3)), int(random.gamma(6, price / 6)) + 1))
        if random.random() < dropout:
            break
        day += datetime.timedelta(days=1 + int(random.exponential(pace)))
    return found


def _write(purchases: list[tuple[Customer, Product, datetime.date, int]]) -> None:
    orders = Order.objects.bulk_create(
        Order(
            number=f"{person.code}-{day:%y%m%d}",
            customer=person,
            ordered_at=datetime.datetime.combine(day, NOON),
            ordered_on=day,
            currency="CNY",
        )
        for person, _product, day, _cents in purchases
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            line_no=1,
            product=product,
            customer=person,
            ordered_on=day,
            attributed_on=day,
            quantity=1,
            unit_price=0,
            amount=cents / 100,
            unit_cost=1,
            revenue_cents=cents,
            cost_cents=cents * 6 // 10,
        )
        for order, (person, product, day, cents) in zip(orders, purchases, strict=True)
    )
