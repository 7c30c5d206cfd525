"""The columns of orders line by line, as a file that is imported again needs them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.exports.columns.base import Column, Row, Value
from customers.exports.columns.behaviour import local
from customers.exports.columns.customers import PLACE, choice, colleague, region
from customers.imports.cleaning import choices as known
from customers.models import OrderStatus

# So many decimals bring an amount in another currency back to the same cent of ours.
_EXACT = Decimal("1e-10")


def _plain(key: str, label: Any, path: str = "", *, is_name: bool = False) -> Column:
    column = path or key

    def value(row: Row) -> Value:
        found: Value = row[column]
        return "" if found is None else found

    return Column(key, label, value, (column,), is_name=is_name)


def _line_cost(row: Row) -> Value:
    """The cost of the line's goods in the order's currency, of which the import makes the same cents again."""
    cents, rate = row["cost_cents"], row["order__exchange_rate"]
    if cents is None or row["order__status"] == OrderStatus.CANCELLED:
        return ""
    cost = Decimal(cents) / 100
    return cost if rate == 1 else (cost / rate).quantize(_EXACT)


def _not_merchandise(row: Row) -> Value:
    return str(_("Yes") if row["product__not_merchandise"] else _("No"))


_STATUS = choice("order__status", _("Status"), OrderStatus.choices, words=known.ORDER_STATUS)

ORDER_LINE_COLUMNS = (
    _plain("order_number", _("Order number"), "order__number", is_name=True),
    _plain("line_no", _("Line")),
    Column("ordered_on", _("Ordered"), local("order__ordered_at"), ("order__ordered_at",)),
    _plain("customer_code", _("Customer code"), "order__customer__code"),
    _plain("customer_name", _("Customer"), "order__customer__name", is_name=True),
    _plain("sku", _("SKU"), "product__sku"),
    _plain("product_name", _("Product"), "product__name"),
    _plain("category", _("Category"), "product__category__name"),
    _plain("quantity", _("Quantity")),
    _plain("unit_price", _("Unit price")),
    _plain("discount_rate", _("Discount"), "discount"),
    _plain("line_total", _("Amount"), "amount"),
    _plain("unit_cost", _("Unit cost")),
    Column("line_cost", _("Cost"), _line_cost, ("cost_cents", "order__exchange_rate", "order__status")),
    _plain("currency", _("Currency"), "order__currency"),
    _plain("exchange_rate", _("Exchange rate"), "order__exchange_rate"),
    replace(_STATUS, key="status"),
    colleague("salesperson", _("Salesperson"), "order__salesperson"),
    _plain("promised_on", _("Promised on"), "order__promised_on"),
    _plain("delivered_on", _("Delivered on"), "order__delivered_on"),
    _plain("original_order_number", _("Original order"), "order__original_order__number"),
    Column("not_merchandise", _("Not merchandise"), _not_merchandise, ("product__not_merchandise",)),
    region("order__region"),
    *PLACE,
)
