"""Which column feeds which field."""

from pathlib import Path
from typing import Any

import pytest

from customers.imports.context import DateOrder
from customers.imports.kinds import Kind
from customers.imports.matching import match_columns, read_mapping_file
from customers.imports.problems import MappingProblem, MissingColumns, MissingFile
from tests.customers.imports.conftest import Reading


def fed(reading: Reading, kind: str, headers: str, wishes: dict[str, Any] | None = None) -> dict[str, str]:
    mapping = match_columns(Kind(kind), reading(f"{headers}\n{headers.replace(' ', 'x')}\n"), wishes)
    return {name: source.header for name, source in mapping.sources.items()}


@pytest.mark.parametrize(
    ("kind", "headers", "fields"),
    [
        (
            "orders",
            "订单号,下单日期,客户编号,客户名称,商品编号,商品名称,数量,单价,金额,业务员,省份,城市",
            "order_number ordered_on customer_code customer_name sku product_name quantity unit_price line_total "
            "salesperson province city",
        ),
        (
            "orders",
            "Order ID,Order Date,Ship Date,Customer ID,Customer Name,Country,City,State,Region,Product ID,Category,"
            "Sub-Category,Product Name,Sales,Quantity,Discount,Profit",
            "order_number ordered_on delivered_on customer_code customer_name country city province region "
            "sku category subcategory product_name line_total quantity discount_rate profit",
        ),
        ("orders", "customer_id,date,quantity,amount_usd", "customer_code ordered_on quantity line_total"),
        (
            "customers",
            "客户编号,客户名称,手机,电子邮箱,区域,省份,城市,行业,企业性质,经营模式,统一社会信用代码,负责人",
            "code name mobile email region province city industry ownership_type business_model "
            "unified_social_credit_code owner",
        ),
        ("products", "商品编号,商品名称,类别,标价,成本", "sku name category list_price unit_cost"),
        (
            "payments",
            "客户编号,订单号,应付日期,付款日期,付款金额",
            "customer_code order_number due_on paid_on amount",
        ),
        (
            "interactions",
            "客户编号,日期,类型,方式,内容",
            "customer_code occurred_on response_type channel body",
        ),
        (
            "complaints",
            "客户编号,投诉日期,投诉类型,处理结果",
            "customer_code reported_on complaint_type resolution",
        ),
    ],
)
def test_common_headers_are_recognised(reading: Reading, kind: str, headers: str, fields: str) -> None:
    assert fed(reading, kind, headers) == dict(zip(fields.split(), headers.split(","), strict=True))


def test_of_several_headers_that_fit_the_surest_feeds_the_field(reading: Reading) -> None:
    found = fed(reading, "customers", "Shipping City,Name,Account Number,ID,City")
    assert (found["code"], found["city"]) == ("ID", "City")


def test_of_duplicate_headers_the_first_is_used_and_the_other_reported(reading: Reading) -> None:
    mapping = match_columns(Kind.CUSTOMERS, reading("name,city,city\nx,y,z\n"))
    assert mapping.sources["city"].index == 1
    assert mapping.unmatched == ("city (2)",)


def test_missing_columns_are_told_with_those_that_were_found(reading: Reading) -> None:
    mapping = match_columns(Kind.ORDERS, reading("订单号,数量,颜色\nS1,2,红\n"))
    assert mapping.missing == (
        ("ordered_on",),
        ("customer_code", "customer_name"),
        ("unit_price", "line_total"),
    )
    with pytest.raises(MissingColumns, match=r"ordered on .ordered_on.*Line 1 has: 订单号, 数量, 颜色"):
        mapping.require_complete()


def test_what_somebody_said_goes_before_the_dictionary(reading: Reading) -> None:
    wishes = {"code": "city", "city": None, "source": {"constant": "展会"}}
    mapping = match_columns(Kind.CUSTOMERS, reading("name,code,City\na,b,c\n"), wishes)
    assert mapping.sources["code"].header == "City"
    assert (mapping.constants, mapping.unmatched) == ({"source": "展会"}, ("code",))


def test_a_constant_can_be_what_is_needed(reading: Reading) -> None:
    wishes = {
        "customer_code": {"constant": "C1"},
        "ordered_on": {"header": "day", "date_order": "month first"},
    }
    mapping = match_columns(Kind.ORDERS, reading("day,amount\n1,2\n"), wishes)
    mapping.require_complete()
    assert mapping.date_orders == {"ordered_on": DateOrder.MONTH_FIRST}


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"custmer_code": "name"}, "“custmer_code”.* no field of orders. Possible: customer_code"),
        ({"sku": "Article"}, "no such column. It has: name, code"),
        ({"sku": {"constant": 5}}, "must be a header"),
        ({"sku": ["name"]}, "must be a header"),
        ({"sku": {"header": "name", "format": "x"}}, "must be a header"),
        ({"ordered_on": {"header": "name", "date_order": "days first"}}, "day first"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(reading: Reading, wishes: dict[str, Any], message: str) -> None:
    with pytest.raises(MappingProblem, match=message):
        match_columns(Kind.ORDERS, reading("name,code\na,b\n"), wishes)


def test_a_mapping_file_is_an_object_of_json(tmp_path: Path) -> None:
    path = tmp_path / "mapping.json"
    path.write_text('\ufeff{"sku": "货号"}', encoding="utf-8")
    assert read_mapping_file(path) == {"sku": "货号"}


@pytest.mark.parametrize("content", [b"[]", b"{", b"\xff", b'"x"'])
def test_a_mapping_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mapping.json"
    path.write_bytes(content)
    with pytest.raises(MappingProblem):
        read_mapping_file(path)


def test_a_missing_mapping_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match=r"nowhere\.json"):
        read_mapping_file(tmp_path / "nowhere.json")
