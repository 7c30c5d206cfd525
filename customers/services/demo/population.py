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
OLD_SHARE = 0.5
"""Share of customers that were there before the four years began."""
NEVER_ORDERED_SHARE = 0.09
# Gamma shape of purchase rates, and the Beta distribution of the chance to leave after a purchase.
RATE_SHAPE = 1.3
DROPOUT = (0.55, 16.0)
# Median order of a company and of a person, in yuan, and the spread of the logarithm between customers.
ORDER_VALUE = (46_000.0, 3_200.0)
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


def draw_population(
    rng: np.random.Generator,
    plan: Plan,
    serial: NDArray[np.int64],
    first_id: int,
    days: Days,
    busy: Floats,
    places: Places,
    house: House,
    catalogue: Catalogue,
) -> Population:
    """Draw the customers numbered ``serial``; ``days`` and ``busy`` are the calendar and its weights."""
    size = serial.size
    is_old = np.sort(rng.random(size) >= OLD_SHARE) < 0.5  # the old ones come first
    entry = np.sort(rng.random(size) ** 0.9)
    clock = np.concatenate([[0.0], np.cumsum(busy)])
    start = np.where(is_old, 0.0, entry * clock[-1] * 0.995)
    first_day = days[np.minimum(np.searchsorted(clock, start, side="right") - 1, days.size - 1)]
    lead = np.where(
        is_old, np.sort(rng.exponential(900, size=size))[::-1] + 10, rng.integers(3, 60, size=size)
    )
    since = first_day - np.rint(lead).astype(np.int64)
    where = [places.all[one] for one in places.choose(rng, size)]
    is_company = rng.random(size) < COMPANY_SHARE
    owner, team = assign_owners(rng, where, house)
    people = People(first_id, serial, is_company, where, owner, team, since)
    rate = _rates(rng, plan, is_company, days, clock)
    never = rng.random(size) < NEVER_ORDERED_SHARE
    purchases = simulate_purchases(
        rng,
        rate=np.where(never, 0.0, rate),
        dropout=np.clip(rng.beta(*DROPOUT, size=size), 1e-4, 0.95),
        start=start,
        is_new=~is_old & ~never,
        busy=busy,
    )
    terms = rng.choice(len(TERMS), p=[share for _, _, share in TERMS], size=size)
    terms = np.where(is_company, terms, terms % 2)
    mean_rate = plan.orders_a_week / 7 * days.size / clock[-1]
    habits = _habits(rng, people, rate / mean_rate, terms, catalogue)
    return Population(people, habits, purchases, terms)


def _rates(
    rng: np.random.Generator, plan: Plan, is_company: NDArray[np.bool_], days: Days, clock: Floats
) -> Floats:
    """Return purchase rates per unit of busyness, Gamma distributed; persons buy at a third of the rate."""
    mean = plan.orders_a_week / 7 * days.size / clock[-1]
    rates = rng.gamma(RATE_SHAPE, mean / RATE_SHAPE, size=is_company.size)
    return np.where(is_company, rates, rates * 0.33)


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
