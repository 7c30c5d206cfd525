"""Orders: whole or not at all, converted to the cent, known again when they come twice."""

from datetime import UTC, date, datetime
from decimal import Decimal

from pytest_django import Settings

from customers.models import Customer, ImportRow, Order, OrderLine, Product, ProductCost
from tests.cast import make_customer
from tests.customers.services.imports.conftest import ORDERS, Bring

TWO_ORDERS = ORDERS + (
    "A1,2024-03-01 09:30,C1,S1,Tea,2,10.00\n"
    "A1,2024-03-01 09:31,C1,S2,Cup,1,5.50\n"
    "A2,2024-02-01,C1,S1,Tea,-1,10.00\n"
)  # fmt: skip


def test_orders_bring_their_customers_and_products_along(bring: Bring) -> None:
    result = bring("orders", TWO_ORDERS)
    assert (result.state, result.counts.created, result.counts.rows) == ("done", 3, 3)
    assert result.also == {"customers": 1, "products": 2, "orders": 2}
    customer = Customer.objects.get(code="C1")
    assert (customer.name, customer.kind, customer.pinyin) == ("C1", "company", "c1")
    assert Product.objects.get(sku="S2").name == "Cup"


def test_a_new_customer_dates_from_its_first_order_in_the_file(bring: Bring) -> None:
    bring("orders", TWO_ORDERS)
    assert Customer.objects.get().created_at == datetime(2024, 1, 31, 16, tzinfo=UTC)  # midnight in Shanghai


def test_a_line_keeps_day_customer_and_cents_and_the_order_its_first_time(bring: Bring) -> None:
    bring("orders", TWO_ORDERS)
    order = Order.objects.get(number="A1")
    assert order.ordered_at == datetime(2024, 3, 1, 1, 30, tzinfo=UTC)
    line = order.lines.get(line_no=2)
    assert (line.ordered_on, line.customer_id, line.revenue_cents) == (
        date(2024, 3, 1),
        order.customer_id,
        550,
    )
    assert (line.amount, line.unit_price, line.quantity) == (Decimal("5.5"), Decimal("5.5"), Decimal(1))


def test_an_order_of_returns_only_is_a_return(bring: Bring) -> None:
    bring("orders", TWO_ORDERS)
    assert Order.objects.get(number="A2").status == "returned"
    assert OrderLine.objects.get(order__number="A2").revenue_cents == -1000


def test_the_same_file_again_changes_nothing_and_says_so(bring: Bring) -> None:
    first = bring("orders", TWO_ORDERS)
    second = bring("orders", TWO_ORDERS)
    assert (second.counts.unchanged, second.counts.rows) == (3, 3)
    assert f"imported before, as no. {first.batch}" in second.warnings[0]
    assert Order.objects.count() == 2


def test_equal_lines_of_an_order_are_real_lines(bring: Bring) -> None:
    twice = ORDERS + "A1,2024-03-01,C1,S1,Tea,1,10\n" * 2
    assert bring("orders", twice).counts.created == 2
    assert bring("orders", twice + "A2,2024-03-02,C1,S1,Tea,1,10\n").counts.as_dict() == {
        "rows": 3, "created": 1, "updated": 0, "unchanged": 2, "rejected": 0, "skipped": 0,
    }  # fmt: skip


def test_a_changed_line_is_updated_and_its_old_values_are_kept(bring: Bring) -> None:
    bring("orders", TWO_ORDERS)
    result = bring("orders", TWO_ORDERS.replace("Cup,1,5.50", "Cup,3,5.50"))
    assert (result.counts.updated, result.counts.unchanged) == (1, 2)
    fate = ImportRow.objects.get(outcome="updated")
    assert fate.changes is not None
    assert fate.changes["old"] == {"amount": 5.5, "quantity": 1.0, "revenue_cents": 550}
    assert OrderLine.objects.get(order__number="A1", line_no=2).revenue_cents == 1650


