"""Payments made and awaited."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.imports.cleaning.dates import date_cleaner
from customers.imports.cleaning.numbers import Money, money_cleaner
from customers.imports.cleaning.text import text_cleaner
from customers.imports.columns import shared
from customers.imports.columns.base import Column, FieldError, Layout, Setting, Values, always, one_currency
from customers.imports.kinds import Kind
from customers.imports.rows import PaymentRow

COLUMNS = (
    Column(
        "reference",
        _("reference"),
        "Payment ID|Payment No|Payment Number|Payment Reference|Receipt No|Transaction ID|Voucher No"
        "|付款单号|收款单号|付款编号|收款编号|流水号|交易流水号|凭证号|单号|单据编号",
        shared.number,
    ),
    shared.CUSTOMER_CODE,
    shared.CUSTOMER_NAME,
    Column(
        "order_number",
        _("order number"),
        "Order ID|Order No|Order|Invoice|Invoice No|Invoice Number|订单号|订单编号|发票号|发票号码|销售单号",
        shared.number,
    ),
    Column(
        "due_on",
        _("due on"),
        "Due Date|Due|Payment Due|应付日期|应收日期|到期日|到期日期|付款期限|约定付款日期",
        date_cleaner,
        is_date=True,
    ),
    Column(
        "paid_on",
        _("paid on"),
        "Paid|Paid Date|Payment Date|Date Paid|Received On|Received Date|Date|付款日期|付款时间|收款日期"
        "|收款时间|到账日期|到账时间|实付日期|回款日期|日期",
        date_cleaner,
        is_date=True,
    ),
    Column(
        "amount",
        _("amount"),
        "Payment|Payment Amount|Amount Paid|Paid Amount|Received Amount|Total|付款金额|收款金额|金额"
        "|回款金额|实付金额|到账金额|实收金额",
        money_cleaner,
        required=True,
    ),
    shared.CURRENCY,
    shared.EXCHANGE_RATE,
    Column(
        "account",
        _("account"),
        "Bank Account|Payment Account|Method|Payment Method|账户|收款账户|付款账户|银行账户|付款方式"
        "|收款方式|支付方式",
        always(text_cleaner(100)),
    ),
    shared.NOTES,
)


def compose(values: Values, _setting: Setting) -> PaymentRow:
    """Make a payment of one row's cleaned cells.

    Raises:
        FieldError: neither customer nor order is named, or neither the day due nor the day paid.
    """
    get = values.get
    amount: Money = values["amount"]
    if not (get("customer_code") or get("customer_name") or get("order_number")):
        raise FieldError("customer_code", gettext("The payment names neither a customer nor an order."))
    if get("due_on") is None and get("paid_on") is None:
        raise FieldError("paid_on", gettext("The payment has neither a due date nor a date paid."))
    return PaymentRow(
        amount=amount.amount,
        reference=get("reference"),
        customer_code=get("customer_code"),
        customer_name=get("customer_name"),
        order_number=get("order_number"),
        due_on=get("due_on"),
        paid_on=get("paid_on"),
        currency=one_currency(get("currency"), amount),
        exchange_rate=get("exchange_rate"),
        account=get("account"),
        notes=get("notes"),
    )


LAYOUT = Layout(
    kind=Kind.PAYMENTS,
    columns=COLUMNS,
    needs=(("amount",), ("customer_code", "customer_name", "order_number"), ("paid_on", "due_on")),
    compose=compose,
)
