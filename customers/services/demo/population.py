"""Drawing customers: since when they are known, how often and how much they buy, when they stop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customers.models import AccountType
from customers.services.demo.catalogue import Catalogue
from customers.services.demo.house import House
from customers.services.demo.ledger import Habits
from customers.services.demo.places import Places
from customers.services.demo.plan import Plan
from customers.services.demo.profiles import People, assign_owners
from customers.services.demo.purchases import Purchases, simulate_purchases

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

COMPANY_SHARE = 0.78
OLD_SHARE = 0.4
"""Share of customers that were there before the four years began."""
NEVER_ORDERED_SHARE = 0.09
# Gamma shape of purchase rates, and the Beta distribution of the chance to leave after a purchase.
RATE_SHAPE = 1.3
DROPOUT = (0.55, 16.0)
# Median order of a company and of a person, in yuan, and the spread of the logarithm between customers.
ORDER_VALUE = (46_000.0, 3_600.0)
ORDER_VALUE_SPREAD = (1.15, 0.6)
# How strongly those who buy often also buy much.
RATE_PULL = 0.55
# Account type, days to pay, share of companies.
TERMS = (
    (AccountType.PREPAID, 0, 0.2),
    (AccountType.CASH, 0, 0.25),
    (AccountType.MONTHLY, 30, 0.35),
    (AccountType.CREDIT, 60, 0.2),
)


@dataclass(frozen=True, slots=True)
class Population:
    """A chunk of customers: who they are, how they buy, and what they bought when."""

    people: People
    habits: Habits
    purchases: Purchases
    terms: NDArray[np.int64]
    """Index into TERMS."""


@dataclass(frozen=True, slots=True)
class Market:
    """What all customers have in common."""

    plan: Plan
    days: Days
    """The calendar of orders."""
    busy: Floats
    """How busy each of its days is."""
    places: Places
    house: House
    catalogue: Catalogue

    @property
    def clock(self) -> Floats:
        """Busyness that has passed when each day begins, and at the end."""
        return np.concatenate([[0.0], np.cumsum(self.busy)])

    @property
    def mean_rate(self) -> float:
        """Mean purchase rate of a company per unit of busyness."""
        return float(self.plan.orders_a_week / 7 * self.days.size / self.busy.sum())


def draw_population(
    rng: np.random.Generator, market: Market, serial: NDArray[np.int64], first_id: int
) -> Population:
    """Draw the customers numbered ``serial``, who get the ids from ``first_id`` on."""
    size = serial.size
    start, since, is_old = _arrivals(rng, market, size)
    where = [market.places.all[one] for one in market.places.choose(rng, size)]
    is_company = rng.random(size) < COMPANY_SHARE
    owner, team = assign_owners(rng, where, market.house)
    people = People(first_id, serial, is_company, where, owner, team, since)
    # Persons buy a third as often as companies.
    rate = rng.gamma(RATE_SHAPE, 1 / RATE_SHAPE, size=size) * np.where(is_company, 1.0, 0.33)
    orders_ever = rng.random(size) >= NEVER_ORDERED_SHARE
    # Who stayed through n purchases before the calendar begins leaves as Beta(a, b + n) does.
    weeks_before = np.where(is_old, (market.days[0] - since).astype(np.int64) / 7, 0.0)
    stayed = rate * market.plan.orders_a_week * weeks_before
    purchases = simulate_purchases(
        rng,
        rate=rate * market.mean_rate * orders_ever,
        dropout=np.clip(rng.beta(DROPOUT[0], DROPOUT[1] + stayed), 1e-4, 0.95),
        start=start,
        is_new=~is_old & orders_ever,
        busy=market.busy,
    )
    terms = rng.choice(len(TERMS), p=[share for _, _, share in TERMS], size=size)
    terms = np.where(is_company, terms, terms % 2)
    habits = _habits(rng, people, rate, terms, market.catalogue)
    return Population(people, habits, purchases, terms)


def _arrivals(rng: np.random.Generator, market: Market, size: int) -> tuple[Floats, Days, NDArray[np.bool_]]:
    """Return from when customers buy (on the market's clock), since when they are known, and who is of old.

    Those of old come first and were there when the calendar begins; the others follow as they came.
    """
    is_old = np.arange(size) < rng.binomial(size, OLD_SHARE)
    clock, days = market.clock, market.days
    entry = np.sort(rng.random(size) ** 0.9)
    start = np.where(is_old, 0.0, entry * clock[-1] * 0.995)
    first_day = days[np.minimum(np.searchsorted(clock, start, side="right") - 1, days.size - 1)]
    long_ago = np.sort(rng.exponential(900, size=size))[::-1] + 10
    lead = np.where(is_old, long_ago, rng.integers(3, 60, size=size))
    return start, first_day - np.rint(lead).astype(np.int64), is_old


def _habits(
    rng: np.random.Generator,
    people: People,
    relative_rate: Floats,
    terms: NDArray[np.int64],
    catalogue: Catalogue,
) -> Habits:
    size, is_company = people.serial.size, people.is_company
    median = np.where(is_company, *ORDER_VALUE)
    spread = np.where(is_company, *ORDER_VALUE_SPREAD)
    value = median * np.exp(spread * rng.standard_normal(size)) * np.maximum(relative_rate, 0.05) ** RATE_PULL
    is_large = np.log10(value / ORDER_VALUE[0])
    discount = np.rint(4 + 8 * is_large + rng.normal(0, 2, size=size)).astype(np.int64)
    shares = catalogue.category_shares / catalogue.category_shares.sum()
    return Habits(
        order_value=value,
        favourite=rng.choice(shares.size, p=shares, size=size),
        focus=rng.beta(2.0, 1.5, size=size),
        discount_percent=np.clip(np.where(is_company, discount, 0), 0, 22),
        return_share=rng.beta(0.8, 36, size=size),
        terms_days=np.array([days for _, days, _ in TERMS])[terms],
        days_late=np.where(terms < 2, 0.0, rng.gamma(0.9, 9.0, size=size) - 3),
        in_dollars=people.is_abroad & is_company,
    )
