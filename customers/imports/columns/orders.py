"""Orders: flat files, one row an order line."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.imports.cleaning import choices
from customers.imports.cleaning.dates import date_cleaner, moment_cleaner
from customers.imports.cleaning.numbers import (
    Money,
    decimal_cleaner,
    money_cleaner,
    rate_cleaner,
    whole_number,
)
from customers.imports.columns import shared
from customers.imports.columns.base import (
    Column,
    FieldError,
    Layout,
    Setting,
    Values,
    always,
    day_and_moment,
    one_currency,
    place_of,
)
from customers.imports.kinds import Kind
from customers.imports.rows import OrderLineRow
from customers.imports.sources.base import SourceProfile

_ONE = Decimal(1)

COLUMNS = (
    Column(
        "order_number",
        _("order number"),
        "InvoiceNo|Invoice|Invoice No|Invoice Number|Invoice ID|Order ID|Order No|Order|Order Code"
        "|Sales Order|Sales Order No|SO Number|Transaction ID|Receipt No|订单号|订单编号|订单ID|订单号码"
        "|订单编码|发票号|发票号码|单号|单据编号|单据号|销售单号|销售订单号|交易号|流水号",
        shared.number,
    ),
    Column(
        "original_order_number",
        _("original order number"),
        "Original Order|Original Invoice|Original Invoice No|原订单号|原单号|原订单编号|关联订单号|源单号",
        shared.number,
    ),
    Column(
        "line_no",
        _("line"),
        "Line|Line Number|Line ID|Order Line|Item Line|行号|明细行号|分录号",
        always(whole_number),
    ),
    Column(
        "ordered_on",
        _("ordered on"),
        "InvoiceDate|Invoice Date|Order Date|Order Time|Ordered At|Ordered|Date of Order|Purchase Date"
        "|Transaction Date|Sale Date|Sales Date|Date|下单日期|下单时间|订单日期|订单时间|订货日期"
        "|订货时间|购买日期|购买时间|交易日期|交易时间|销售日期|单据日期|开票日期|日期|订单创建时间"
        "|成交时间",
        moment_cleaner,
        required=True,
        is_date=True,
    ),
    shared.CUSTOMER_CODE,
    shared.CUSTOMER_NAME,
    shared.SKU,
    shared.PRODUCT_NAME,
    shared.CATEGORY,
    shared.SUBCATEGORY,
    Column(
        "quantity",
        _("quantity"),
        "Qty|Order Quantity|Units|Units Sold|Pieces|Count|数量|订货数量|订购数量|销售数量|购买数量|件数"
        "|订单数量|出库数量",
        decimal_cleaner,
    ),
    Column(
        "unit_price",
        _("unit price"),
        "Price|Price Each|Unit Cost Price|Sales Price|Selling Price|Price per Unit|单价|销售单价|成交单价"
        "|价格|含税单价|商品单价|售价",
        money_cleaner,
    ),
    Column(
        "discount_rate",
        _("discount"),
        "Discount|Discount %|Discount Percent|Disc|折扣|折扣率|折扣比例",
        rate_cleaner,
    ),
    Column(
        "discount_amount",
        _("discount amount"),
        "Discount Value|Rebate|折扣金额|折扣额|优惠金额|优惠|减免金额",
        money_cleaner,
    ),
    Column(
        "line_total",
        _("line total"),
        "Sales|Sales Amount|Amount|Line Amount|Total|Total Price|Total Amount|Net Amount|Revenue"
        "|Extended Price|Subtotal|Turnover|金额|销售额|销售金额|总价|小计|总金额|订单金额|成交金额"
        "|实付金额|应收金额|价税合计|含税金额|合计",
        money_cleaner,
    ),
    Column(
        "unit_cost",
        _("unit cost"),
        "Cost Price|Cost per Unit|Purchase Price|成本单价|单位成本|成本价|进价|采购单价",
        money_cleaner,
    ),
    Column(
        "line_cost",
        _("line cost"),
        "Cost|COGS|Cost of Goods|Total Cost|Line Cost Amount|成本|成本金额|销售成本|总成本",
        money_cleaner,
    ),
    Column(
        "profit",
        _("profit"),
        "Gross Profit|Margin|Gross Margin|Line Profit|利润|毛利|毛利额|销售毛利",
        money_cleaner,
    ),
    shared.CURRENCY,
    shared.EXCHANGE_RATE,
    Column(
        "line_type",
        _("sale or return"),
        "Order Type|Transaction Type|Document Type|Sale Type|单据类型|业务类型|交易类型|订单类型|销售类型",
        always(choices.choice_cleaner(choices.LINE_TYPE)),
    ),
    Column(
        "status",
        _("status"),
        "Order Status|订单状态|状态|单据状态",
        always(choices.choice_cleaner(choices.ORDER_STATUS)),
    ),
    shared.rep_column("salesperson", _("salesperson")),
    Column(
        "promised_on",
        _("promised on"),
        "Promised Date|Due Date|Required Date|Requested Delivery Date|Expected Delivery|承诺交货日期"
        "|约定交货日期|要求交货日期|预计交货日期|交货期|预计发货日期",
        date_cleaner,
        is_date=True,
    ),
    Column(
        "delivered_on",
        _("delivered on"),
        "Ship Date|Shipped Date|Shipped On|Delivery Date|Delivered|Delivered At|Shipping Date|发货日期"
        "|发货时间|交货日期|送货日期|送达日期|签收日期|出库日期",
        date_cleaner,
        is_date=True,
    ),
    shared.NOT_MERCHANDISE,
    shared.NOTES,
    *shared.PLACE,
)


def compose(values: Values, setting: Setting) -> OrderLineRow:
    """Make an order line of one row's cleaned cells.

    A missing total is quantity × unit price, less the discounts. A row that says "return" in words, or whose total
    alone is negative, has a negative quantity. Without a number, the orders of a customer on one day are one order.

    Raises:
        FieldError: the cells don't fit together.
    """
    get = values.get
    ordered_on, ordered_at = day_and_moment(values["ordered_on"])
    if ordered_on is None:
        raise TypeError("ordered_on is required")  # the caller rejects blank required cells before
    quantity, total = _quantity_and_total(values)
    number = get("order_number") or _number_of_the_day(values, f"{ordered_on:%Y%m%d}")
    sku, profile, price = get("sku"), setting.profile, get("unit_price")
    discount, unit_cost = get("discount_amount"), get("unit_cost")
    return OrderLineRow(
        order_number=number,
        ordered_on=ordered_on,
        quantity=quantity,
        line_total=total,
        ordered_at=ordered_at,
        line_no=get("line_no"),
        original_order_number=get("original_order_number"),
        customer_code=get("customer_code"),
        customer_name=get("customer_name"),
        region=place_of(values, profile),
        sku=sku,
        product_name=get("product_name"),
        category=get("category"),
        subcategory=get("subcategory"),
        unit_price=None if price is None else price.amount,
        discount_rate=get("discount_rate"),
        discount_amount=None if discount is None else discount.amount,
        unit_cost=None if unit_cost is None else unit_cost.amount,
        line_cost=_cost(values, quantity, total),
        currency=one_currency(
            get("currency"),
            price,
            get("line_total"),
            discount,
            unit_cost,
            get("line_cost"),
            get("profit"),
        ),
        exchange_rate=get("exchange_rate"),
        status=get("status"),
        salesperson=get("salesperson"),
        promised_on=get("promised_on"),
        delivered_on=get("delivered_on"),
        notes=get("notes"),
        is_return=quantity < 0 if profile is None else profile.is_return(number, quantity),
        not_merchandise=_not_merchandise(get("not_merchandise"), sku, profile),
    )


def _quantity_and_total(values: Values) -> tuple[Decimal, Decimal]:
    quantity: Decimal | None = values.get("quantity")
    stated: Money | None = values.get("line_total")
    price: Money | None = values.get("unit_price")
    if stated is not None:
        total = stated.amount
        if quantity is None:
            quantity = -_ONE if total < 0 else _ONE
        elif quantity < 0 < total:
            raise FieldError("line_total", gettext("The quantity is negative and the total is not."))
    elif quantity is None:
        raise FieldError("quantity", gettext("The quantity is empty."))
    elif price is None:
        raise FieldError("unit_price", gettext("Both the unit price and the line total are empty."))
    else:
        total = _discounted(quantity * price.amount, values)
    if values.get("line_type") == "return" and quantity > 0:
        return -quantity, -abs(total)
    return quantity, total


def _discounted(gross: Decimal, values: Values) -> Decimal:
    rate: Decimal | None = values.get("discount_rate")
    amount: Money | None = values.get("discount_amount")
    net = gross if rate is None else gross * (1 - rate)
    return net if amount is None else net - abs(amount.amount).copy_sign(gross)


def _cost(values: Values, quantity: Decimal, total: Decimal) -> Decimal | None:
    """The cost of the line's goods, with the sign of its quantity: stated, by the piece, or the total less profit."""
    line, unit, profit = values.get("line_cost"), values.get("unit_cost"), values.get("profit")
    if line is not None:
        return abs(Decimal(line.amount)).copy_sign(quantity)
    if unit is not None:
        return Decimal(unit.amount) * quantity
    return None if profit is None else total - Decimal(profit.amount)


def _number_of_the_day(values: Values, day: str) -> str:
    customer = values.get("customer_code") or values.get("customer_name")
    if customer is None:
        message = gettext("A row with neither order number nor customer cannot be told from others.")
        raise FieldError("order_number", message)
    return number_of_the_day(customer, day)


def number_of_the_day(customer: str, day: str) -> str:
    """Return the number of the one order that a customer's lines of a day (YYYYMMDD) make without a number."""
    return f"{customer}-{day}"


def _not_merchandise(stated: bool | None, sku: str | None, profile: SourceProfile | None) -> bool:
    if stated is not None:
        return stated
    return profile is not None and sku is not None and not profile.is_merchandise(sku)


LAYOUT = Layout(
    kind=Kind.ORDERS,
    columns=COLUMNS,
    needs=(
        ("ordered_on",),
        ("customer_code", "customer_name"),
        ("unit_price", "line_total"),
        ("quantity", "line_total"),
    ),
    compose=compose,
)
