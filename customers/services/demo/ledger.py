"""Orders, returns and payments as columns: from who bought when, to documents, lines and whole cents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customers.services.demo.calendar import in_sales_season
from customers.services.demo.catalogue import Catalogue
from customers.services.demo.purchases import Purchases

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]

RATE_UNITS = 10_000
"""Exchange rates are whole numbers of 1/10,000."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How each customer of a chunk buys and pays, by index into the chunk."""

    order_value: Floats
    """Typical value of an order, in the company currency."""
    favourite: Integers
    """Index of the category they mostly buy."""
    focus: Floats
    """Share of lines from it."""
    discount_percent: Integers
    return_share: Floats
    """Share of lines of which something comes back."""
    terms_days: Integers
    days_late: Floats
    in_dollars: Flags


@dataclass(frozen=True, slots=True)
class Lines:
    """Order lines sorted by document; money in the units of the columns that they are stored in."""

    document: Integers
    """Index into Documents."""
    line_no: Integers
    product: Integers
    quantity: Integers
    """Pieces; negative on returns."""
    price_cents: Integers
    """Unit price in cents of the order's currency."""
    discount_percent: Integers
    amount_units: Integers
    """Net amount in 1/10,000 of the order's currency, exact."""
    cost_cents_each: Integers
    revenue_cents: Integers
    cost_cents: Integers


@dataclass(frozen=True, slots=True)
class Documents:
    """Orders and returns, sorted by day."""

    customer: Integers
    day: Days
    attributed_day: Days
    is_return: Flags
    original: Integers
    """Index of the order that a return takes back; the document's own index on orders."""
    in_dollars: Flags
    rate_units: Integers
    promised_day: Days
    delivered_day: Days


