"""Every row becomes one typed row, or one rejection with all its reasons."""

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.imports.parsing import RowResult
from customers.imports.problems import AmbiguousDates, FileProblem, MappingProblem, UnclosedQuote
from customers.imports.rows import (
    ComplaintRow,
    Contact,
    CustomerRow,
    InteractionRow,
    OrderLineRow,
    PaymentRow,
    Place,
    ProductRow,
)
from tests.customers.imports.conftest import Parsing
from tests.customers.imports.workbooks import xlsx

ORDERS = "订单号,下单日期,客户编号,商品编号,数量,单价"


def order(parsing: Parsing, headers: str, line: str) -> OrderLineRow:
    (result,) = parsing("orders", f"{headers}\n{line}\n")
    assert isinstance(result.row, OrderLineRow), result.problems
    return result.row


def reasons(result: RowResult) -> dict[str, str]:
    return {problem.field: problem.message for problem in result.problems}


def test_an_order_line_is_typed(parsing: Parsing) -> None:
    row = order(parsing, ORDERS, "S1,2024-03-05 09:30,C1,P1,3,￥12.50")
    assert row == OrderLineRow(
        order_number="S1",
        ordered_on=date(2024, 3, 5),
        ordered_at=datetime(2024, 3, 5, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
        customer_code="C1",
        sku="P1",
        quantity=Decimal(3),
        unit_price=Decimal("12.50"),
        line_total=Decimal("37.50"),
        currency="CNY",
    )


@pytest.mark.parametrize(
    ("headers", "line", "quantity", "total"),
    [
        ("数量,单价,折扣", "4,10,20%", 4, "32"),
        ("数量,单价,优惠金额", "4,10,5", 4, "35"),
        ("数量,单价,优惠金额", "-4,10,5", -4, "-35"),
        ("数量,金额", "4,39.99", 4, "39.99"),
        ("金额", "39.99", 1, "39.99"),
        ("金额", "-39.99", -1, "-39.99"),
        ("数量,单价,单据类型", "4,10,退货", -4, "-40"),
        ("数量,金额（万元）", "1,1.5", 1, "15000"),
    ],
)
def test_the_total_follows_from_what_is_there(
    parsing: Parsing, headers: str, line: str, quantity: int, total: str
) -> None:
    row = order(parsing, f"订单号,日期,客户,{headers}", f"S1,2024-01-01,华新,{line}")
    assert (row.quantity, row.line_total, row.is_return) == (Decimal(quantity), Decimal(total), quantity < 0)


@pytest.mark.parametrize(
    ("headers", "line", "cost"),
    [("成本", "-30", "30"), ("单位成本", "7.5", "30.0"), ("利润", "12", "28")],
)
def test_the_cost_of_a_line_is_stated_or_follows(
    parsing: Parsing, headers: str, line: str, cost: str
) -> None:
    row = order(parsing, f"订单号,日期,客户,数量,金额,{headers}", f"S1,2024-01-01,华新,4,40,{line}")
    assert row.line_cost == Decimal(cost)


def test_without_order_numbers_a_customers_day_is_an_order(parsing: Parsing) -> None:
    row = order(parsing, "customer_id,date,quantity,amount_usd", "00001,1997-01-01,1,11.77")
    assert (row.order_number, row.currency) == ("00001-19970101", "USD")


def test_a_line_without_customer_is_kept(parsing: Parsing) -> None:
    assert order(parsing, ORDERS, "S1,2024-03-05,,P1,3,2").customer_code is None


def test_a_rejected_row_tells_all_its_reasons_line_and_cells(parsing: Parsing) -> None:
    good, bad = parsing("orders", f'{ORDERS}\n"S\n1",2024-01-01,C1,P1,1,1\nS2,yesterday,C1,P1,many,1e5\n')
    assert good.row is not None
    assert bad.line == 4
    assert bad.cells == ["S2", "yesterday", "C1", "P1", "many", "1e5"]
    assert reasons(bad).keys() == {"ordered_on", "quantity", "unit_price"}
    assert bad.problems[0].header == "下单日期"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("S1,,C1,P1,1,1", "ordered_on"),
        ("S1,2024-01-01,C1,P1,,1", "quantity"),
        ("S1,2024-01-01,C1,P1,1,", "unit_price"),
        ("S1,2024-01-01,C1,P1,1", "unit_price"),
        (",2024-01-01,,P1,1,1", "order_number"),
        ("S1,2024-01-01,C1,P1,1,1,9", ""),
    ],
)
def test_rows_that_lack_or_exceed_are_rejected(parsing: Parsing, line: str, field: str) -> None:
    (result,) = parsing("orders", f"{ORDERS}\n{line}\n")
    assert reasons(result).keys() == {field}


