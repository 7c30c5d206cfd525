"""Read the published data sets as the lines that measures take. Amounts become cents exactly, half up."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd


def cdnow_lines(path: Path, customer: str) -> pd.DataFrame:
    """CDNOW purchases; CDs given away are in the file with an amount of 0."""
    raw = pd.read_csv(path, parse_dates=["date"])
    return pd.DataFrame(
        {
            "customer_id": raw[customer].astype("Int64"),
            "ordered_on": raw["date"],
            "quantity": raw["quantity"],
            "revenue_cents": (raw["amount_usd"] * 100).round().astype("int64"),
        }
    )


def online_retail_lines(path: Path) -> pd.DataFrame:
    """Online Retail: cancellations have a negative quantity; a stock code of letters is no merchandise."""
    raw = pd.read_csv(path, dtype={"InvoiceNo": str, "StockCode": str}, parse_dates=["InvoiceDate"])
    tenths_of_a_penny = raw["Quantity"] * (raw["UnitPrice"] * 1000).round().astype("int64")
    return pd.DataFrame(
        {
            "customer_id": raw["CustomerID"].astype("Int64"),
            "order_id": pd.factorize(raw["InvoiceNo"])[0],
            "ordered_on": raw["InvoiceDate"].dt.normalize(),
            "revenue_cents": np.sign(tenths_of_a_penny) * ((tenths_of_a_penny.abs() + 5) // 10),
            "cost_cents": 0,
            "quantity": raw["Quantity"],
            "original_ordered_on": pd.NaT,
            "is_merchandise": raw["StockCode"].str.match(r"\d{5}"),
            "product_id": pd.array(pd.factorize(raw["StockCode"].str.upper())[0], dtype="Int64"),
            "category_id": pd.array([pd.NA] * len(raw), dtype="Int64"),
            "country": raw["Country"],
        }
    )


def customers_with_a_positive_float_sum(path: Path) -> pd.Index:
    """Online Retail's customers whose binary-float line amounts add up to more than zero."""
    raw = pd.read_csv(path, usecols=["CustomerID", "Quantity", "UnitPrice"])
    sums = (raw["Quantity"] * raw["UnitPrice"]).groupby(raw["CustomerID"]).sum()
    return pd.Index(sums.index[sums > 0].astype("int64"), name="customer_id")


def superstore_lines(path: Path) -> pd.DataFrame:
    """Superstore: dollars of four decimals, rounded to cents line by line, half up; cost is sales less profit."""
    money = ("Sales", "Profit", "Discount")
    raw = pd.read_csv(path, dtype=dict.fromkeys(money, str), parse_dates=["Order Date"])
    sales, profit, discount = (raw[name].map(Decimal) for name in money)
    return pd.DataFrame(
        {
            "customer_id": pd.factorize(raw["Customer ID"])[0] + 1,
            "product_id": pd.factorize(raw["Product ID"])[0] + 1,
            "sub_category": raw["Sub-Category"],
            "category_id": pd.factorize(raw["Sub-Category"], sort=True)[0] + 1,
            "segment": raw["Segment"],
            "region": raw["Region"],
            "state": raw["State"],
            "order_id": pd.factorize(raw["Order ID"])[0] + 1,
            "ordered_on": raw["Order Date"],
            "quantity": raw["Quantity"],
            "sales": sales,
            "profit": profit,
            "revenue_cents": sales.map(whole_cents),
            "cost_cents": (sales - profit).map(whole_cents),
            "discount_cents": (sales * discount / (1 - discount)).map(whole_cents),
            "cost_known": True,
        }
    )


def whole_cents(amount: Decimal) -> int:
    """An amount in whole cents, half up."""
    return int(amount.quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)
