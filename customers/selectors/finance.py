"""Orders, payments and the computed financial record of a customer, as pages show them.

Money is whole cents of the company currency, unless a document's own currency is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Count,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, NullIf, TruncMonth
from django.utils.functional import Promise

from crm.models import User
from crm.paging import Key, Page, day, integer, keyset_page
from crm.prepared import Prepared, Slot
from customers.models import (
    Customer,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
)
from customers.models.finance import COUNTED
from customers.selectors.profiles import region_name

NEWEST_FIRST = (Key("ordered_on", day, descending=True), Key("id", integer, descending=True))
NEWEST_PAYMENTS_FIRST = (Key("id", integer, descending=True),)
_STATUSES = dict(OrderStatus.choices)
_ORDER_COLUMNS = (
    "id",
    "number",
    "ordered_on",
    "status",
    "customer_id",
    "customer__name",
    "region__name",
    "region__english_name",
    "salesperson__name",
    "promised_on",
    "delivered_on",
)
LAST_ORDERS = 8


def _added_up(lines: Count | Sum) -> Subquery:
    """Return what the lines of an order come to, beside the order."""
    of_order = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    return Subquery(of_order.annotate(sum=lines).values("sum"))


_LAST = Prepared(
    lambda: (
        Order.objects.filter(customer=Slot("customer"), status__in=COUNTED)
        .order_by("-ordered_on", "-id")
        .annotate(cents=_added_up(Sum("revenue_cents")), count=_added_up(Count("id")))
        .values(*_ORDER_COLUMNS, "cents", "count")[:LAST_ORDERS]
    )
)
# What last_orders asks of a customer, to be asked ahead.
ASKED = (_LAST,)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in a list."""

    id: int
    number: str
    ordered_on: date
    status: str
    status_label: str | Promise
    customer_id: int | None
    customer: str
    region: str
    salesperson: str
    promised_on: date | None
    delivered_on: date | None
    days_late: int
    lines: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of an order, in the order's currency."""

    line_no: int
    sku: str
    product: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    amount: Decimal
    revenue_cents: int
    margin_cents: int | None
    not_merchandise: bool

    @property
    def quantity_places(self) -> int:
        """How many decimal places the quantity needs: none for pieces, three for weights and lengths."""
        return 0 if self.quantity == self.quantity.to_integral_value() else 3


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order with its lines, returns and payments."""

    order: Order
    lines: list[LineRow]
    amount: Decimal
    revenue_cents: int
    margin_cents: int | None
    returns: list[OrderRow]
    returned_cents: int
    payments: list[Payment]
    paid_cents: int
    days_late: int

    @property
    def margin(self) -> float | None:
        """Gross margin as a share of revenue, None without revenue or with a cost that is not known."""
        if self.margin_cents is None or not self.revenue_cents:
            return None
        return self.margin_cents / self.revenue_cents


@dataclass(frozen=True, slots=True)
class ProductRow:
    """What a customer bought of one product over a window, returns taken off."""

    sku: str
    name: str
    quantity: Decimal
    revenue_cents: int
    margin: float | None


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A customer's net revenue in one month."""

    month: date
    revenue_cents: int


def visible_orders(user: User) -> QuerySet[Order]:
    """Return the orders that ``user`` may see."""
    return Order.objects.visible_to(user)


def order_page(
    orders: QuerySet[Order], *, after: str = "", before: str = "", size: int = 50
) -> Page[OrderRow]:
    """Return one page of orders (already scoped and filtered), newest first, with their amounts."""
    found = keyset_page(orders.values(*_ORDER_COLUMNS), NEWEST_FIRST, after=after, before=before, size=size)
    return Page(_order_rows(found.rows), found.before, found.after)


def last_orders(customer: Customer) -> list[OrderRow]:
    """Return the last counted orders of a customer (in scope), at most LAST_ORDERS, newest first: one query."""
    return [_order_row(row, row["count"] or 0, row["cents"] or 0) for row in _LAST(customer=customer.pk)]


def order_detail(user: User, order_id: int) -> OrderDetail | None:
    """Return one order, or None when there is none that ``user`` may see."""
    orders = visible_orders(user).select_related("customer", "region", "salesperson", "original_order")
    order = orders.filter(pk=order_id).first()
    if order is None:
        return None
    lines = [_line(line) for line in OrderLine.objects.filter(order=order).select_related("product")]
    returns = _order_rows(visible_orders(user).filter(original_order=order).values(*_ORDER_COLUMNS))
    payments = list(Payment.objects.filter(order=order).order_by("due_on", "id"))
    return OrderDetail(
        order=order,
        lines=lines,
        amount=sum((line.amount for line in lines), Decimal(0)),
        revenue_cents=sum(line.revenue_cents for line in lines),
        margin_cents=_margin_of(lines),
        returns=returns,
        returned_cents=sum(row.amount_cents for row in returns),
        payments=payments,
        paid_cents=sum(payment.amount_cents for payment in payments if payment.paid_on),
        days_late=_days_late(order.promised_on, order.delivered_on),
    )


