"""The pages on margins: products, the products of a customer, the customers of a product, and what to do about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.db.models import Count
from psycopg import sql

from analysis.measures.product_margins import margins_within, product_margins
from analysis.models import Advice, AnalysisRun, MixAdvice, ProductMargin
from analysis.selectors.listing import NAMED, Who, records, who
from analysis.selectors.live_sales import SUMS, as_query, read, sales_query
from analysis.selectors.product_words import advice_sentence
from analysis.selectors.results import RowsPage, company_rows, page_of, visible_rows
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter, anybody_left, sees_company, visible
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer
from customers.models import Customer, Product

MARGINS, ADVICE = "product_margins", "mix_advice"
KEYS = (
    Key("gain", integer, descending=True),
    Key("customer_id", integer),
    Key("product_id", integer),
)
EVERY_PRODUCT = sql.SQL("true")
_FIGURES = ("net_revenue", "gross_margin", "margin_rate", "cost_coverage", "revenue_share", "rank")
_ADVISED = ("net_revenue", "gross_margin", "margin_rate", "revenue_share", "advice", "gain")
_USUAL = ("usual_rate", "usual_share")


@dataclass(frozen=True, slots=True)
class ProductLine:
    """What a product earns with the viewer's customers, in cents; ``rank`` is by gross margin %, None without one."""

    product_id: int
    sku: str
    name: str
    quantity: float
    customers: int
    net_revenue: int
    gross_margin: int
    margin_rate: float | None
    cost_coverage: float
    revenue_share: float | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class ProductOfCustomer:
    """A product that a customer bought in the window; the rank is among the customer's products."""

    product_id: int
    sku: str
    name: str
    quantity: float
    net_revenue: int
    gross_margin: int
    margin_rate: float | None
    cost_coverage: float
    revenue_share: float | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class CustomerOfProduct:
    """A customer who bought a product in the window; rank and share are among those whom the viewer may see."""

    customer_id: int
    code: str
    name: str
    quantity: float
    net_revenue: int
    gross_margin: int
    margin_rate: float | None
    cost_coverage: float
    revenue_share: float | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class AdvicePiece:
    """What to do about a product with a customer. What is usual is None for who does not see the company."""

    customer: Who
    product_id: int
    sku: str
    product: str
    net_revenue: int
    gross_margin: int
    margin_rate: float
    revenue_share: float | None
    usual_rate: float | None
    usual_share: float | None
    advice: str
    advice_label: str
    gain: int
    reason: str


@dataclass(frozen=True, slots=True)
class AdviceSum:
    """The pieces of one kind of advice together; the gain in cents."""

    advice: str
    label: str
    pieces: int
    gain: int


