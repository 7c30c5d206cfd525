"""Rows that are no records are set aside and said to be; records that look like them are not."""

import pytest

from tests.customers.imports.conftest import Parsing

ORDERS = "订单号,下单日期,客户名称,商品名称,数量,单价,金额\nS1,2024-01-02,张三,茶,2,5,10\n"


@pytest.mark.parametrize(
    "row",
    [
        "合计,,,,2,,10",
        ",,,合 计：,2,,10.00",
        '总计,,,,,,"¥1,234.50"',
        "Total,,,,2,,10",
        "小计,,,,2,,100%",
        "GRAND TOTAL,,,,,,",
    ],
)
def test_a_row_of_totals_is_no_order(parsing: Parsing, row: str) -> None:
    _order, totals = parsing("orders", f"{ORDERS}{row}\n")
    assert (totals.row, totals.problems, totals.aside) == (None, (), "The row holds totals.")


def test_the_column_names_again_are_no_order(parsing: Parsing) -> None:
    names, _order = ORDERS.splitlines()
    assert parsing("orders", f"{ORDERS}{names}\n")[1].aside == "The row repeats the column names."


def test_a_row_that_says_more_than_numbers_is_an_order_with_a_fault(parsing: Parsing) -> None:
    result = parsing("orders", f"{ORDERS}合计,2024-01-03,李四,茶,2,5,10\n")[1]
    assert result.row is not None
    assert parsing("orders", f"{ORDERS}合计,,李四,茶,2,5,10\n")[1].problems


def test_a_customer_may_be_called_total(parsing: Parsing) -> None:
    first, second, third = parsing("customers", "名称,电话\nTotal,13800138000\nTotal,\n张三,\n")
    assert first.row is not None
    assert second.aside
    assert third.row is not None
