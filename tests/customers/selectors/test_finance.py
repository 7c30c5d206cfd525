"""Orders and the computed financial record."""

from datetime import date
from decimal import Decimal

from customers.models import AccountType, CreditAccount, OpeningBalance, OrderLine, OrderStatus
from customers.selectors import finance
from customers.selectors.financial_record import financial_record
from tests.cast import Cast, make_order, make_payment


def test_the_financial_record_counts_orders_and_neither_returns_nor_cancelled_ones(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100, 200)
    make_order(cast.huaxin, "SO-2", date(2024, 3, 5), "100.01")
    make_order(cast.huaxin, "RT-1", date(2024, 4, 5), -50, status=OrderStatus.RETURNED)
    make_order(cast.huaxin, "SO-3", date(2024, 5, 5), 999, status=OrderStatus.CANCELLED)
    record = financial_record(cast.huaxin)
    assert (record.first_order_on, record.last_order_on) == (date(2024, 1, 5), date(2024, 3, 5))
    assert (record.orders, record.average_order_cents) == (2, 20_001)  # 200.005 rounded half up


def test_what_is_ordered_and_not_delivered_is_still_to_deliver(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100)
    make_order(cast.huaxin, "SO-2", date(2024, 3, 5), 300, 20, status=OrderStatus.CONFIRMED)
    record = financial_record(cast.huaxin)
    assert (record.open_orders, record.open_order_cents) == (1, 32_000)


def test_days_to_pay_are_averages_over_settled_payments_and_early_is_not_late(cast: Cast) -> None:
    order = make_order(cast.huaxin, "SO-1", date(2024, 1, 1), 100)
    make_payment(order, "P-1", 40, due_on=date(2024, 1, 31), paid_on=date(2024, 1, 11))  # 10 days, 20 early
    make_payment(order, "P-2", 40, due_on=date(2024, 1, 31), paid_on=date(2024, 2, 10))  # 40 days, 10 late
    make_payment(order, "P-3", 20, due_on=date(2024, 1, 31), paid_on=None)
    record = financial_record(cast.huaxin)
    assert (record.average_days_to_pay, record.average_days_late) == (25, 5)
    assert (record.payments, record.unpaid_cents) == (3, 2_000)


def test_history_from_before_the_system_is_part_of_the_record(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100)
    OpeningBalance.objects.create(
        customer=cast.huaxin,
        until=date(2023, 12, 31),
        first_order_on=date(2019, 5, 18),
        last_order_on=date(2023, 11, 1),
        orders=9,
        revenue=Decimal(1900),
        receivable=Decimal("70.50"),
    )
    record = financial_record(cast.huaxin)
    assert (record.first_order_on, record.last_order_on) == (date(2019, 5, 18), date(2024, 1, 5))
    assert (record.orders, record.average_order_cents) == (10, 20_000)
    assert (record.unpaid_cents, record.unpaid_before_cents) == (7_050, 7_050)


def test_a_customer_without_anything_has_an_empty_record(cast: Cast) -> None:
    record = financial_record(cast.huaxin)
    assert record.orders == record.open_order_cents == record.unpaid_cents == 0
    assert record.first_order_on is None
    assert record.average_order_cents is None
    assert record.average_days_to_pay is None


def test_the_account_names_its_type_limit_and_terms(cast: Cast) -> None:
    CreditAccount.objects.create(
        customer=cast.huaxin, account_type=AccountType.MONTHLY, credit_limit=500, payment_terms_days=30
    )
    record = financial_record(cast.huaxin)
    assert (record.credit_limit, record.payment_terms_days) == (Decimal(500), 30)
    assert record.account_type == str(AccountType.MONTHLY.label)


def test_orders_are_seen_by_who_sees_their_customer(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100)
    make_order(None, "CASH-1", date(2024, 1, 6), 5)
    seen = {
        user.username: set(finance.visible_orders(user).values_list("number", flat=True))
        for user in (cast.alice, cast.bob, cast.charlie, cast.dora, cast.ada)
    }
    hers = {"SO-1"}
    assert seen == {"alice": hers, "bob": hers, "charlie": set(), "dora": hers, "ada": {"SO-1", "CASH-1"}}


def test_orders_stand_newest_first_with_their_amounts(cast: Cast) -> None:
    make_order(
        cast.huaxin,
        "SO-1",
        date(2024, 1, 5),
        100,
        20,
        promised_on=date(2024, 1, 8),
        delivered_on=date(2024, 1, 10),
    )
    make_order(cast.huaxin, "SO-2", date(2024, 2, 5), 7)
    rows = finance.order_page(finance.visible_orders(cast.alice)).rows
    assert [(row.number, row.lines, row.amount_cents, row.days_late) for row in rows] == [
        ("SO-2", 1, 700, 0),
        ("SO-1", 2, 12_000, 2),
    ]


def test_an_order_shows_its_margin_returns_and_payments(cast: Cast) -> None:
    order = make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100, 20)
    make_order(cast.huaxin, "RT-1", date(2024, 2, 5), -20, status=OrderStatus.RETURNED, original_order=order)
    make_payment(order, "P-1", 70, due_on=date(2024, 2, 1), paid_on=date(2024, 2, 1))
    make_payment(order, "P-2", 50, due_on=date(2024, 3, 1), paid_on=None)
    detail = finance.order_detail(cast.alice, order.pk)
    assert detail is not None
    assert (detail.revenue_cents, detail.margin_cents, detail.margin) == (12_000, 4_800, 0.4)
    assert (detail.returned_cents, detail.paid_cents) == (-2_000, 7_000)
    assert finance.order_detail(cast.charlie, order.pk) is None


def test_products_and_months_take_returns_off_and_leave_cancelled_orders_out(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 1, 5), 100, 50)
    make_order(cast.huaxin, "RT-1", date(2024, 2, 5), -50, status=OrderStatus.RETURNED)
    make_order(cast.huaxin, "SO-2", date(2024, 3, 1), 70)
    make_order(cast.huaxin, "SO-3", date(2024, 2, 1), 999, status=OrderStatus.CANCELLED)
    OrderLine.objects.filter(order__number="SO-3").update(revenue_cents=0, cost_cents=0)
    (product,) = finance.bought_products(cast.huaxin, date(2024, 1, 1), date(2024, 3, 1))
    assert (product.quantity, product.revenue_cents, product.margin) == (Decimal(1), 10_000, 0.4)
    months = finance.monthly_revenue(cast.huaxin, date(2024, 1, 1), date(2024, 3, 1))
    assert [(row.month.month, row.revenue_cents) for row in months] == [(1, 15_000), (2, -5_000)]
