"""The day of the last order, kept beside each customer by triggers."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer, CustomerActivity, Order, OrderStatus
from customers.selectors.lists import NEVER_ORDERED
from tests.cast import Cast, make_customer, make_order

STATES = st.sampled_from(OrderStatus.values)
DAYS = st.dates(date(2023, 1, 1), date(2023, 1, 9))


def kept(customer: Customer) -> date:
    """Return the day that is kept."""
    return CustomerActivity.objects.get(customer=customer).last_order_on


def test_only_counted_orders_count(cast: Cast) -> None:
    assert kept(cast.huaxin) == NEVER_ORDERED
    make_order(cast.huaxin, "SO-1", date(2024, 5, 1), 100)
    make_order(cast.huaxin, "RT-1", date(2024, 6, 1), -100, status=OrderStatus.RETURNED)
    make_order(cast.huaxin, "SO-2", date(2024, 7, 1), 100, status=OrderStatus.CANCELLED)
    assert kept(cast.huaxin) == date(2024, 5, 1)


@given(
    st.lists(
        st.tuples(st.booleans(), DAYS, STATES, st.sampled_from(["add", "move", "change", "drop"])), max_size=8
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_to_orders_the_day_is_that_of_the_last_counted_one(
    cast: Cast, steps: list[tuple[bool, date, str, str]]
) -> None:
    Order.objects.all().delete()
    for number, (is_first, day, status, act) in enumerate(steps):
        customer = cast.huaxin if is_first else cast.orphan
        if act == "add":
            make_order(customer, f"SO-{number}", day, status=OrderStatus(status))
        elif act == "move":
            Order.objects.update(customer=customer)
        elif act == "change":
            Order.objects.update(status=status, ordered_on=day)
        else:
            Order.objects.filter(customer=customer).delete()
    for customer in (cast.huaxin, cast.orphan):
        counted = Order.objects.filter(customer=customer, status__in=["confirmed", "delivered"])
        last = max(counted.values_list("ordered_on", flat=True), default=NEVER_ORDERED)
        assert kept(customer) == last


def test_a_customer_takes_its_row_with_it(cast: Cast) -> None:
    customer = make_customer("X1", "走了")
    Customer.objects.filter(pk=customer.pk)._raw_delete("default")
    assert not CustomerActivity.objects.filter(customer=customer.pk).exists()