def test_amounts_that_contradict_each_other_are_rejected(parsing: Parsing) -> None:
    headers = "订单号,日期,客户,数量,单价,金额,币种"
    signs, currencies = parsing("orders", f"{headers}\nS1,2024-01-01,A,-1,5,5,\nS2,2024-01-01,A,1,$5,5,CNY\n")
    assert reasons(signs).keys() == {"line_total"}
    assert "CNY, USD" in reasons(currencies)["currency"]


def test_day_and_month_are_decided_once_for_the_column_by_the_whole_file(parsing: Parsing) -> None:
    lines = "".join(f"S{i},03/04/2024,C1,P1,1,1\n" for i in range(200))
    results = parsing("orders", f"{ORDERS}\n{lines}S200,25/12/2024,C1,P1,1,1\n")
    assert {result.row.ordered_on for result in results if isinstance(result.row, OrderLineRow)} == {
        date(2024, 4, 3),
        date(2024, 12, 25),
    }


def test_a_date_against_the_columns_order_is_rejected(parsing: Parsing) -> None:
    results = parsing(
        "orders", f"{ORDERS}\nS1,25/12/2024,C1,P1,1,1\nS2,03/04/2024,C1,P1,1,1\nS3,12/25/2024,C1,P1,1,1\n"
    )
    assert [result.row is None for result in results] == [False, False, True]


def test_dates_that_nothing_decides_are_asked_about(parsing: Parsing) -> None:
    text = f"{ORDERS}\nS1,03/04/2024,C1,P1,1,1\n"
    with pytest.raises(AmbiguousDates, match=r"下单日期.*03/04/2024"):
        parsing("orders", text)
    (result,) = parsing("orders", text, {"ordered_on": {"date_order": "month first"}})
    assert isinstance(result.row, OrderLineRow)
    assert result.row.ordered_on == date(2024, 3, 4)


def test_constants_stand_in_every_row_and_are_checked(parsing: Parsing) -> None:
    text = f"{ORDERS}\nS1,2024-01-01,C1,P1,1,1\n"
    (result,) = parsing("orders", text, {"currency": {"constant": "gbp"}})
    assert isinstance(result.row, OrderLineRow)
    assert result.row.currency == "GBP"
    with pytest.raises(MappingProblem, match=r"“currency”.*three-letter"):
        parsing("orders", text, {"currency": {"constant": "pounds"}})


def test_a_customer_is_typed(parsing: Parsing) -> None:
    text = (
        "客户编号,客户名称,客户类型,手机,电话,邮箱,区域,省份,城市,地址,邮编,经营模式,标签\n"
        "C1,上海华新贸易有限公司,企业,13800138000,021-65529988,A@HuaXin.cn,华东,上海市,上海市,南京路1号,200001,批发店,VIP、重点\n"
    )
    (result,) = parsing("customers", text)
    row = result.row
    assert isinstance(row, CustomerRow), result.problems
    assert (row.code, row.kind, row.business_model, row.tags) == (
        "C1",
        "company",
        "wholesale",
        ("VIP", "重点"),
    )
    assert row.region == Place(name="华东", province="上海市", city="上海市")
    assert row.contacts == (
        Contact("mobile", "office", "+8613800138000"),
        Contact("phone", "office", "+862165529988"),
        Contact("email", "office", "A@huaxin.cn"),
    )
    assert (row.addresses[0].street, row.addresses[0].postcode) == ("南京路1号", "200001")


