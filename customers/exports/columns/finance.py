"""The columns of the lists of orders, products and payments."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.templatetags.format import day, days, money, number
from crm.templatetags.rows import Cell, figure, link, tag, text
from crm.templatetags.rows import name as name_cell
from customers.exports.columns.base import Column, Row, Value
from customers.exports.columns.customers import colleague, labels, plain, region
from customers.models import OrderStatus

CENT = Decimal("0.01")


def customer_cell(row: Row) -> Cell:
    """Return the cell that leads to the customer of a row."""
    if row["customer_id"] is None:
        return ("quiet", str(_("No customer")))
    return link(reverse("customers:record", args=[row["customer_id"]]), row["customer__name"])


CUSTOMER = Column(
    "customer",
    _("Customer"),
    lambda row: row["customer__name"] or "",
    ("customer_id", "customer__name"),
    cell=customer_cell,
    header="customer_name",
    is_name=True,
)
CUSTOMER_CODE = Column(
    "customer_code",
    _("Customer code"),
    lambda row: row["customer__code"] or "",
    ("customer__code",),
    is_shown=False,
)


def a_day(key: str, label: object, *, shown: bool = True, on_phone: bool = True, sort: str = "") -> Column:
    """Return the column of a day."""
    return Column(
        key,
        label,  # type: ignore[arg-type]
        lambda row: row[key],
        (key,),
        cell=lambda row: text(day(row[key])),
        is_shown=shown,
        is_short=True,
        on_phone=on_phone,
        sort=sort,
    )


def _amount(cents: int | None) -> Decimal | None:
    return None if cents is None else (Decimal(cents) / 100).quantize(CENT)


def _order(row: Row) -> Cell:
    return name_cell(reverse("customers:order", args=[row["pk"]]), row["number"], "")


def _status(row: Row) -> Cell:
    label = _STATUSES(row["status"])
    if row["status"] == OrderStatus.DELIVERED:
        return text(label)
    return tag("info" if row["status"] == OrderStatus.CONFIRMED else "", label)


def _late_by(row: Row) -> int:
    promised, delivered = row["promised_on"], row["delivered_on"]
    return max(0, (delivered - promised).days) if promised and delivered else 0


def _delivery(row: Row) -> Cell:
    late = _late_by(row)
    written = day(row["delivered_on"])
    return ("late", written, str(_("%(days)s late") % {"days": days(late)})) if late else text(written)


def _total(row: Row, part: int) -> int:
    return (row["totals"] or (0, 0))[part]


_STATUSES = labels(OrderStatus.choices)

ORDER_COLUMNS = (
    Column(
        "number",
        _("Order number"),
        lambda row: row["number"],
        ("number",),
        cell=_order,
        is_name=True,
        sort="number",
    ),
    CUSTOMER,
    a_day("ordered_on", _("Ordered"), sort="newest"),
    Column("status", _("Status"), lambda row: _STATUSES(row["status"]), ("status",), cell=_status),
    Column(
        "delivered_on",
        _("Delivery"),
        lambda row: row["delivered_on"],
        ("promised_on", "delivered_on"),
        cell=_delivery,
    ),
    region(),
    Column(
        "lines",
        _("Lines"),
        lambda row: _total(row, 0),
        needs="totals",
        cell=lambda row: figure(number(_total(row, 0))),
        is_figure=True,
        is_calculated=True,
        on_phone=False,
    ),
    Column(
        "amount",
        _("Amount"),
        lambda row: _amount(_total(row, 1)),
        needs="totals",
        cell=lambda row: figure(money(_total(row, 1))),
        is_figure=True,
        is_calculated=True,
    ),
    colleague("salesperson", _("Salesperson"), shown=False),
    a_day("promised_on", _("Promised on"), shown=False),
    plain("currency", _("Currency")),
    CUSTOMER_CODE,
)


def _state(row: Row) -> Value:
    return str(_payment_state(row)[1])


def _payment_state(row: Row) -> tuple[str, object]:
    due, paid = row["due_on"], row["paid_on"]
    if paid is None:
        return ("warn", _("Past due")) if row["is_overdue"] else ("", _("Not paid yet"))
    return ("", _("Paid late")) if due and paid > due else ("good", _("Paid"))


def _state_cell(row: Row) -> Cell:
    tone, label = _payment_state(row)
    return tag(tone, str(label))


def _payment_order(row: Row) -> Cell:
    if row["order_id"] is None:
        return text("")
    return link(reverse("customers:order", args=[row["order_id"]]), row["order__number"])


PAYMENT_COLUMNS = (
    Column(
        "reference",
        _("Reference"),
        lambda row: row["reference"],
        ("reference",),
        cell=lambda row: name_cell("", row["reference"]),
        is_name=True,
        sort="newest",
    ),
    CUSTOMER,
    Column(
        "order",
        _("Order number"),
        lambda row: row["order__number"] or "",
        ("order_id", "order__number"),
        cell=_payment_order,
        header="order_number",
    ),
    a_day("due_on", _("Due on"), sort="due"),
    a_day("paid_on", _("Paid on"), sort="paid"),
    Column(
        "state",
        _("State"),
        _state,
        ("due_on", "paid_on"),
        cell=_state_cell,
        needs="is_overdue",
        is_calculated=True,
    ),
    Column(
        "amount_cents",
        _("Amount"),
        lambda row: _amount(row["amount_cents"]),
        ("amount_cents",),
        cell=lambda row: figure(money(row["amount_cents"])),
        is_figure=True,
        sort="amount",
        on_pages_only=True,
        is_calculated=True,
    ),
    Column("amount", _("Amount"), lambda row: row["amount"], ("amount",), in_files_only=True),
    Column(
        "exchange_rate",
        _("Exchange rate"),
        lambda row: row["exchange_rate"],
        ("exchange_rate",),
        in_files_only=True,
    ),
    plain("account", _("Account")),
    plain("currency", _("Currency")),
    CUSTOMER_CODE,
)
PRODUCT_COLUMNS = (
    Column(
        "name",
        _("Product"),
        lambda row: row["name"],
        ("name", "sku"),
        cell=lambda row: name_cell("", row["name"] or row["sku"], row["sku"]),
        is_name=True,
        sort="name",
    ),
    Column("sku", _("SKU"), lambda row: row["sku"], ("sku",), is_shown=False, sort="sku"),
    plain("category", _("Category"), "category__name", shown=True, sort="category"),
    Column(
        "list_price",
        _("List price"),
        lambda row: row["list_price"],
        ("list_price",),
        cell=lambda row: figure(number(row["list_price"], 2)),
        is_figure=True,
    ),
    a_day("launched_on", _("Launched on")),
    Column(
        "not_merchandise",
        _("Not merchandise"),
        lambda row: str(_("Yes") if row["not_merchandise"] else _("No")),
        ("not_merchandise",),
        cell=lambda row: text(_("Yes") if row["not_merchandise"] else ""),
        is_shown=False,
    ),
)
