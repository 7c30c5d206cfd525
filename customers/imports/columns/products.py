"""Products with their prices and costs."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from customers.imports.cleaning.dates import date_cleaner
from customers.imports.cleaning.numbers import money_cleaner
from customers.imports.cleaning.text import text_cleaner
from customers.imports.columns import shared
from customers.imports.columns.base import Column, Layout, Setting, Values, always, one_currency
from customers.imports.kinds import Kind
from customers.imports.rows import ProductRow

COLUMNS = (
    replace(shared.SKU, headers=shared.SKU.headers + "|ID|Code|编号|编码|代码", required=True),
    Column(
        "name",
        _("name"),
        shared.PRODUCT_NAME.headers + "|Product Name|Title|名称|全称",
        always(text_cleaner(shared.TITLE_LENGTH)),
    ),
    replace(shared.CATEGORY, headers=shared.CATEGORY.headers + "|Product Group|大类"),
    shared.SUBCATEGORY,
    Column(
        "unit",
        _("unit"),
        "Unit of Measure|UoM|单位|计量单位",
        shared.name,
    ),
    Column(
        "list_price",
        _("list price"),
        "Price|Unit Price|Retail Price|Standard Price|Catalog Price|标价|定价|零售价|价格|单价|销售价"
        "|标准售价|吊牌价",
        money_cleaner,
    ),
    Column(
        "unit_cost",
        _("cost"),
        "Cost|Cost Price|Standard Cost|Purchase Price|成本|成本价|单位成本|进价|采购价|标准成本",
        money_cleaner,
    ),
    Column(
        "cost_valid_from",
        _("cost valid from"),
        "Cost From|Cost Date|Cost Effective Date|Valid From|成本生效日期|成本日期|生效日期",
        date_cleaner,
        is_date=True,
    ),
    shared.CURRENCY,
    Column(
        "launched_on",
        _("launched on"),
        "Launch Date|Launched|Release Date|上市日期|上市时间|上架日期|推出日期",
        date_cleaner,
        is_date=True,
    ),
    shared.NOT_MERCHANDISE,
)


def compose(values: Values, _setting: Setting) -> ProductRow:
    """Make a product of one row's cleaned cells; one without a name is called by its SKU.

    Raises:
        FieldError: its amounts are in different currencies.
    """
    get = values.get
    price, cost = get("list_price"), get("unit_cost")
    return ProductRow(
        sku=values["sku"],
        name=get("name") or values["sku"],
        category=get("category"),
        subcategory=get("subcategory"),
        unit=get("unit"),
        list_price=None if price is None else price.amount,
        unit_cost=None if cost is None else cost.amount,
        cost_valid_from=get("cost_valid_from"),
        currency=one_currency(get("currency"), price, cost),
        launched_on=get("launched_on"),
        not_merchandise=get("not_merchandise"),
    )


LAYOUT = Layout(kind=Kind.PRODUCTS, columns=COLUMNS, needs=(("sku",),), compose=compose)
