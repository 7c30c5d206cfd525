"""What the demo company's records say agrees with itself."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, Max, Min, Q

from crm.models import Role, User
from customers.models import (
    ChangedCustomer,
    Complaint,
    Customer,
    Interaction,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    Product,
)
from customers.services.demo import Seeded
from customers.services.search_keys import search_keys

from .conftest import AS_OF, PASSWORD

pytestmark = pytest.mark.usefixtures("demo")


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_it_writes_as_many_rows_as_it_says(demo: Seeded) -> None:
    assert demo.rows["Customer"] == Customer.objects.count() == 60
    for model in (Order, OrderLine, Payment, Product, Interaction, Complaint):
        assert demo.rows[model.__name__] == model._default_manager.count() > 0


def test_amount_and_cents_are_quantity_price_discount_and_rate_rounded_half_up() -> None:
    assert OrderLine.objects.filter(order__currency="USD").exists()
    wrong = """
        SELECT l.id FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
        WHERE l.amount <> l.quantity * l.unit_price * (1 - l.discount)
           OR l.revenue_cents <> 100 * round(l.quantity * l.unit_price * (1 - l.discount) * o.exchange_rate, 2)
           OR l.cost_cents <> 100 * round(l.quantity * l.unit_cost, 2)
    """
    assert rows(wrong) == []


def test_a_line_repeats_the_customer_and_the_days_of_its_order() -> None:
    wrong = ~Q(customer=F("order__customer")) | ~Q(ordered_on=F("order__ordered_on"))
    assert not OrderLine.objects.filter(wrong).exists()
    sold = OrderLine.objects.filter(order__original_order=None)
    assert not sold.exclude(attributed_on=F("ordered_on")).exists()


def test_a_line_costs_what_the_product_cost_on_the_day_of_sale() -> None:
    priced = """
        SELECT count(*) FROM customers_orderline l JOIN customers_productcost c ON c.product_id = l.product_id
        WHERE daterange(c.valid_from, c.valid_until) @> l.attributed_on AND c.cost = l.unit_cost
    """
    assert rows(priced) == [(OrderLine.objects.count(),)]


def test_returns_take_back_no_more_than_the_original_order_sold() -> None:
    returns = Order.objects.filter(status=OrderStatus.RETURNED)
    assert returns.exists()
    assert not returns.exclude(customer=F("original_order__customer")).exists()
    assert not returns.filter(ordered_on__lte=F("original_order__ordered_on")).exists()
    assert not OrderLine.objects.filter(order__in=returns, quantity__gte=0).exists()
    too_many = """
        SELECT r.id FROM customers_orderline r JOIN customers_order o ON o.id = r.order_id
        LEFT JOIN customers_orderline s ON s.order_id = o.original_order_id AND s.product_id = r.product_id
        WHERE o.original_order_id IS NOT NULL
          AND (s.quantity + r.quantity >= 0 AND r.attributed_on = s.ordered_on) IS NOT TRUE
    """
    assert rows(too_many) == []


def test_each_order_is_paid_or_refunded_in_its_own_currency() -> None:
    wrong = """
        SELECT o.id FROM customers_order o
        JOIN (SELECT order_id, sum(amount) AS amount FROM customers_orderline GROUP BY 1) l ON l.order_id = o.id
        LEFT JOIN customers_payment p ON p.order_id = o.id
        WHERE (p.amount = l.amount AND p.currency = o.currency AND p.customer_id = o.customer_id
               AND p.amount_cents = 100 * round(l.amount * o.exchange_rate, 2)) IS NOT TRUE
    """
    assert rows(wrong) == []
    assert Payment.objects.filter(paid_on__gt=F("due_on")).exists()
    assert Payment.objects.filter(paid_on=None).exists()


def test_only_the_past_is_recorded_and_it_reaches_back_four_years() -> None:
    span = Order.objects.aggregate(first=Min("ordered_on"), last=Max("ordered_on"), sent=Max("delivered_on"))
    assert span["first"].year == AS_OF.year - 4
    assert (AS_OF - span["last"]).days in range(1, 8)
    assert span["sent"] < AS_OF
    assert Payment.objects.aggregate(last=Max("paid_on"))["last"] < AS_OF
    assert Interaction.objects.filter(occurred_at__date__gte=AS_OF).count() == 0
    assert (
        Complaint.objects.filter(Q(reported_at__date__gte=AS_OF) | Q(resolved_at__date__gte=AS_OF)).count()
        == 0
    )


def test_customers_are_known_before_they_order() -> None:
    first = Customer.objects.annotate(first=Min("orders__ordered_at")).exclude(first=None)
    assert first.exists()
    assert not first.filter(first__lte=F("created_at")).exists()


def test_the_day_of_an_order_is_that_of_its_time_in_the_companys_zone() -> None:
    assert not Order.objects.exclude(ordered_at__date=F("ordered_on")).exists()


def test_no_product_is_sold_before_its_launch() -> None:
    assert Product.objects.exclude(launched_on=None).exists()
    assert not OrderLine.objects.filter(attributed_on__lt=F("product__launched_on")).exists()


def test_owners_work_in_the_branch_that_looks_after_the_region() -> None:
    assert not Customer.objects.exclude(owner__team=F("team")).exists()
    manager = User.objects.get(username="manager")
    area = manager.territories.get().regions.get()
    theirs = Customer.objects.filter(region__path__startswith=area.path)
    assert set(theirs.values_list("team", flat=True)) == {manager.team_id}
    assert set(Customer.objects.visible_to(manager)) == set(theirs)


def test_four_people_can_sign_in_and_nobody_else() -> None:
    roles = {"rep": Role.REP, "manager": Role.MANAGER, "admin": Role.ADMIN, "auditor": Role.AUDITOR}
    for username, role in roles.items():
        user = User.objects.get(username=username)
        assert user.check_password(PASSWORD)
        assert user.role == role
    others = User.objects.exclude(username__in=roles)
    assert others.count() > 10
    assert not any(user.has_usable_password() for user in others)
    assert not User.objects.filter(Q(is_staff=True) | Q(is_superuser=True)).exists()


def test_everybody_with_orders_awaits_the_analysis_and_nobody_else() -> None:
    buyers = set(OrderLine.objects.values_list("customer_id", flat=True))
    assert set(ChangedCustomer.objects.values_list("customer_id", flat=True)) == buyers


def test_customers_begin_their_history_and_orders_do_not() -> None:
    known = "SELECT count(*) FROM customers_customerevent WHERE pgh_context_id IS NOT NULL AND pgh_label = 'insert'"
    assert rows(known) == [(60,)]
    assert rows("SELECT count(*) FROM customers_orderlineevent") == [(0,)]


def test_search_keys_are_those_that_saving_would_give() -> None:
    for customer in Customer.objects.all():
        keys = search_keys(customer.name, customer.english_name, is_person=customer.kind == "person")
        assert (customer.pinyin, customer.initials) == keys


def test_records_made_afterwards_get_ids_of_their_own() -> None:
    again = Customer.objects.create(code="NEW", name="新客户", created_at=Customer.objects.first().created_at)  # type: ignore[union-attr]
    assert again.pk == Customer.objects.exclude(pk=again.pk).aggregate(last=Max("pk"))["last"] + 1
    again.delete()


def test_phones_and_mails_belong_to_nobody() -> None:
    points = Customer.objects.values_list("contact_points__kind", "contact_points__value")
    assert all(value.startswith("+86129") for kind, value in points if kind == "mobile")
    assert all(value.endswith("@example.com") for kind, value in points if kind == "email")
    assert User.objects.exclude(email__endswith="@example.com").count() == 0


def test_orders_hold_each_product_once() -> None:
    twice = OrderLine.objects.values("order", "product").annotate(times=Count("id")).filter(times__gt=1)
    assert not twice.exists()