def test_an_order_with_a_rejected_line_is_kept_out_whole(bring: Bring) -> None:
    broken = TWO_ORDERS.replace("Cup,1,", "Cup,a few,")
    result = bring("orders", broken)
    assert (result.state, result.counts.rejected, result.counts.created) == ("done_with_rejects", 2, 1)
    assert list(Order.objects.values_list("number", flat=True)) == ["A2"]
    assert result.rejections[0] == (
        2,
        "Order A1 is kept out whole, because its line 3 of the file is rejected.",
    )
    assert "a few" in result.rejections[1][1]


def test_lines_of_one_order_for_two_customers_are_kept_out(bring: Bring) -> None:
    result = bring("orders", TWO_ORDERS.replace("09:31,C1", "09:31,C9"))
    assert result.counts.rejected == 2
    assert "lines of different customers: C1 and C9" in result.rejections[0][1]


def test_an_order_number_of_another_customer_is_not_overwritten(bring: Bring) -> None:
    bring("orders", TWO_ORDERS)
    result = bring("orders", TWO_ORDERS.replace(",C1,", ",C2,"))
    assert result.counts.rejected == 3
    assert Order.objects.get(number="A1").customer == Customer.objects.get(code="C1")
    assert not Customer.objects.filter(code="C2").exists()


def test_orders_of_a_deleted_customer_are_rejected(bring: Bring) -> None:
    make_customer("C1", "Gone", deleted_at=datetime(2024, 1, 2, tzinfo=UTC))
    result = bring("orders", TWO_ORDERS)
    assert result.counts.rejected == 3
    assert "was deleted here" in result.rejections[0][1]


def test_an_unknown_product_is_rejected_where_the_file_names_none(bring: Bring) -> None:
    result = bring(
        "orders", "order number,date,customer id,sku,quantity,unit price\nA1,2024-03-01,C1,S9,1,10\n"
    )
    assert [line for line, _reason in result.rejections] == [2]
    assert result.rejections[0][1].startswith("Unknown product S9. Import the products first")
    assert not Customer.objects.exists()


def test_a_known_product_needs_no_name(bring: Bring) -> None:
    Product.objects.create(sku="S9", name="Pot")
    bring("orders", "order number,date,customer id,sku,quantity,unit price\nA1,2024-03-01,C1,S9,1,10\n")
    assert OrderLine.objects.get().product.name == "Pot"


def test_the_commonest_name_of_a_product_wins(bring: Bring) -> None:
    lines = "".join(f"A1,2024-03-01,C1,S1,{name},1,1\n" for name in ("wet", "Tea", "Tea", "", ""))
    bring("orders", ORDERS + lines)
    assert Product.objects.get().name == "Tea"


def test_lines_that_do_not_say_what_was_sold_count_in_money_only(bring: Bring) -> None:
    bring("orders", "date,customer id,quantity,line total\n2024-03-01,C1,2,20\n2024-03-01,C1,1,5\n")
    assert Order.objects.get().number == "C1-20240301"
    assert OrderLine.objects.count() == 2
    assert Product.objects.get().not_merchandise


def test_customers_without_codes_are_known_by_name(bring: Bring) -> None:
    known = make_customer("K7", "华新")
    lines = "订单号,日期,客户,商品名称,数量,单价\nA1,2024-03-01,华新,茶,1,10\nA2,2024-03-02,宏图,茶,1,10\n"
    result = bring("orders", lines)
    assert result.also["customers"] == 1
    assert Order.objects.get(number="A1").customer == known
    new = Order.objects.get(number="A2").customer
    assert new is not None
    assert (new.name, new.code) == ("宏图", f"KZ{new.pk:07d}")


def test_a_code_of_our_own_making_never_meets_an_existing_one(bring: Bring) -> None:
    last = make_customer("K7", "华新").pk
    for ahead in (1, 2, 3):
        make_customer(f"KZ{last + 3 + ahead:07d}", f"taken {ahead}")
    bring("orders", "订单号,日期,客户,商品名称,数量,单价\nA1,2024-03-01,宏图,茶,1,10\n")
    assert Customer.objects.get(name="宏图").code == f"KZ{last + 4:07d}A"