def payment_page(customer: Customer, *, after: str = "", before: str = "", size: int = 20) -> Page[Payment]:
    """Return one page of a customer's (in scope) payments, the newest first."""
    payments = Payment.objects.filter(customer=customer).select_related("order")
    return keyset_page(payments, NEWEST_PAYMENTS_FIRST, after=after, before=before, size=size)


def bought_products(
    customer: Customer, start: date, end: date, limit: int = 10, *, lowest_margin: bool = False
) -> list[ProductRow]:
    """Return the merchandise a customer (in scope) bought most of in [start, end), by net revenue.

    With ``lowest_margin`` what earned least for its revenue, where the cost is known.
    """
    lines = OrderLine.objects.filter(
        customer=customer, ordered_on__gte=start, ordered_on__lt=end, product__not_merchandise=False
    ).exclude(order__status=OrderStatus.CANCELLED)  # whose lines keep their quantities, though no revenue
    totals = lines.values("product__sku", "product__name").annotate(
        quantities=Sum("quantity"),
        revenue=Sum("revenue_cents"),
        costed=Sum("revenue_cents", filter=Q(cost_cents__isnull=False)),
        cost=Sum("cost_cents"),
    )
    if lowest_margin:
        costed = NullIf(Cast("costed", FloatField()), Value(0.0))
        totals = totals.annotate(rate=Value(1.0) - Cast("cost", FloatField()) / costed).order_by(
            F("rate").asc(nulls_last=True), "product__sku"
        )
    else:
        totals = totals.order_by("-revenue", "product__sku")
    return [
        ProductRow(
            sku=row["product__sku"],
            name=row["product__name"],
            quantity=row["quantities"],
            revenue_cents=row["revenue"],
            margin=(row["costed"] - row["cost"]) / row["costed"] if row["costed"] else None,
        )
        for row in totals[:limit]
    ]


def monthly_revenue(customer: Customer, start: date, end: date) -> list[MonthRow]:
    """Return a customer's (in scope) net revenue for each month of [start, end) that has lines."""
    lines = OrderLine.objects.filter(customer=customer, ordered_on__gte=start, ordered_on__lt=end)
    months = lines.annotate(month=TruncMonth("ordered_on")).values("month").order_by("month")
    return [MonthRow(row["month"], row["revenue"]) for row in months.annotate(revenue=Sum("revenue_cents"))]


def _order_rows(orders: Iterable[Mapping[str, Any]]) -> list[OrderRow]:
    """Complete orders with their amounts, in one query for all."""
    found = list(orders)
    lines = OrderLine.objects.filter(order__in=[row["id"] for row in found])
    totals = {
        order: (count, cents)
        for order, count, cents in lines.order_by()
        .values_list("order")
        .annotate(Count("id"), Sum("revenue_cents"))
    }
    return [_order_row(row, *totals.get(row["id"], (0, 0))) for row in found]


def _order_row(row: Mapping[str, Any], lines: int, amount_cents: int) -> OrderRow:
    return OrderRow(
        id=row["id"],
        number=row["number"],
        ordered_on=row["ordered_on"],
        status=row["status"],
        status_label=_STATUSES[row["status"]],
        customer_id=row["customer_id"],
        customer=row["customer__name"] or "",
        region=region_name(row["region__name"], row["region__english_name"]),
        salesperson=row["salesperson__name"] or "",
        promised_on=row["promised_on"],
        delivered_on=row["delivered_on"],
        days_late=_days_late(row["promised_on"], row["delivered_on"]),
        lines=lines,
        amount_cents=amount_cents,
    )


def _line(line: OrderLine) -> LineRow:
    return LineRow(
        line_no=line.line_no,
        sku=line.product.sku,
        product=str(line.product),
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        amount=line.amount,
        revenue_cents=line.revenue_cents,
        margin_cents=None if line.cost_cents is None else line.revenue_cents - line.cost_cents,
        not_merchandise=line.product.not_merchandise,
    )


def _margin_of(lines: list[LineRow]) -> int | None:
    """The margin of an order; not known while the cost of a line is not."""
    margins = [line.margin_cents for line in lines if line.margin_cents is not None]
    return sum(margins) if len(margins) == len(lines) else None


def _days_late(promised_on: date | None, delivered_on: date | None) -> int:
    """Return how many days after the promise an order was delivered, 0 when in time or not known."""
    return max(0, (delivered_on - promised_on).days) if promised_on and delivered_on else 0
