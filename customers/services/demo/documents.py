"""The ledger of a chunk as columns of Order, OrderLine and Payment."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from customers.models import OrderStatus
from customers.services.demo.ledger import RATE_UNITS, Ledger
from customers.services.demo.profiles import People

Integers = NDArray[np.int64]
Columns = dict[str, Any]

DOLLAR = "USD"
_ACCOUNTS = ("招商银行", "中国工商银行", "中国建设银行", "中国银行", "微信支付", "支付宝")


def order_columns(
    rng: np.random.Generator, people: People, ledger: Ledger, ids: Integers, serial: Integers, offset: Any
) -> Columns:
    """Return the columns of Order; ``serial`` numbers the documents of the whole company from 1."""
    documents = ledger.documents
    written = documents.day.astype("datetime64[m]") + rng.integers(510, 1080, size=ids.size).astype(
        "timedelta64[m]"
    )
    delivered = ~np.isnat(documents.delivered_day)
    status = np.where(delivered, OrderStatus.DELIVERED, OrderStatus.CONFIRMED)
    regions = np.array([place.region_id for place in people.places])
    return {
        "id": ids,
        "number": numbers(np.where(documents.is_return, "TH", "SO").tolist(), documents.day, serial),
        "customer_id": people.ids[documents.customer],
        "ordered_at": written - offset,
        "ordered_on": documents.day,
        "status": np.where(documents.is_return, OrderStatus.RETURNED, status).tolist(),
        "currency": _currencies(documents.in_dollars),
        "exchange_rate": documents.rate_units * (10**8 // RATE_UNITS),
        "region_id": regions[documents.customer],
        "salesperson_id": people.owner_id[documents.customer],
        "original_order_id": np.ma.masked_where(~documents.is_return, ids[documents.original]),
        "promised_on": _known(documents.promised_day),
        "delivered_on": _known(documents.delivered_day),
        "created_at": written - offset,
    }


def line_columns(people: People, ledger: Ledger, ids: Integers, products: Integers) -> Columns:
    """Return the columns of OrderLine, without ids; ``ids`` are those of the documents."""
    documents, lines = ledger.documents, ledger.lines
    return {
        "order_id": ids[lines.document],
        "line_no": lines.line_no,
        "product_id": products[lines.product],
        "customer_id": people.ids[documents.customer[lines.document]],
        "ordered_on": documents.day[lines.document],
        "attributed_on": documents.attributed_day[lines.document],
        "quantity": lines.quantity * 1_000,
        "unit_price": lines.price_cents * 100,
        "discount": lines.discount_percent * 10_000,
        "amount": lines.amount_units,
        "unit_cost": lines.cost_cents_each * 100,
        "revenue_cents": lines.revenue_cents,
        "cost_cents": lines.cost_cents,
    }


def payment_columns(people: People, ledger: Ledger, ids: Integers, serial: Integers, offset: Any) -> Columns:
    """Return the columns of Payment, without ids."""
    documents, payments = ledger.documents, ledger.payments
    accounts = np.array(_ACCOUNTS)[people.serial % len(_ACCOUNTS)]
    return {
        "reference": numbers(["FK"] * serial.size, documents.day, serial),
        "customer_id": people.ids[documents.customer],
        "order_id": ids,
        "due_on": payments.due_day,
        "paid_on": _known(payments.paid_day),
        "amount": payments.amount_units,
        "currency": _currencies(documents.in_dollars),
        "exchange_rate": documents.rate_units * (10**8 // RATE_UNITS),
        "amount_cents": payments.amount_cents,
        "account": accounts[documents.customer].tolist(),
        "created_at": documents.day.astype("datetime64[m]") + np.timedelta64(18, "h") - offset,
    }


def numbers(prefixes: list[str], days: NDArray[np.datetime64], serial: Integers) -> list[str]:
    """Return document numbers such as SO20250618-00000042."""
    distinct, which = np.unique(days, return_inverse=True)
    dates = np.array([str(day).replace("-", "") for day in distinct])[which].tolist()
    return [
        f"{prefix}{date}-{number:08}"
        for prefix, date, number in zip(prefixes, dates, serial.tolist(), strict=True)
    ]


def _currencies(in_dollars: NDArray[np.bool_]) -> list[str]:
    currencies: list[str] = np.where(in_dollars, DOLLAR, settings.COMPANY_CURRENCY).tolist()
    return currencies


def _known(days: NDArray[np.datetime64]) -> Any:
    return np.ma.masked_where(np.isnat(days), days)