@dataclass(frozen=True, slots=True)
class Payments:
    """One payment or refund per document, in the documents' order; ``paid_day`` is NaT while it is open."""

    due_day: Days
    paid_day: Days
    amount_units: Integers
    amount_cents: Integers


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a chunk of customers bought, gave back and paid."""

    documents: Documents
    lines: Lines
    payments: Payments


def half_up(numerator: Integers, denominator: int | Integers) -> Integers:
    """Return ``numerator / denominator`` rounded to whole numbers, halves away from zero (ROUND_HALF_UP)."""
    absolute = np.where(numerator < 0, -numerator, numerator)
    rounded = (2 * absolute + denominator) // (2 * np.asarray(denominator, dtype=np.int64))
    return np.where(numerator < 0, -rounded, rounded)


def dollar_rates(days: Days) -> Integers:
    """Return the stated rate of the dollar in yuan, in 1/10,000, set anew on the first of each month."""
    month = days.astype("datetime64[M]").astype(np.int64)
    yuan = 7.05 + 0.18 * np.sin(month / 7.0) + 0.07 * np.sin(month * 1.7)
    rates: Integers = np.rint(yuan * RATE_UNITS).astype(np.int64)
    return rates


def make_ledger(
    rng: np.random.Generator,
    purchases: Purchases,
    days: Days,
    habits: Habits,
    catalogue: Catalogue,
    lines_beyond_first: float,
) -> Ledger:
    """Return the ledger of ``purchases``; ``days`` is the calendar, whose end is the end of all records."""
    end = days[-1] + 1
    by_day = np.argsort(purchases.day, kind="stable")
    customer, day = purchases.customer[by_day], days[purchases.day[by_day]]
    sold = _sales(rng, customer, day, habits, catalogue, lines_beyond_first)
    back = _returned(rng, sold, customer, day, habits, catalogue, end)
    return _assemble(rng, customer, day, sold, back, habits, end)


@dataclass(frozen=True, slots=True)
class _Items:
    """Lines before they are valued: of which order, and on returns on which day they came back."""

    order: Integers
    product: Integers
    quantity: Integers
    price_cents: Integers
    discount_percent: Integers
    cost_cents_each: Integers
    back_on: Days


def _sales(
    rng: np.random.Generator,
    customer: Integers,
    day: Days,
    habits: Habits,
    catalogue: Catalogue,
    lines_beyond_first: float,
) -> _Items:
    """Fill each order with products; an order holds a product once."""
    orders = customer.size
    counts = 1 + rng.poisson(lines_beyond_first, size=orders)
    order = np.repeat(np.arange(orders), counts)
    product = _choose_products(rng, customer[order], day[order], habits, catalogue)
    freight = np.flatnonzero(rng.random(orders) < 0.06)
    span = len(catalogue.names)
    keys = np.unique(np.concatenate([order * span + product, freight * span + catalogue.freight]))
    order, product = np.divmod(keys, span)
    buyer, on = customer[order], day[order]
    year = on.astype("datetime64[Y]").astype(np.int64) + 1970 - catalogue.years[0]
    rate = np.where(habits.in_dollars[buyer], dollar_rates(on), RATE_UNITS)
    is_freight = product == catalogue.freight
    season = np.where(in_sales_season(on), 5, 0)
    discount = np.where(is_freight, 0, habits.discount_percent[buyer] + season)
    wanted = habits.order_value[buyer] * rng.lognormal(-0.1, 0.45, size=orders)[order]
    share = rng.gamma(1.5, size=order.size)
    share /= np.bincount(order, weights=share, minlength=orders)[order]
    each = catalogue.price_cents[year, product] * (1 - discount / 100) / 100
    quantity = np.maximum(1, np.rint(wanted * share / each)).astype(np.int64)
    return _Items(
        order=order,
        product=product,
        quantity=np.where(is_freight, 1 + quantity % 3, quantity),
        price_cents=half_up(catalogue.price_cents[year, product] * RATE_UNITS, rate),
        discount_percent=discount,
        cost_cents_each=catalogue.cost_cents[year, product],
        back_on=np.full(order.size, np.datetime64("NaT", "D")),
    )


def _choose_products(
    rng: np.random.Generator, buyer: Integers, day: Days, habits: Habits, catalogue: Catalogue
) -> Integers:
    """Choose products by category, then by popularity; what isn't launched yet gives way to an old product."""
    any_category = np.searchsorted(np.cumsum(catalogue.category_shares)[:-1], rng.random(buyer.size))
    own = rng.random(buyer.size) < habits.focus[buyer]
    category = np.where(own, habits.favourite[buyer], any_category)
    product = np.searchsorted(catalogue.shelf, category + rng.random(buyer.size))
    product = np.minimum(product, catalogue.freight - 1)
    too_early = catalogue.launched_on[product] > day
    return np.where(too_early, catalogue.evergreen[catalogue.category[product]], product)


def _returned(
    rng: np.random.Generator,
    sold: _Items,
    customer: Integers,
    day: Days,
    habits: Habits,
    catalogue: Catalogue,
    end: np.datetime64,
) -> _Items:
    """Return the lines that come back, all those of an order on one day, within seven weeks of it."""
    back_on = day + rng.integers(6, 50, size=day.size)
    comes_back = rng.random(sold.order.size) < habits.return_share[customer[sold.order]]
    comes_back &= (sold.product != catalogue.freight) & (back_on[sold.order] < end)
    part = np.flatnonzero(comes_back)
    share = rng.choice([0.05, 0.15, 0.3, 1.0], p=[0.3, 0.3, 0.2, 0.2], size=part.size)
    return _Items(
        order=sold.order[part],
        product=sold.product[part],
        quantity=-np.ceil(sold.quantity[part] * share).astype(np.int64),
        price_cents=sold.price_cents[part],
        discount_percent=sold.discount_percent[part],
        cost_cents_each=sold.cost_cents_each[part],
        back_on=back_on[sold.order[part]],
    )


