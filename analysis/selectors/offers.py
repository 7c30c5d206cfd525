"""The pages on what to offer whom: pairs of products, recommendations, narrow buyers, customers due to buy again."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F

from analysis.models import (
    AnalysisRun,
    ElsewhereBasis,
    NarrowBuyer,
    ProductPair,
    Recommendation,
    UpsellCandidate,
)
from analysis.selectors.kept import kept_sums
from analysis.selectors.listing import NAMED, Who, names_of, who
from analysis.selectors.product_words import narrow_sentence, recommendation_sentence, upsell_sentence
from analysis.selectors.results import RowsPage, company_rows, page_of, visible_rows
from analysis.selectors.slices import DUE_DAYS, Total, between
from analysis.selectors.snapshots import Filter
from crm.models import User
from crm.paging import PAGE_SIZE, CursorError, Key, day, integer
from customers.models import ProductCategory


def real(value: object) -> float:
    """Read a number from a cursor."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
        raise CursorError(value)
    try:
        return float(value)
    except OverflowError as error:
        raise CursorError(value) from error


PAIR_KEYS = (
    Key("llr", real, descending=True),
    Key("product_id", integer),
    Key("other_id", integer),
)
RECOMMENDATION_KEYS = (
    Key("score", real, descending=True),
    Key("customer_id", integer),
    Key("product_id", integer),
)
NARROW_KEYS = (Key("elsewhere", integer, descending=True), Key("customer_id", integer))
UPSELL_KEYS = (Key("due_on", day), Key("customer_id", integer))

_PAIR = ("product_id", "other_id", "together", "support", "confidence", "lift", "llr")
_NARROW = ("categories", "net_revenue", "elsewhere", "basis", "our_share", "peers", "peer_share")
_UPSELL = ("due_on", "days_until_due", "typical_order", "late_share", "room")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two products that go together, seen from the first; ``confidence`` is of the other, given the first."""

    product_id: int
    product: str
    other_id: int
    other: str
    together: int
    support: float
    confidence: float
    lift: float
    llr: float


@dataclass(frozen=True, slots=True)
class Recommended:
    """A product that a customer lacks; ``place`` is 1 for the customer's best."""

    customer: Who
    product_id: int
    sku: str
    product: str
    score: float
    place: int
    because_id: int
    because: str
    reason: str


@dataclass(frozen=True, slots=True)
class Narrow:
    """A customer who buys little of our range and more elsewhere; money in cents over the window."""

    customer: Who
    categories: int
    net_revenue: int
    elsewhere: int
    basis: str
    basis_label: str
    our_share: float
    peers: int | None
    peer_share: float | None
    lacking_id: int | None
    lacking: str
    reason: str


@dataclass(frozen=True, slots=True)
class NarrowSum:
    """The viewer's narrow buyers together; money in cents over the window."""

    customers: int
    net_revenue: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Due:
    """A customer whose next purchase is due and whose credit is good; money in cents."""

    customer: Who
    due_on: datetime.date
    days_until_due: int
    typical_order: int
    late_share: float | None
    room: int | None
    reason: str


def pairs(
    run: AnalysisRun,
    user: User,
    *,
    product: int | None = None,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[Pair]:
    """Pairs in the company's baskets, the most telling first, each once or, of one product, from its side.

    For whoever sees the company. Raises CursorError for a cursor that this list did not make.
    """
    rows = company_rows(ProductPair, "baskets", run, user)
    rows = rows.filter(product=product) if product else rows.filter(product__lt=F("other"))
    named = rows.values(*_PAIR, "product__name", "other__name")
    page = page_of(named, PAIR_KEYS, after=after, before=before, size=size)
    found = [
        Pair(product=row["product__name"], other=row["other__name"], **{name: row[name] for name in _PAIR})
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def recommendations(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    customer: int | None = None,
    product: int | None = None,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[Recommended]:
    """What to offer the viewer's customers, the strongest first; of one customer, or whom to offer one product.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(Recommendation, "cross_sell", run, user, filter)
    chosen = {"customer": customer, "product": product}
    rows = rows.filter(**{name: value for name, value in chosen.items() if value})
    own = ("product_id", "product__sku", "product__name", "score", "place", "because_id", "because__name")
    page = page_of(rows.values(*NAMED, *own), RECOMMENDATION_KEYS, after=after, before=before, size=size)
    found = [
        Recommended(
            customer=who(row),
            product_id=row["product_id"],
            sku=row["product__sku"],
            product=row["product__name"],
            score=row["score"],
            place=row["place"],
            because_id=row["because_id"],
            because=row["because__name"],
            reason=recommendation_sentence(row["because__name"]),
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def narrow_buyers(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    basis: str = "",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[Narrow]:
    """The viewer's narrow buyers, those who spend most elsewhere first; ``basis`` is a code of ElsewhereBasis.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(NarrowBuyer, "narrow_buyers", run, user, filter)
    rows = rows.filter(basis=basis) if basis else rows
    named = rows.values(*NAMED, *_NARROW, "lacking_id")
    page = page_of(named, NARROW_KEYS, after=after, before=before, size=size)
    names = names_of(ProductCategory, [row["lacking_id"] for row in page.rows])
    found = [_narrow(row, names.get(row["lacking_id"], ""), run.currency) for row in page.rows]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


@kept_sums
def narrow_sums(run: AnalysisRun, user: User, filter: Filter | None = None) -> NarrowSum:  # noqa: A002
    """Add up the viewer's narrow buyers."""
    found = visible_rows(NarrowBuyer, "narrow_buyers", run, user, filter).aggregate(
        customers=Count("customer_id"), net_revenue=Total("net_revenue"), elsewhere=Total("elsewhere")
    )
    return NarrowSum(**{name: value or 0 for name, value in found.items()})


def due_to_buy(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    band: int | None = None,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[Due]:
    """The viewer's customers who are due to buy again and have good credit, the soonest first; ``band`` leaves those
    who are due so soon (a place of DUE_DAYS).

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(UpsellCandidate, "upsell", run, user, filter)
    if band is not None:
        rows = rows.filter(between("days_until_due", *DUE_DAYS[band]))
    page = page_of(rows.values(*NAMED, *_UPSELL), UPSELL_KEYS, after=after, before=before, size=size)
    found = [
        Due(
            customer=who(row),
            reason=upsell_sentence(row, run.currency),
            **{name: row[name] for name in _UPSELL},
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def _narrow(row: dict[str, Any], lacking: str, currency: str) -> Narrow:
    return Narrow(
        customer=who(row),
        basis_label=str(ElsewhereBasis(row["basis"]).label),
        lacking_id=row["lacking_id"],
        lacking=lacking,
        reason=narrow_sentence(row, lacking, currency),
        **{name: row[name] for name in _NARROW},
    )
