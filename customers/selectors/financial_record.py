"""The computed financial record of a customer (财务资料): nothing in it is ever typed in.

Money is whole cents of the company currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    Min,
    Q,
    Sum,
    Value,
)
from django.db.models.functions import Greatest

from crm.prepared import Prepared, Slot
from customers.models import (
    AccountType,
    CreditAccount,
    Customer,
    OpeningBalance,
    Order,
    OrderStatus,
    Payment,
)
from customers.models.finance import COUNTED

_ACCOUNT_TYPES = dict(AccountType.choices)
# The rows behind a figure, which the lists of orders and payments keep by these conditions too.
WAITING = Q(status=OrderStatus.CONFIRMED, delivered_on=None)
PAID_FOR_AN_ORDER = Q(paid_on__isnull=False, order__isnull=False)
PAID_WITH_A_DUE_DAY = Q(paid_on__isnull=False, due_on__isnull=False)
_TO_PAY = ExpressionWrapper(F("paid_on") - F("order__ordered_on"), output_field=DurationField())
_LATE = Greatest(
    ExpressionWrapper(F("paid_on") - F("due_on"), output_field=DurationField()), Value(timedelta(0))
)

# Every record asks these, and nothing in them depends on who looks; without a row, a customer has what follows each.
_ACCOUNTS = Prepared(
    lambda: CreditAccount.objects.filter(customer=Slot("customer")).values(
        "account_type", "credit_limit", "payment_terms_days"
    )
)
_NO_ACCOUNT: dict[str, Any] = {"account_type": "", "credit_limit": None, "payment_terms_days": None}
_OPENINGS = Prepared(
    lambda: OpeningBalance.objects.filter(customer=Slot("customer")).values(
        "until", "first_order_on", "last_order_on", "orders", "revenue", "receivable"
    )
)
_NO_OPENING: dict[str, Any] = {
    "until": None,
    "first_order_on": None,
    "last_order_on": None,
    "orders": 0,
    "revenue": Decimal(0),
    "receivable": Decimal(0),
}
_TRADED = Prepared(
    lambda: (
        Order.objects.filter(customer=Slot("customer"), status__in=COUNTED)
        .order_by()
        .values("customer")
        .annotate(
            first=Min("ordered_on"),
            last=Max("ordered_on"),
            orders=Count("id", distinct=True),
            revenue=Sum("lines__revenue_cents", default=0),
            open_cents=Sum("lines__revenue_cents", filter=WAITING, default=0),
            open_orders=Count("lines__order", filter=WAITING, distinct=True),
        )
    )
)
_NOT_TRADED: dict[str, Any] = {
    "first": None,
    "last": None,
    "orders": 0,
    "revenue": 0,
    "open_cents": 0,
    "open_orders": 0,
}
_PAID = Prepared(
    lambda: (
        Payment.objects.filter(customer=Slot("customer"))
        .order_by()
        .values("customer")
        .annotate(
            payments=Count("id"),
            to_pay=Avg(_TO_PAY, filter=PAID_FOR_AN_ORDER),
            late=Avg(_LATE, filter=PAID_WITH_A_DUE_DAY),
            unpaid=Sum("amount_cents", filter=Q(paid_on=None), default=0),
        )
    )
)
_NOT_PAID: dict[str, Any] = {"payments": 0, "to_pay": None, "late": None, "unpaid": 0}
# What financial_record asks of a customer, to be asked ahead.
ASKED = (_ACCOUNTS, _OPENINGS, _TRADED, _PAID)


@dataclass(frozen=True, slots=True)
class FinancialRecord:
    """A customer's computed financial record (财务资料): nothing in it is ever typed in.

    History from before the system (the opening balance) is part of the first and last order, of the number of
    orders, of the average order value and of what is unpaid, ``unpaid_before_cents`` of it; ``first_is_before`` and
    ``last_is_before`` say that such an order is of that history, and has no row here. Days are averages over settled
    payments, to pay over those for an order, late over those with a due day; paying early is not late.
    """

    account_type: str
    credit_limit: Decimal | None
    payment_terms_days: int | None
    first_order_on: date | None
    last_order_on: date | None
    orders: int
    average_order_cents: int | None
    open_orders: int
    open_order_cents: int
    payments: int
    average_days_to_pay: float | None
    average_days_late: float | None
    unpaid_cents: int
    unpaid_before_cents: int
    history_until: date | None
    first_is_before: bool
    last_is_before: bool


def financial_record(customer: Customer) -> FinancialRecord:
    """Compute the financial record of a customer (in scope) from its rows: two queries, and two for its account."""
    account = _ACCOUNTS.one(customer=customer.pk) or _NO_ACCOUNT
    opening = _OPENINGS.one(customer=customer.pk) or _NO_OPENING
    traded = _TRADED.one(customer=customer.pk) or _NOT_TRADED
    orders = traded["orders"] + opening["orders"]
    first = _earliest(traded["first"], opening["first_order_on"])
    last = traded["last"] or opening["last_order_on"]
    revenue = traded["revenue"] + _cents(opening["revenue"])
    return FinancialRecord(
        account_type=str(_ACCOUNT_TYPES.get(account["account_type"], "")),
        credit_limit=account["credit_limit"],
        payment_terms_days=account["payment_terms_days"],
        first_order_on=first,
        last_order_on=last,
        orders=orders,
        average_order_cents=_mean(revenue, orders),
        open_orders=traded["open_orders"],
        open_order_cents=traded["open_cents"],
        history_until=opening["until"],
        first_is_before=first != traded["first"],
        last_is_before=last != traded["last"],
        **_payment_behaviour(customer, _cents(opening["receivable"])),
    )


def _payment_behaviour(customer: Customer, before_cents: int) -> dict[str, Any]:
    """Return how a customer pays: averages over settled payments, and what is still unpaid, with that of before."""
    found = _PAID.one(customer=customer.pk) or _NOT_PAID
    return {
        "payments": found["payments"],
        "average_days_to_pay": _in_days(found["to_pay"]),
        "average_days_late": _in_days(found["late"]),
        "unpaid_cents": found["unpaid"] + before_cents,
        "unpaid_before_cents": before_cents,
    }


def _earliest(*days: date | None) -> date | None:
    return min((each for each in days if each), default=None)


def _cents(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _mean(cents: int, count: int) -> int | None:
    return int((Decimal(cents) / count).quantize(Decimal(1), ROUND_HALF_UP)) if count else None


def _in_days(duration: timedelta | None) -> float | None:
    return duration / timedelta(days=1) if duration is not None else None