def test_a_name_that_several_customers_bear_is_rejected(bring: Bring) -> None:
    make_customer("K7", "华新")
    make_customer("K8", "华新")
    result = bring("orders", "订单号,日期,客户,商品名称,数量,单价\nA1,2024-03-01,华新,茶,1,10\n")
    assert "Several customers are called 华新" in result.rejections[0][1]


def test_foreign_amounts_are_converted_to_the_cent_half_up(bring: Bring) -> None:
    header = "order number,date,customer id,sku,product name,quantity,unit price,currency,exchange rate\n"
    bring(
        "orders",
        header + "A1,2024-03-01,C1,S1,Tea,1,714285.71,USD,7.00\nA2,2024-03-01,C1,S1,Tea,1,0.15,EUR,7.7\n",
    )
    cents = OrderLine.objects.order_by("order__number").values_list("revenue_cents", flat=True)
    assert list(cents) == [499999997, 116]  # 1.155 → 1.16


def test_a_row_in_a_foreign_currency_without_a_rate_is_rejected(bring: Bring) -> None:
    header = "order number,date,customer id,sku,product name,quantity,unit price,currency,exchange rate\n"
    result = bring(
        "orders", header + "A1,2024-03-01,C1,S1,Tea,1,10,USD,\nA2,2024-03-01,C1,S1,Tea,1,10,CNY,\n"
    )
    assert (result.counts.created, result.counts.rejected) == (1, 1)
    assert result.rejections[0][1].startswith("The amount is in USD and the row has no exchange rate.")


def test_a_file_wholly_in_a_foreign_currency_is_refused_and_told_the_remedy(bring: Bring) -> None:
    amounts = "date,customer id,quantity,amount_usd\n2024-03-01,C1,2,20\n"
    refused = bring("orders", amounts)
    assert refused.state == "failed"
    assert "set COMPANY_CURRENCY=USD" in refused.error
    done = bring("orders", amounts, wishes={"exchange_rate": {"constant": "7.2"}})
    assert (done.state, OrderLine.objects.get().revenue_cents) == ("done", 14400)


def test_a_file_in_the_company_s_own_currency_needs_no_rate(bring: Bring, settings: Settings) -> None:
    settings.COMPANY_CURRENCY = "USD"
    assert bring("orders", "date,customer id,quantity,amount_usd\n2024-03-01,C1,2,20\n").state == "done"
    assert Order.objects.get().currency == "USD"


def test_cost_at_sale_is_the_file_s_or_the_day_s_or_unknown(bring: Bring) -> None:
    tea = Product.objects.create(sku="S1", name="Tea")
    ProductCost.objects.create(product=tea, cost=4, valid_from=date(2024, 1, 1), valid_until=date(2024, 3, 1))
    ProductCost.objects.create(product=tea, cost=6, valid_from=date(2024, 3, 1))
    bring("orders", TWO_ORDERS)
    costs = OrderLine.objects.order_by("order__number", "line_no").values_list("unit_cost", "cost_cents")
    assert list(costs) == [(6, 1200), (None, None), (4, -400)]
    stated = "order number,date,customer id,sku,quantity,unit price,line cost\nA3,2024-03-01,C1,S1,2,10,7\n"
    bring("orders", stated)
    assert OrderLine.objects.get(order__number="A3").unit_cost == Decimal("3.5")


def test_a_known_line_keeps_its_cost_when_the_file_states_none(bring: Bring) -> None:
    tea = Product.objects.create(sku="S1", name="Tea")
    cost = ProductCost.objects.create(product=tea, cost=4, valid_from=date(2020, 1, 1))
    bring("orders", TWO_ORDERS)
    ProductCost.objects.filter(pk=cost.pk).update(cost=5)
    assert bring("orders", TWO_ORDERS).counts.unchanged == 3


