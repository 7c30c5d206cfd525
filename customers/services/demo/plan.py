"""How large a demo company is, from which seed, and up to which day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from customers.services.demo.calendar import FIRST_YEAR, LAST_YEAR

DEFAULT_SEED = 20250101
YEARS_OF_ORDERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to generate. The same plan always gives the same company."""

    customers: int
    reps: int
    orders_a_week: float
    """Mean weekly purchase rate of a company that still buys."""
    lines_beyond_first: float
    """Mean number of lines of an order after its first."""
    interactions: float
    """Mean number of interactions per customer."""
    as_of: date
    """The first day that the company has not lived yet: the last orders are of the day before."""
    described: float = 0.9
    """Share of customers whose profile somebody filled in."""
    seed: int = DEFAULT_SEED
    chunk: int = 5_000
    """Customers generated at a time: it bounds the memory."""

    def __post_init__(self) -> None:
        if not FIRST_YEAR + YEARS_OF_ORDERS < self.as_of.year <= LAST_YEAR:
            raise ValueError(
                f"The demo's calendar knows the Spring Festivals of {FIRST_YEAR} to {LAST_YEAR}: "
                f"choose a day from {FIRST_YEAR + YEARS_OF_ORDERS + 1}-01-01 to {LAST_YEAR}-12-31."
            )

    @classmethod
    def of(cls, size: str, *, as_of: date, seed: int = DEFAULT_SEED) -> Plan:
        """Return the plan of a named size; raises KeyError for a name that is not one of ``SIZES``."""
        return replace(_SIZES[size], as_of=as_of, seed=seed)

    @property
    def starts_on(self) -> date:
        """The first day of orders: the first of the month, four years back."""
        return date(self.as_of.year - YEARS_OF_ORDERS, self.as_of.month, 1)


# Roughly: 60 customers and 1 k orders; 1,200 and 25 k; 100 k and 1 M; 1 M and 10 M, of three lines each.
_ANY_DAY = date(FIRST_YEAR + YEARS_OF_ORDERS + 1, 1, 1)
_SIZES = {
    "tiny": Plan(
        customers=60, reps=12, orders_a_week=0.262, lines_beyond_first=2.1, interactions=6, as_of=_ANY_DAY
    ),
    "small": Plan(
        customers=1_200, reps=32, orders_a_week=0.262, lines_beyond_first=2.1, interactions=8, as_of=_ANY_DAY
    ),
    "medium": Plan(
        customers=100_000,
        reps=250,
        orders_a_week=0.114,
        lines_beyond_first=2.55,
        interactions=2,
        described=0.2,
        as_of=_ANY_DAY,
    ),
    "large": Plan(
        customers=1_000_000,
        reps=600,
        orders_a_week=0.114,
        lines_beyond_first=2.55,
        interactions=1,
        described=0.1,
        as_of=_ANY_DAY,
    ),
}
SIZES = tuple(_SIZES)
