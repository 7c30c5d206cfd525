"""Columns that several kinds of files have."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.imports.cleaning import choices, numbers
from customers.imports.cleaning.text import code_cleaner, text_cleaner
from customers.imports.columns.base import Column, always

NAME_LENGTH = 200
NUMBER_LENGTH = 60
TITLE_LENGTH = 300
NOTES_LENGTH = 10_000
PLACE_LENGTH = 100
PERSON_LENGTH = 150

name = always(text_cleaner(NAME_LENGTH))
number = always(code_cleaner(NUMBER_LENGTH))
person = always(text_cleaner(PERSON_LENGTH))
notes = always(text_cleaner(NOTES_LENGTH))
place = always(text_cleaner(PLACE_LENGTH))

CUSTOMER_CODE = Column(
    "customer_code",
    _("customer code"),
    "CustomerID|Customer ID|Customer No|Customer Number|Cust ID|Cust No|Client ID|Account ID"
    "|Account Code|Account Number|Buyer ID|Member ID|客户编号|客户编码|客户代码|客户号|客户ID"
    "|会员编号|会员号|会员ID|买家编号|购货单位编码",
    always(code_cleaner()),
)
CUSTOMER_NAME = Column(
    "customer_name",
    _("customer name"),
    "Customer|Client|Client Name|Account Name|Company|Company Name|Buyer|Buyer Name|客户名称|客户"
    "|客户姓名|公司名称|单位名称|购货单位|购买方|买家|买家名称|会员姓名|会员名称",
    name,
)
SKU = Column(
    "sku",
    _("SKU"),
    "StockCode|Stock Code|Product ID|Product Code|Product No|Item Code|Item ID|Item No|Item Number"
    "|Material Number|Part Number|商品编号|商品编码|商品代码|商品ID|产品编号|产品编码|产品代码|产品ID"
    "|货号|物料编码|物料号|存货编码|规格编码",
    number,
)
PRODUCT_NAME = Column(
    "product_name",
    _("product name"),
    "Product|Item|Item Name|Product Title|Description|Product Description|Item Description|商品名称"
    "|产品名称|商品|产品|品名|货品名称|物料名称|存货名称|宝贝标题|商品描述",
    always(text_cleaner(TITLE_LENGTH)),
)
CATEGORY = Column(
    "category",
    _("category"),
    "Product Category|Item Category|商品类别|产品类别|类别|品类|商品分类|产品分类|分类",
    name,
)
SUBCATEGORY = Column(
    "subcategory",
    _("subcategory"),
    "Sub-Category|Product Subcategory|子类别|子类|二级类别|二级分类|小类",
    name,
)
NOT_MERCHANDISE = Column(
    "not_merchandise",
    _("not merchandise"),
    "Non-merchandise|Non Product|非商品|是否非商品",
    always(choices.yes_no),
)
# The product that something happened with. Its longer descriptions are left to what happened.
CONCERNED_PRODUCT = Column(
    "product_name",
    _("product name"),
    "Product|Item|商品|产品|商品名称|产品名称|涉及产品",
    name,
)
CURRENCY = Column(
    "currency",
    _("currency"),
    "Currency Code|Curr|Currency ISO Code|币种|货币|币别|结算币种",
    always(numbers.currency),
)
EXCHANGE_RATE = Column(
    "exchange_rate",
    _("exchange rate"),
    "FX Rate|Rate of Exchange|Conversion Rate|汇率|折算汇率|记账汇率",
    always(numbers.exchange_rate),
)
NOTES = Column(
    "notes",
    _("notes"),
    "Note|Comment|Comments|Remark|Remarks|Memo|备注|说明|附注|摘要",
    notes,
)
PLACE = (
    Column(
        "region",
        _("region"),
        "Sales Region|Area|Territory|Sales Area|区域|地区|大区|销售区域|所属区域|所在地区|所属地区",
        place,
    ),
    Column(
        "country",
        _("country"),
        "Country Name|Country/Region|Country Code|Billing Country|Shipping Country|Nation|国家|国别"
        "|国家地区|所在国家",
        place,
    ),
    Column(
        "province",
        _("province"),
        "State|State/Province|Province/State|Billing State|Billing State/Province|Shipping State"
        "|Shipping State/Province|County|省份|省|省市|省/直辖市|所在省份|所在省",
        place,
    ),
    Column(
        "city",
        _("city"),
        "Town|City/Town|Billing City|Shipping City|Suburb|城市|市|地市|所在城市|所在市",
        place,
    ),
    Column(
        "district",
        _("district"),
        "区县|区|县|县区|市区县|所在区县|行政区",
        place,
    ),
)


def rep_column(field: str, label: str | Promise, more: str = "") -> Column:
    """The colleague who sold, called or handled; ``more`` are headers beside the usual ones, each after a "|"."""
    headers = (
        "Rep|Sales Rep|Salesperson|Sales Person|Salesman|Account Manager|Handled By|Agent|Owner"
        "|业务员|销售员|销售人员|销售代表|客户经理|经办人|跟进人|负责人"
    )
    return Column(field, label, headers + more, person)
