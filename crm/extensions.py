"""Where one app adds itself to the pages of another, without either importing the other.

The analysis says what it found about customers: it registers how to open its published run when the apps are
ready, and the customers' pages ask whoever is registered. With nobody registered, or nothing published yet,
those pages simply leave these parts out.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import QuerySet

from crm.models import User


@dataclass(frozen=True, slots=True)
class Standing:
    """What lists say about a customer. Sentences are in the active language; money is not among them.

    ``churn_label`` is the few words of the tag ("18 days overdue"), its tone "good", "warn", "bad" or "".
    """

    tier: str
    tier_reason: str = ""
    marks: tuple[str, ...] = ()
    churn_flag: bool = False
    churn_label: str = ""
    churn_tone: str = ""
    churn_reason: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a customer stands where it stands, in one published run over the window [start, end).

    Money is cents of the company currency. ``rank``, ``population`` and ``share`` are None for viewers who
    may not see the company's totals; ``change`` is relative to the window before, None when that held nothing.
    """

    standing: Standing
    as_of: date
    window_start: date
    window_end: date
    net_revenue: int
    gross_margin: int | None
    rank: int | None
    population: int | None
    share: float | None
    change: float | None
    tier_reasons: tuple[str, ...]
    next_tier: str
    churn_probability: float | None
    horizon_days: int
    churn_reasons: tuple[str, ...]
    run_url: str = ""


@dataclass(frozen=True, slots=True)
class PastStanding:
    """What one published run said about a customer."""

    as_of: date
    tier: str
    reason: str
    net_revenue: int
    rank: int | None
    churn_probability: float | None
    run_url: str = ""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a customer is worth to us in one published run: net revenue of its window in cents, and the standing."""

    customer_id: int
    net_revenue: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class CareTerms:
    """What the care plan has for customers of a tier.

    ``visit_days`` without contact after which a visit is due, 0 for none; ``complaints`` stand in the queue "first",
    once they are "late" or "never"; they are late after ``complaint_days``. ``discount`` is the greatest that may be
    given, a share of the price; ``service`` says who serves them, in the active language.
    """

    visit_days: int
    complaints: str
    complaint_days: int
    discount: Decimal
    service: str


class CustomerInsights(Protocol):
    """One published run as the customers' pages see it; all answers of one object come from that run."""

    def standings(self, customer_ids: Collection[int]) -> Mapping[int, Standing]:
        """Return what is known of these customers, in one query; the unknown are left out."""
        ...

    def customers_with(
        self, *, tiers: Collection[str] = (), flagged: bool | None = None
    ) -> QuerySet[Any, Any]:
        """Return the ids of customers of these tiers (any when empty) and churn flag (either when None)."""
        ...

    def count_with(
        self, viewer: User, *, tiers: Collection[str] = (), flagged: bool | None = None
    ) -> int | None:
        """Return how many those are, where the run has counted them for ``viewer``; None where it has not."""
        ...

    def explain(self, customer_id: int, *, viewer: User) -> Explanation | None:
        """Return why one customer, who is visible to ``viewer``, stands where it stands."""
        ...

    def most_valuable(
        self,
        customers: QuerySet[Any, Any],
        *,
        tiers: Collection[str] = (),
        flagged: bool | None = None,
        limit: int,
        are_few: bool = False,
    ) -> Sequence[Worth]:
        """Return the customers with most value among ``customers`` (already in scope), in one query.

        Those who ``are_few`` are found first, where others are met on the way down from the greatest.
        """
        ...

    def by_value(self, rows: QuerySet[Any, Any], then: Sequence[str]) -> QuerySet[Any, Any]:
        """Return records that have a ``customer`` in the order of its value, then by fields; the unknown come last."""
        ...

    def care_plan(self) -> Mapping[str, CareTerms]:
        """Return what the policy of the run has for customers of each tier."""
        ...

    def history(self, customer_id: int, *, viewer: User) -> Sequence[PastStanding]:
        """Return what this and earlier published runs said of the customer, newest first."""
        ...


InsightsOpener = Callable[[], CustomerInsights | None]

_openers: list[InsightsOpener] = []


def offer_insights(opener: InsightsOpener) -> InsightsOpener | None:
    """Register who can tell about customers, from ``AppConfig.ready``; return whom this replaces."""
    replaced = _openers[0] if _openers else None
    _openers[:] = [opener]
    return replaced


def customer_insights() -> CustomerInsights | None:
    """Open the published run, or return None when there is none to be had."""
    return _openers[0]() if _openers else None
