"""Generating the demo company chunk by chunk, and writing each chunk before the next is made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from customers.models import (
    Address,
    CompanyProfile,
    Complaint,
    ContactPoint,
    CreditAccount,
    Customer,
    CustomerShare,
    Interaction,
    Need,
    OpeningBalance,
    Order,
    OrderLine,
    Payment,
    PersonProfile,
    Product,
    ProductCategory,
    ProductCost,
    ServiceCost,
    WishListEntry,
)
from customers.services.demo import dealings, described, documents, profiles, relations
from customers.services.demo.calendar import day_weights, days_between
from customers.services.demo.catalogue import Catalogue
from customers.services.demo.desk import Desk
from customers.services.demo.house import HOME_AREA, House
from customers.services.demo.ledger import Ledger, make_ledger
from customers.services.demo.places import Places
from customers.services.demo.plan import Plan
from customers.services.demo.population import Market, Population, draw_population
from customers.services.demo.profiles import People
from customers.services.demo.writing import TableWriter

Listener = Callable[[int, int], None]


class CompanyWriter:
    """Writes products, then customers with all that belongs to them; memory is bounded by a chunk."""

    def __init__(self, plan: Plan, house: House, catalogue: Catalogue, places: Places) -> None:
        days = days_between(plan.starts_on, plan.as_of)
        self.market = Market(plan, days, day_weights(days), places, house, catalogue)
        self.tables = TableWriter()
        self._product_ids = np.empty(0, dtype=np.int64)
        self._documents = 0
        self._complaints = 0
        self.desk: Desk | None = None
        self._end = np.datetime64(plan.as_of, "D")
        noon = datetime.combine(plan.as_of, time(12), tzinfo=ZoneInfo(settings.COMPANY_TIME_ZONE))
        self._offset = np.timedelta64(noon.utcoffset() or 0, "m")

    def write_products(self) -> None:
        """Write the categories, the products and what they cost, year by year."""
        catalogue, count = self.market.catalogue, len(self.market.catalogue.names)
        categories = ProductCategory.objects.bulk_create(
            [ProductCategory(name=name, english_name=english) for name, english in catalogue.categories]
        )
        category = np.array([*(one.pk for one in categories), 0])[catalogue.category]
        self._product_ids = self.tables.take_ids(Product, count) + np.arange(count)
        self.tables.copy(
            Product,
            {
                "id": self._product_ids,
                "sku": catalogue.skus,
                "name": catalogue.names,
                "category_id": np.ma.masked_equal(category, 0),
                "list_price": catalogue.price_cents[-1] * 100,
                "launched_on": np.ma.masked_where(np.isnat(catalogue.launched_on), catalogue.launched_on),
                "not_merchandise": np.arange(count) == catalogue.freight,
            },
        )
        starts = np.array([f"{year}-01-01" for year in catalogue.years], dtype="datetime64[D]")
        until = np.repeat(np.append(starts[1:], np.datetime64("NaT")), count)
        self.tables.copy(
            ProductCost,
            {
                "product_id": np.tile(self._product_ids, starts.size),
                "cost": catalogue.cost_cents.ravel() * 100,
                "valid_from": np.repeat(starts, count),
                "valid_until": np.ma.masked_where(np.isnat(until), until),
            },
        )

    def write_customers(self, listener: Listener) -> None:
        """Write all customers; ``listener`` hears of customers done and customers planned."""
        total = self.market.plan.customers
        for number, start in enumerate(range(0, total, self.market.plan.chunk)):
            end = min(start + self.market.plan.chunk, total)
            rng = np.random.default_rng([self.market.plan.seed, 3, number])
            self._write_chunk(rng, np.arange(start, end) + 1, number)
            listener(end, total)
        self.tables.finish()

    def _write_chunk(self, rng: np.random.Generator, serial: NDArray[np.int64], number: int) -> None:
        market = self.market
        population = draw_population(rng, market, serial, self.tables.take_ids(Customer, serial.size))
        ledger = make_ledger(
            rng,
            population.purchases,
            market.days,
            population.habits,
            market.catalogue,
            market.plan.lines_beyond_first,
        )
        self._write_profiles(rng, population, ledger)
        self._write_ledger(rng, population, ledger)
        self._write_dealings(rng, population, ledger)
        self._describe(population.people, number)

    def _describe(self, people: People, number: int) -> None:
        """Write what is known of the customers themselves: by draws of its own, which change nothing else."""
        plan, rng = self.market.plan, np.random.default_rng([self.market.plan.seed, 5, number])
        self.tables.copy(PersonProfile, described.person_columns(rng, people, plan.described, self._end))
        self.tables.copy(CompanyProfile, described.company_columns(rng, people, plan.described, self._end))
        if not number:
            products = self._product_ids[: self.market.catalogue.freight].tolist()
            self.desk = Desk(people, plan.as_of, products, self.market.house.rep_ids[HOME_AREA][0], rng)

    def _write_profiles(self, rng: np.random.Generator, population: Population, ledger: Ledger) -> None:
        people, tables, end = population.people, self.tables, self._end
        last = _last_orders(people.serial.size, ledger)
        tables.copy(
            Customer, profiles.customer_columns(rng, people, last, self.market.house, end, self._offset)
        )
        tables.copy(ContactPoint, profiles.contact_columns(rng, people))
        tables.copy(Address, profiles.address_columns(rng, people))
        tables.copy(CreditAccount, relations.credit_account_columns(population))
        tables.copy(OpeningBalance, relations.opening_balance_columns(rng, population, self.market.days[0]))
        tables.copy(Need, relations.need_columns(rng, population, end))
        tables.copy(
            WishListEntry, relations.wish_columns(rng, population, ledger, self.market.plan.as_of.year)
        )
        tables.copy(Customer.tags.through, relations.tag_columns(rng, population, self.market.house))
        tables.copy(CustomerShare, relations.share_columns(rng, population, self.market.house, self._offset))

    def _write_ledger(self, rng: np.random.Generator, population: Population, ledger: Ledger) -> None:
        people, count = population.people, ledger.documents.day.size
        ids = self.tables.take_ids(Order, count) + np.arange(count)
        serial = self._documents + 1 + np.arange(count)
        self._documents += count
        self.tables.copy(Order, documents.order_columns(rng, people, ledger, ids, serial, self._offset))
        self.tables.copy(OrderLine, documents.line_columns(people, ledger, ids, self._product_ids))
        self.tables.copy(Payment, documents.payment_columns(people, ledger, ids, serial, self._offset))

    def _write_dealings(self, rng: np.random.Generator, population: Population, ledger: Ledger) -> None:
        people, products, end = population.people, self._product_ids, self._end
        goods = products[: self.market.catalogue.freight]
        talk = dealings.interaction_columns(
            rng, people, self.market.plan.interactions, goods, end, self._offset
        )
        self.tables.copy(Interaction, talk)
        complaints = dealings.complaint_columns(rng, people, ledger, products, end, self._offset)
        count = complaints["customer_id"].size
        first = self._complaints + 1
        self._complaints += count
        numbers = [f"TS{number:07}" for number in range(first, first + count)]
        self.tables.copy(Complaint, {"reference": numbers, **complaints})
        self.tables.copy(ServiceCost, dealings.service_cost_columns(rng, people, ledger, end))


def _last_orders(size: int, ledger: Ledger) -> np.ma.MaskedArray[tuple[int], np.dtype[np.datetime64]]:
    """Return the day of each customer's last order, masked for who has none."""
    sales = ~ledger.documents.is_return
    last = np.full(size, np.datetime64("0001-01-01", "D"))
    np.maximum.at(last, ledger.documents.customer[sales], ledger.documents.day[sales])
    return np.ma.masked_equal(last, np.datetime64("0001-01-01", "D"))