def _assemble(
    rng: np.random.Generator,
    customer: Integers,
    day: Days,
    sold: _Items,
    back: _Items,
    habits: Habits,
    end: np.datetime64,
) -> Ledger:
    """Put orders and returns into one sequence of documents by day, and value their lines."""
    orders = customer.size
    taken_back, first_line = np.unique(back.order, return_index=True)
    all_days = np.concatenate([day, back.back_on[first_line]])
    sequence = np.argsort(all_days, kind="stable")
    place = np.empty_like(sequence)
    place[sequence] = np.arange(sequence.size)
    document_of_return = orders + np.searchsorted(taken_back, back.order)
    line_document = np.concatenate([place[sold.order], place[document_of_return]])
    of_order = np.concatenate([np.arange(orders), taken_back])[sequence]
    documents = _documents(rng, customer, day, all_days, sequence, place, of_order, habits, end)
    lines = _lines(sold, back, line_document, documents)
    return Ledger(documents, lines, _payments(rng, documents, lines, habits, end))


def _documents(
    rng: np.random.Generator,
    customer: Integers,
    day: Days,
    all_days: Days,
    sequence: Integers,
    place: Integers,
    of_order: Integers,
    habits: Habits,
    end: np.datetime64,
) -> Documents:
    is_return = sequence >= customer.size
    buyer = customer[of_order]
    on = all_days[sequence]
    promised = on + rng.integers(2, 9, size=on.size)
    slip = rng.choice([-1, 0, 0, 0, 1, 4, 9], p=[0.25, 0.25, 0.2, 0.15, 0.09, 0.04, 0.02], size=on.size)
    delivered = np.maximum(promised + slip, on + 1)
    never = np.datetime64("NaT", "D")
    return Documents(
        customer=buyer,
        day=on,
        attributed_day=day[of_order],
        is_return=is_return,
        original=place[of_order],
        in_dollars=habits.in_dollars[buyer],
        rate_units=np.where(habits.in_dollars[buyer], dollar_rates(day[of_order]), RATE_UNITS),
        promised_day=np.where(is_return, never, promised),
        delivered_day=np.where(is_return | (delivered >= end), never, delivered),
    )


def _lines(sold: _Items, back: _Items, document: Integers, documents: Documents) -> Lines:
    """Value the lines: amount = quantity x unit price x (1 - discount); cents at the document's rate."""
    product = np.concatenate([sold.product, back.product])
    by_document = np.lexsort((product, document))
    document = document[by_document]
    columns = {
        name: np.concatenate([getattr(sold, name), getattr(back, name)])[by_document]
        for name in ("quantity", "price_cents", "discount_percent", "cost_cents_each")
    }
    amount = columns["quantity"] * columns["price_cents"] * (100 - columns["discount_percent"])
    starts = np.flatnonzero(np.diff(document, prepend=-1))
    lengths = np.diff(starts, append=document.size)
    return Lines(
        document=document,
        line_no=np.arange(document.size) - np.repeat(starts, lengths) + 1,
        product=product[by_document],
        amount_units=amount,
        revenue_cents=half_up(amount * documents.rate_units[document], 100 * RATE_UNITS),
        cost_cents=columns["quantity"] * columns["cost_cents_each"],
        **columns,
    )


def _payments(
    rng: np.random.Generator, documents: Documents, lines: Lines, habits: Habits, end: np.datetime64
) -> Payments:
    """Let customers pay as they are used to; refunds of returns go out within three weeks."""
    starts = np.flatnonzero(np.diff(lines.document, prepend=-1))
    amount = np.add.reduceat(lines.amount_units, starts)
    buyer, size = documents.customer, documents.day.size
    due = documents.day + np.where(documents.is_return, 7, habits.terms_days[buyer])
    late = np.rint(rng.normal(habits.days_late[buyer], 3.0)).astype(np.int64)
    late = np.where(documents.is_return, rng.integers(0, 15, size=size), np.maximum(late, -5))
    paid = np.maximum(due + late, documents.day)
    open_still = (paid >= end) | (rng.random(size) < 0.002)
    return Payments(
        due_day=due,
        paid_day=np.where(open_still, np.datetime64("NaT", "D"), paid),
        amount_units=amount,
        amount_cents=half_up(amount * documents.rate_units, 100 * RATE_UNITS),
    )