def products(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[ProductLine]:  # noqa: A002
    """The products that the viewer's customers bought, of the highest gross margin % first."""
    whole = filter is None or filter.is_empty
    if whole and sees_company(user) and not anybody_left(run):
        stored = company_rows(ProductMargin, MARGINS, run, user)
        rows: list[dict[str, Any]] = list(stored.values("product_id", "quantity", "customers", *_FIGURES))
    else:
        rows = _products_of_viewer(run, user, filter)
    rows.sort(key=lambda row: (row["rank"] is None, row["rank"], row["product_id"]))
    names = Product.objects.in_bulk([row["product_id"] for row in rows])
    return [
        ProductLine(sku=names[row["product_id"]].sku, name=names[row["product_id"]].name, **row)
        for row in rows
    ]


def products_of(run: AnalysisRun, user: User, customer: int) -> list[ProductOfCustomer]:
    """A customer's products, of the highest gross margin % first; none of a customer whom the viewer may not see."""
    theirs = visible(run, user).filter(customer=customer).values("customer_id")
    sales = read(sales_query(run, as_query(theirs), EVERY_PRODUCT), _KINDS)
    rows = _ranked(sales, "customer_id")
    names = Product.objects.in_bulk([row["product_id"] for row in rows])
    return [
        ProductOfCustomer(
            product_id=row["product_id"],
            sku=names[row["product_id"]].sku,
            name=names[row["product_id"]].name,
            quantity=row["quantity"],
            **{name: row[name] for name in _FIGURES},
        )
        for row in rows
    ]


def customers_of(
    run: AnalysisRun,
    user: User,
    product: int,
    filter: Filter | None = None,  # noqa: A002
) -> list[CustomerOfProduct]:
    """The viewer's customers who bought a product, of the highest gross margin % first."""
    whose = visible(run, user, filter).values("customer_id")
    only = sql.SQL("product_id = {}").format(sql.Literal(product))
    rows = _ranked(read(sales_query(run, as_query(whose), only), _KINDS), "product_id")
    names = Customer.objects.in_bulk([row["customer_id"] for row in rows])
    return [
        CustomerOfProduct(
            customer_id=row["customer_id"],
            code=names[row["customer_id"]].code,
            name=names[row["customer_id"]].name,
            quantity=row["quantity"],
            **{name: row[name] for name in _FIGURES},
        )
        for row in rows
    ]


def advice(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    kind: str = "",
    customer: int | None = None,
    product: int | None = None,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[AdvicePiece]:
    """Advice on the viewer's customers, of the greatest gain first; ``kind`` is a code of Advice.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(MixAdvice, ADVICE, run, user, filter)
    chosen = {"advice": kind, "customer": customer, "product": product}
    rows = rows.filter(**{name: value for name, value in chosen.items() if value})
    named = (*NAMED, "product_id", "product__sku", "product__name")
    page = page_of(rows.values(*named, *_ADVISED, *_USUAL), KEYS, after=after, before=before, size=size)
    company = sees_company(user)
    found = [
        AdvicePiece(
            customer=who(row),
            product_id=row["product_id"],
            sku=row["product__sku"],
            product=row["product__name"],
            advice_label=str(Advice(row["advice"]).label),
            reason=advice_sentence(row, run.currency, company=company),
            usual_rate=row["usual_rate"] if company else None,
            usual_share=row["usual_share"] if company else None,
            **{name: row[name] for name in _ADVISED},
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def advice_sums(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[AdviceSum]:  # noqa: A002
    """How much advice there is of each kind on the viewer's customers, and what it would be worth."""
    rows = visible_rows(MixAdvice, ADVICE, run, user, filter).order_by().values("advice")
    added = rows.annotate(pieces=Count("*"), total=Total("gain")).values_list("advice", "pieces", "total")
    found = {kind: figures for kind, *figures in added}
    return [AdviceSum(kind.value, str(kind.label), *found.get(kind.value, (0, 0))) for kind in Advice]


def _products_of_viewer(run: AnalysisRun, user: User, wanted: Filter | None) -> list[dict[str, Any]]:
    """The same measure over the lines of the viewer's customers."""
    whose = as_query(visible(run, user, wanted).values("customer_id"))
    sales = sales_query(run, whose, EVERY_PRODUCT)
    query = sql.SQL("""
        SELECT product_id, sum(quantity)::float8 AS quantity, count(*) AS customers,
            sum_cents(net_revenue) AS net_revenue, sum_cents(costed_revenue) AS costed_revenue,
            sum_cents(gross_margin) AS gross_margin
        FROM ({}) AS sales GROUP BY product_id
    """).format(sales)
    sums = read(query, {"product_id": "int8", "quantity": "float8", "customers": "int8", **SUMS})
    found = product_margins(sums.set_index("product_id"))
    return records(found[["quantity", "customers", *_FIGURES]])


def _ranked(sales: pd.DataFrame, by: str) -> list[dict[str, Any]]:
    found = margins_within(sales, by).sort_values(["rank", "product_id", "customer_id"])
    return records(found)


_KINDS = {"customer_id": "int8", "product_id": "int8", "quantity": "float8", **SUMS}