@pytest.mark.parametrize(
    ("names", "name"), [("李,雷", "李雷"), ("Smith,Anna", "Anna Smith"), (",Anna", "Anna")]
)
def test_names_are_put_together_as_their_language_does(parsing: Parsing, names: str, name: str) -> None:
    (result,) = parsing("customers", f"Last Name,First Name\n{names}\n")
    assert isinstance(result.row, CustomerRow)
    assert (result.row.name, result.row.kind) == (name, "person")


def test_phone_numbers_are_read_in_the_rows_country(parsing: Parsing) -> None:
    text = "name,country,phone\nA,United States,(415) 901-7000\nB,,65529988\n"
    american, local = parsing("customers", text)
    assert isinstance(american.row, CustomerRow)
    assert american.row.contacts[0].value == "+14159017000"
    assert reasons(local).keys() == {"phone"}


def test_a_numeric_identity_number_is_refused_with_the_reason(parsing: Parsing) -> None:
    book = xlsx(
        [
            ["姓名", "身份证号码", "手机"],
            ["李雷", 1.1010519491231e17, 13800138000.0],
            ["韩梅", "11010519491231002X", None],
        ]
    )
    refused, kept = parsing("customers", book)
    assert "15 digits" in reasons(refused)["identity_number"]
    assert isinstance(kept.row, CustomerRow)
    assert kept.row.identity_number == "11010519491231002X"


def test_products_payments_interactions_and_complaints_are_typed(parsing: Parsing) -> None:
    (product,) = parsing("products", "商品编号,商品名称,标价,成本,非商品\nP1,茶,12,7.5,否\n")
    assert product.row == ProductRow(
        sku="P1", name="茶", list_price=Decimal(12), unit_cost=Decimal("7.5"), not_merchandise=False
    )
    (payment,) = parsing("payments", "客户编号,付款日期,金额\nC1,2024-01-31,¥100\n")
    assert payment.row == PaymentRow(
        amount=Decimal(100), customer_code="C1", paid_on=date(2024, 1, 31), currency="CNY"
    )
    (visit,) = parsing("interactions", "客户编号,日期,类型,方式,内容\nC1,2024-01-31,拜访,上门,谈续约\n")
    assert visit.row == InteractionRow(
        occurred_on=date(2024, 1, 31),
        customer_code="C1",
        response_type="visit",
        channel="visit",
        body="谈续约",
    )
    (complaint,) = parsing("complaints", "客户编号,投诉日期,投诉类型,是否满意\nC1,2024-01-31,质量问题,否\n")
    assert complaint.row == ComplaintRow(
        reported_on=date(2024, 1, 31), customer_code="C1", complaint_type="defect", satisfied=False
    )


def test_a_complaint_is_not_resolved_before_it_was_reported(parsing: Parsing) -> None:
    (result,) = parsing("complaints", "客户编号,投诉日期,投诉类型,解决日期\nC1,2024-02-01,服务,2024-01-01\n")
    assert reasons(result).keys() == {"resolved_on"}


def test_what_concerns_the_whole_file_ends_the_reading(parsing: Parsing) -> None:
    with pytest.raises(UnclosedQuote, match="line 61"):
        parsing("orders", f"{ORDERS}\n" + "S1,2024-01-01,C1,P1,1,1\n" * 59 + '"S2,2024-01-01\n')


HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from('",;\n\r\t\0=+-@￥（）年月日')), max_size=12)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(HOSTILE, min_size=1, max_size=8), min_size=1, max_size=5))
def test_no_cell_whatsoever_breaks_the_reading(parsing: Parsing, rows: list[list[str]]) -> None:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    text = f"{ORDERS}\n" + "\n".join(lines)
    with suppress(FileProblem):
        results = parsing("orders", text.encode("utf-8", "replace"))
        assert len(results) == sum(bool("".join(row).strip()) for row in rows)
        assert all((result.row is None) == bool(result.problems) for result in results)
