"""A small random trade in the database, and random changes to it, for tests of the facts."""

import datetime
import random
from decimal import Decimal

from customers.models import Customer, Order, OrderLine, OrderStatus, Payment, Product, ProductCategory

FIRST_DAY = datetime.date(2023, 1, 1)
DAYS = 900
NOON = datetime.time(4, tzinfo=datetime.UTC)


class Trade:
    """Customers who order, return, pay, cancel and are corrected, as a seeded random generator decides."""

    def __init__(self, seed: int, customers: int = 25, orders: int = 250) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a test that can be repeated, no secret
        categories = [ProductCategory.objects.create(name=f"T{place}") for place in range(4)]
        self.products = [
            Product.objects.create(
                sku=f"T{place}", name="x", category=categories[place % 4], not_merchandise=place == 0
            )
            for place in range(9)
        ]
        created = datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC)
        self.customers = [
            Customer.objects.create(code=f"T{place}", name=f"T{place}", created_at=created)
            for place in range(customers)
        ]
        self.numbers = iter(range(10**6))
        for _ in range(orders):
            self.order()

    def order(self) -> None:
        """Somebody, perhaps nobody we know, buys something."""
        customer = self.random.choice([*self.customers, None])
        self._write(customer, self._day(), sign=1, original=None)

    def live(self, until: datetime.date) -> None:
        """Let every customer order at a pace of their own, until they leave for good or the day comes."""
        for customer in self.customers:
            pace = self.random.gammavariate(1.5, 25) + 3
            day = FIRST_DAY + datetime.timedelta(days=self.random.randrange(DAYS // 2))
            while day <= until:
                self._write(customer, day, sign=1, original=None)
                if self.random.random() < 0.12:
                    break
                day += datetime.timedelta(days=1 + round(self.random.expovariate(1 / pace)))

    def give_back(self) -> None:
        """An order comes back, some days later."""
        original = self._any_order()
        day = original.ordered_on + datetime.timedelta(days=self.random.randrange(0, 200))
        self._write(original.customer, day, sign=-1, original=original)

    def cancel(self) -> None:
        """An order is cancelled, or was not after all."""
        order = self._any_order()
        order.status = self.random.choice([OrderStatus.CANCELLED, OrderStatus.CONFIRMED])
        order.save()

    def correct(self) -> None:
        """A line is corrected, or taken out."""
        line = self.random.choice(list(OrderLine.objects.all()))
        if self.random.random() < 0.3:
            line.delete()
            return
        line.revenue_cents += self.random.randrange(-5_000, 5_000)
        line.save()

    def hand_over(self) -> None:
        """An order turns out to be somebody else's."""
        order = self._any_order()
        order.customer = self.random.choice(self.customers)
        order.save()
        order.lines.update(customer=order.customer)

    def reclassify(self) -> None:
        """A product moves to another category, or is no merchandise any more."""
        product = self.random.choice(self.products)
        product.not_merchandise = self.random.random() < 0.3
        product.category = self.random.choice([*ProductCategory.objects.all(), None])
        product.save()

    def pay(self) -> None:
        """Somebody pays, early or late."""
        day = self._day()
        Payment.objects.create(
            reference=f"P{next(self.numbers)}",
            customer=self.random.choice(self.customers),
            due_on=day + datetime.timedelta(days=self.random.randrange(-20, 20)),
            paid_on=day,
            amount=1,
            currency="CNY",
            amount_cents=100,
        )

    def go_on(self, steps: int) -> None:
        """Let so many things happen."""
        things = [
            self.order,
            self.order,
            self.give_back,
            self.cancel,
            self.correct,
            self.hand_over,
            self.reclassify,
            self.pay,
        ]
        for _ in range(steps):
            self.random.choice(things)()

    def _any_order(self) -> Order:
        return self.random.choice(list(Order.objects.select_related("customer")))

    def _day(self) -> datetime.date:
        return FIRST_DAY + datetime.timedelta(days=self.random.randrange(DAYS))

    def _write(
        self, customer: Customer | None, day: datetime.date, sign: int, original: Order | None
    ) -> None:
        order = Order.objects.create(
            number=f"T{next(self.numbers)}",
            customer=customer,
            ordered_at=datetime.datetime.combine(day, NOON),
            ordered_on=day,
            currency="CNY",
            original_order=original,
        )
        for line_no in range(1, self.random.randrange(2, 5)):
            cents = sign * self.random.choice([0, 1, 999, self.random.randrange(10_000_000)])
            OrderLine.objects.create(
                order=order,
                line_no=line_no,
                product=self.random.choice(self.products),
                customer=customer,
                ordered_on=day,
                attributed_on=original.ordered_on if original else day,
                quantity=sign,
                unit_price=0,
                amount=Decimal(cents) / 100,
                revenue_cents=cents,
                cost_cents=cents * 2 // 3,
            )
