"""Product margins: which products earn, over all customers, with one customer, and with whom a product earns.

- gross margin = revenue of lines whose cost is known − cost of goods at sale; returns reverse both;
- gross margin % = gross margin ÷ that revenue (:mod:`analysis.measures.costs`);
- rank = 1 + number of products (or, per product, customers) of strictly greater gross margin %.

What is not merchandise (postage, charges) is in none of it.

Source: Farris, Bendle, Pfeifer & Reibstein (2010), Marketing Metrics, chapter 3, for gross margin and its rate; ranks
and what counts as known: definition of this product.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.costs import SUMS, cost_coverage, margin_rate, rank_by
from analysis.measures.frames import require_columns


def product_margins(products: pd.DataFrame) -> pd.DataFrame:
    """Rank products by gross margin %.

    Parameters
    ----------
    products
        Indexed by ``product_id``: ``quantity``, ``customers``, int64 cents ``net_revenue``, ``costed_revenue``,
        ``gross_margin``.

    Returns
    -------
    DataFrame
        The same columns, with ``margin_rate`` and ``cost_coverage`` float64; ``revenue_share`` float64, of the net
        revenue of all (NaN unless that is positive); ``rank`` Int64, NA without a rate.
    """
    require_columns(products, ("quantity", "customers", *SUMS), "products")
    total = int(products["net_revenue"].sum())
    rate = margin_rate(products)
    return products.assign(
        margin_rate=rate,
        cost_coverage=cost_coverage(products),
        revenue_share=products["net_revenue"] / total if total > 0 else float("nan"),
        rank=rank_by(rate),
    )


def margins_within(sales: pd.DataFrame, by: str) -> pd.DataFrame:
    """Rank, for each customer, their products by gross margin %, or for each product its customers.

    Parameters
    ----------
    sales
        One row per customer and product: ``customer_id``, ``product_id``, int64 cents ``net_revenue``,
        ``costed_revenue``, ``gross_margin``.
    by
        ``"customer_id"`` or ``"product_id"``: whose rows are ranked among each other.

    Returns
    -------
    DataFrame
        ``sales`` with ``margin_rate`` and ``cost_coverage`` float64, ``revenue_share`` float64 (of the net revenue of
        the customer, or product; NaN unless that is positive) and ``rank`` Int64, in the same order.
    """
    require_columns(sales, ("customer_id", "product_id", *SUMS), "sales")
    rate = margin_rate(sales)
    total = sales.groupby(by)["net_revenue"].transform("sum")
    return sales.assign(
        margin_rate=rate,
        cost_coverage=cost_coverage(sales),
        revenue_share=sales["net_revenue"] / total.where(total > 0).astype("float64"),
        rank=rank_by(rate, sales[by]),
    )
