"""Competitors as pages show them: what is known of each from the customers that the viewer may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Sum

from crm.models import User
from crm.policy import can
from customers.models import (
    Competitor,
    CompetitorProduct,
    CompetitorRep,
    Customer,
    OrderLine,
    ProductCategory,
    WalletShare,
)
from customers.selectors.masking import MASK

MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class CompetitorRow:
    """One competitor: at how many customers it was met, what it sells to them and who calls on them."""

    id: int
    name: str
    sales_model: str
    customers: int
    products: int
    reps: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Met:
    """Where a competitor was met: a customer, and what is known of it there."""

    customer: Customer
    amount: Decimal | None
    products: list[str]
    reps: list[str]


@dataclass(frozen=True, slots=True)
class Wallet:
    """What a customer spends on one category in [start, end): with us, and (estimated) with others.

    ``category`` None is everything they buy. ``others`` are (competitor or "", amount), the largest first.
    """

    category: ProductCategory | None
    start: date
    end: date
    ours: Decimal
    others: list[tuple[str, Decimal]]

    @property
    def total(self) -> Decimal:
        """All that they spend on the category."""
        return self.ours + sum((amount for _name, amount in self.others), Decimal(0))

    def share(self, amount: Decimal) -> float | None:
        """Return what share of all an amount is, None of nothing."""
        return float(amount / self.total) if self.total else None


def wallets(customer: Customer) -> list[Wallet]:
    """Return what a customer (in scope) buys of whom, by category, each in the latest period known of it.

    Our part is computed from the order lines of that period, so that only the others' is an estimate. Two queries,
    and one more for each further period.
    """
    shares = WalletShare.objects.filter(customer=customer).select_related("category", "competitor")
    periods: dict[int | None, tuple[date, date]] = {}
    others: dict[int | None, dict[str, Decimal]] = {}
    categories: dict[int | None, ProductCategory | None] = {}
    for row in shares.order_by("-period_end", "-period_start", "id"):
        period = periods.setdefault(row.category_id, (row.period_start, row.period_end))
        if period == (row.period_start, row.period_end):
            categories[row.category_id] = row.category
            known = others.setdefault(row.category_id, {})
            name = str(row.competitor or "")
            known[name] = known.get(name, Decimal(0)) + row.amount_elsewhere
    ours = {period: _bought_of_us(customer, *period) for period in set(periods.values())}
    found = [
        Wallet(
            category=categories[category],
            start=period[0],
            end=period[1],
            ours=Decimal(ours[period].get(category, 0)) / 100,
            others=sorted(others[category].items(), key=lambda other: -other[1]),
        )
        for category, period in periods.items()
    ]
    return sorted(found, key=lambda wallet: -wallet.total)


def _bought_of_us(customer: Customer, start: date, end: date) -> dict[int | None, int]:
    """Return net revenue, in cents, by category over [start, end); under None that of everything."""
    lines = OrderLine.objects.filter(customer=customer, ordered_on__gte=start, ordered_on__lt=end)
    found = dict(lines.order_by().values_list("product__category").annotate(cents=Sum("revenue_cents")))
    return {**found, None: sum(found.values())}


def competitor_rows(user: User) -> list[CompetitorRow]:
    """Return all competitors by name, with figures over the customers that ``user`` may see: four queries.

    ``amount`` adds up what is known of the periods that ended last at each customer, category by category.
    """
    customers: dict[int, set[int]] = {}
    counts: dict[type, dict[int, int]] = {}
    for model in (CompetitorProduct, CompetitorRep):
        counts[model] = {}
        rows = model.objects.visible_to(user).order_by().values_list("competitor", "customer")
        for competitor, customer, count in rows.annotate(count=Count("id")):
            customers.setdefault(competitor, set()).add(customer)
            counts[model][competitor] = counts[model].get(competitor, 0) + count
    amounts: dict[int, Decimal] = {}
    for competitor, customer, amount in _latest_shares(user):
        customers.setdefault(competitor, set()).add(customer)
        amounts[competitor] = amounts.get(competitor, Decimal(0)) + amount
    return [
        CompetitorRow(
            id=each.pk,
            name=each.name,
            sales_model=each.sales_model,
            customers=len(customers.get(each.pk, ())),
            products=counts[CompetitorProduct].get(each.pk, 0),
            reps=counts[CompetitorRep].get(each.pk, 0),
            amount=amounts.get(each.pk),
        )
        for each in Competitor.objects.all()
    ]


def where_met(user: User, competitor: Competitor) -> list[Met]:
    """Return at which customers that ``user`` may see a competitor was met, the largest amount first."""
    readable = can(user, "personal.view")
    amounts: dict[int, Decimal] = {}
    for _competitor, customer, amount in _latest_shares(user, competitor):
        amounts[customer] = amounts.get(customer, Decimal(0)) + amount
    products: dict[int, list[str]] = {}
    reps: dict[int, list[str]] = {}
    for row in CompetitorProduct.objects.visible_to(user).filter(competitor=competitor)[:MOST_ROWS]:
        products.setdefault(row.customer_id, []).append(row.name)
    for rep in CompetitorRep.objects.visible_to(user).filter(competitor=competitor)[:MOST_ROWS]:
        reps.setdefault(rep.customer_id, []).append(rep.name if readable else MASK)
    ids = amounts.keys() | products.keys() | reps.keys()
    found = [
        Met(each, amounts.get(each.pk), products.get(each.pk, []), reps.get(each.pk, []))
        for each in Customer.objects.visible_to(user).filter(pk__in=ids)
    ]
    return sorted(found, key=lambda met: (-(met.amount or 0), met.customer.name))[:MOST_ROWS]


def _latest_shares(user: User, competitor: Competitor | None = None) -> list[tuple[int, int, Decimal]]:
    """Return (competitor, customer, amount) of the latest period known of each pair and category."""
    shares = WalletShare.objects.visible_to(user).filter(competitor__isnull=False)
    if competitor is not None:
        shares = shares.filter(competitor=competitor)
    groups = ("competitor", "customer", "category", "period_end")
    rows = (
        shares.order_by().values_list(*groups).annotate(amount=Sum("amount_elsewhere"), noted=Max("noted_on"))
    )
    latest: dict[tuple[int, int, int | None], tuple[date, Decimal]] = {}
    for rival, customer, category, end, amount, _noted in rows:
        known = latest.get((rival, customer, category))
        if known is None or known[0] < end:
            latest[rival, customer, category] = (end, amount)
    return [(rival, customer, amount) for (rival, customer, _category), (_end, amount) in latest.items()]
