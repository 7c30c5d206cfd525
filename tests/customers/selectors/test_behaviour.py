"""What happened with a customer."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django.utils import translation

from customers.models import Complaint, Interaction, Need, OrderStatus
from customers.selectors import behaviour
from tests.cast import Cast, make_order, make_payment


def on(day: int) -> datetime:
    return datetime(2024, 3, day, 3, tzinfo=UTC)


def test_what_happened_last_stands_first_whatever_it_was(cast: Cast) -> None:
    make_order(cast.huaxin, "SO-1", date(2024, 3, 2), 100)
    Interaction.objects.create(customer=cast.huaxin, occurred_at=on(1), body="问到货时间")
    Complaint.objects.create(customer=cast.huaxin, complaint_type="defect", reported_at=on(3))
    happened = behaviour.recent(cast.alice, cast.huaxin)
    assert [each.kind for each in happened] == ["complaint", "order", "interaction"]
    assert [each.is_open for each in happened] == [True, False, False]


def test_an_auditor_does_not_read_what_people_wrote(cast: Cast) -> None:
    Interaction.objects.create(customer=cast.huaxin, occurred_at=on(1), body="问到货时间")
    Need.objects.create(customer=cast.huaxin, statement="想扩张", noted_on=date(2024, 3, 1))
    for user, readable in ((cast.alice, True), (cast.otto, False)):
        (interaction,) = behaviour.recent(user, cast.huaxin)
        (need,) = behaviour.needs_of(user, cast.huaxin)
        texts = [interaction.text, need.statement]
        assert (texts == ["问到货时间", "想扩张"]) is readable
        assert all(texts)


def test_open_complaints_are_named_oldest_first(cast: Cast) -> None:
    for day in (7, 5):
        Complaint.objects.create(customer=cast.huaxin, complaint_type="defect", reported_at=on(day))
    Complaint.objects.create(
        customer=cast.huaxin, complaint_type="service", reported_at=on(1), resolved_at=on(4)
    )
    assert behaviour.open_complaints(cast.huaxin) == [on(5), on(7)]


def test_the_ledger_says_how_often_by_which_way_and_what_it_was_worth(cast: Cast) -> None:
    for response_type, channel, value in (
        ("inquiry", "phone", None),
        ("visit", "visit", Decimal("500.50")),
        ("inquiry", "wechat", Decimal(100)),
        ("inquiry", "", None),
    ):
        Interaction.objects.create(
            customer=cast.huaxin,
            response_type=response_type,
            channel=channel,
            value=value,
            direction="inbound" if response_type == "inquiry" else "outbound",
            occurred_at=on(1),
        )
    with translation.override("en"):
        ledger = behaviour.response_ledger(cast.huaxin)
    assert [(str(row.label), row.count, row.share, row.value) for row in ledger.types] == [
        ("Inquiry", 3, 0.75, Decimal(100)),
        ("Visit", 1, 0.25, Decimal("500.50")),
    ]
    assert {row.label for row in ledger.channels} == {"Phone", "Visit", "WeChat", "not noted"}
    assert (ledger.count, ledger.inbound, ledger.last_year, ledger.value) == (4, 3, 0, Decimal("600.50"))


def test_the_ledger_of_a_customer_without_interactions_is_empty(cast: Cast) -> None:
    ledger = behaviour.response_ledger(cast.huaxin)
    assert (ledger.types, ledger.count, ledger.value) == ([], 0, None)


def test_late_deliveries_are_those_after_the_promise_and_those_still_missing(cast: Cast) -> None:
    promised = date(2024, 3, 10)
    for number, delivered, status in (
        ("IN-TIME", date(2024, 3, 10), OrderStatus.DELIVERED),
        ("LATE", date(2024, 3, 12), OrderStatus.DELIVERED),
        ("MISSING", None, OrderStatus.CONFIRMED),
        ("CANCELLED", None, OrderStatus.CANCELLED),
    ):
        make_order(
            cast.huaxin,
            number,
            date(2024, 3, 1),
            100,
            promised_on=promised,
            delivered_on=delivered,
            status=status,
        )
    make_order(cast.huaxin, "UNPROMISED", date(2024, 3, 1), 100)
    late = behaviour.late_deliveries(cast.huaxin, date(2024, 3, 15))
    assert (late.late, late.counted) == (2, 3)
    assert {(row.name, row.days, row.is_open) for row in late.rows} == {
        ("LATE", 2, False),
        ("MISSING", 5, True),
    }


def test_late_payments_are_those_after_their_day_and_those_still_waited_for(cast: Cast) -> None:
    order = make_order(cast.huaxin, "SO-1", date(2024, 3, 1), 100)
    for reference, paid in (("EARLY", date(2024, 3, 1)), ("LATE", date(2024, 3, 20)), ("WAITING", None)):
        make_payment(order, reference, 10, due_on=date(2024, 3, 10), paid_on=paid)
    late = behaviour.late_payments(cast.huaxin, date(2024, 3, 15))
    assert (late.late, late.counted) == (2, 3)
    assert {(row.name, row.days, row.is_open) for row in late.rows} == {
        ("LATE", 10, False),
        ("WAITING", 5, True),
    }
    assert {row.id for row in late.rows} == {order.pk}
