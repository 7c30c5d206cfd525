"""Payment files: tied to a customer or an order that we know."""

from datetime import date

import pytest

from customers.models import Payment
from tests.cast import make_customer, make_order
from tests.customers.services.imports.conftest import Bring

HEADER = "payment no,customer id,order number,due date,paid on,amount,currency,exchange rate\n"


@pytest.fixture(autouse=True)
def _known(db: None) -> None:
    make_order(make_customer("K1", "华新"), "A1", date(2024, 1, 1), 100)
    make_order(None, "A2", date(2024, 1, 1), 100)
    make_customer("K2", "宏图")


def test_a_payment_belongs_to_its_order_s_customer(bring: Bring) -> None:
    assert bring("payments", HEADER + "P1,,A1,2024-02-01,2024-01-20,100,,\n").counts.created == 1
    payment = Payment.objects.get()
    assert payment.order is not None
    assert (payment.customer.code, payment.order.number, payment.amount_cents) == ("K1", "A1", 10000)


def test_an_awaited_payment_is_completed_when_it_is_made(bring: Bring) -> None:
    bring("payments", HEADER + "P1,K1,A1,2024-02-01,,100,,\n")
    assert bring("payments", HEADER + "P1,K1,A1,2024-02-01,2024-02-03,100,,\n").counts.updated == 1
    assert Payment.objects.get().paid_on == date(2024, 2, 3)


def test_payments_without_numbers_are_known_again_equal_ones_by_their_count(bring: Bring) -> None:
    rows = "customer id,paid on,amount\n" + "K1,2024-02-01,50\n" * 2
    assert bring("payments", rows).counts.created == 2
    assert bring("payments", rows + "K1,2024-02-02,50\n").counts.as_dict() == {
        "rows": 3, "created": 1, "updated": 0, "unchanged": 2, "rejected": 0, "skipped": 0,
    }  # fmt: skip


def test_a_refund_in_a_foreign_currency_is_converted(bring: Bring) -> None:
    bring("payments", HEADER + "P1,K1,,,2024-01-20,-10.50,USD,7.2\n")
    assert Payment.objects.get().amount_cents == -7560


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("P1,K9,,,2024-01-20,100,,", "Unknown customer K9."),
        ("P1,,A9,,2024-01-20,100,,", "Unknown order A9."),
        ("P1,K2,A1,,2024-01-20,100,,", "Order A1 belongs to another customer."),
        ("P1,,A2,,2024-01-20,100,,", "Order A2 has no customer, and the payment names none."),
        ("P1,K1,,,2024-01-20,a lot,,", "a lot"),
        ("P1,K1,,,2024-01-20,1,CNY,7.2", "exchange rate 7.2"),
    ],
)
def test_a_payment_that_fits_nothing_is_rejected_with_the_reason(bring: Bring, row: str, reason: str) -> None:
    result = bring("payments", f"{HEADER}{row}\nP2,K1,,,2024-01-20,1,,\n")
    assert (result.counts.created, result.counts.rejected) == (1, 1)
    assert reason in result.rejections[0][1]