def test_a_return_counts_for_its_original_order_s_day_wherever_that_stands(bring: Bring) -> None:
    header = "order number,original order number,date,customer id,sku,product name,quantity,unit price\n"
    bring("orders", header + "R1,A1,2024-05-01,C1,S1,Tea,-1,10\nA1,,2024-03-01,C1,S1,Tea,1,10\n")
    returned = Order.objects.get(number="R1")
    assert returned.original_order == Order.objects.get(number="A1")
    line = returned.lines.get()
    assert (line.ordered_on, line.attributed_on) == (date(2024, 5, 1), date(2024, 3, 1))


def test_a_cancelled_order_keeps_its_amounts_and_earns_nothing(bring: Bring) -> None:
    header = "order number,date,customer id,sku,product name,quantity,unit price,order status\n"
    bring("orders", header + "A1,2024-03-01,C1,S1,Tea,1,10,cancelled\n")
    line = OrderLine.objects.get()
    assert (line.amount, line.revenue_cents, line.order.status) == (Decimal(10), 0, "cancelled")


def test_a_blank_cell_erases_nothing(bring: Bring) -> None:
    header = "order number,date,customer id,sku,product name,quantity,unit price,delivered on\n"
    bring("orders", header + "A1,2024-03-01,C1,S1,Tea,1,10,2024-03-05\n")
    assert bring("orders", header + "A1,2024-03-01,C1,S1,Tea,1,10,\n").counts.unchanged == 1
    assert Order.objects.get().delivered_on == date(2024, 3, 5)


def test_two_different_lines_with_one_number_keep_the_order_out(bring: Bring) -> None:
    header = "order number,line number,date,customer id,sku,product name,quantity,unit price\n"
    result = bring("orders", header + "A1,1,2024-03-01,C1,S1,Tea,1,10\nA1,1,2024-03-01,C1,S2,Cup,1,10\n")
    assert result.counts.rejected == 2
    assert "two different lines with the number 1" in result.rejections[0][1]


def test_a_line_that_repeats_another_is_skipped(bring: Bring) -> None:
    header = "order number,line number,date,customer id,sku,product name,quantity,unit price\n"
    result = bring("orders", header + "A1,1,2024-03-01,C1,S1,Tea,1,10\n" * 2)
    assert (result.counts.created, result.counts.skipped) == (1, 1)


def test_lines_of_an_order_may_lie_far_apart_in_the_file(bring: Bring) -> None:
    lines = "".join(f"A{number % 7},2024-03-01,C{number % 7},S1,Tea,1,{number}\n" for number in range(40))
    result = bring("orders", ORDERS + lines, chunk_rows=5)
    assert (result.counts.created, Order.objects.count(), OrderLine.objects.count()) == (40, 7, 40)
    assert bring("orders", ORDERS + lines, chunk_rows=11).counts.unchanged == 40


def test_numbers_beyond_what_can_be_kept_are_rejected_not_cut(bring: Bring) -> None:
    result = bring(
        "orders",
        ORDERS + "A1,2024-03-01,C1,S1,Tea,0.0001,10\nA2,2024-03-01,C1,S1,Tea,999999999999,999999999999\n",
    )
    assert (result.counts.rejected, Order.objects.count()) == (2, 0)


def test_without_order_numbers_a_rejected_row_takes_its_customer_s_day_with_it(bring: Bring) -> None:
    text = (
        "date,customer id,sku,product name,quantity,unit price\n"
        "2024-03-01,C1,S1,Tea,1,5\n"
        "2024-03-01,C1,S2,Cup,many,5\n"
        "2024-03-02,C1,S1,Tea,1,5\n"
    )
    result = bring("orders", text)
    assert (result.counts.created, result.counts.rejected) == (1, 2)
    assert Order.objects.get().number == "C1-20240302"
