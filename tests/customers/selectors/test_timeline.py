"""Everything that happened, from every table, in one order and a page at a time."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from crm.paging import CursorError
from customers.models import (
    ChurnCase,
    Complaint,
    Consent,
    Customer,
    CustomerMerge,
    Gift,
    Informant,
    Interaction,
    Need,
    Note,
    Opinion,
    OrderStatus,
    Referral,
    ServiceCost,
    Task,
    WalletShare,
)
from customers.selectors.timeline import GROUPS, SOURCES, timeline
from customers.views.record.events import written
from tests.cast import Cast, make_customer, make_order, make_payment

QUERIES = 14


def at(day: int, hour: int = 3) -> datetime:
    return datetime(2024, 3, day, hour, tzinfo=UTC)


@pytest.fixture
def lively(cast: Cast) -> Customer:
    """Return 华新 after a month in which much happened."""
    customer = cast.huaxin
    order = make_order(customer, "SO-1", date(2024, 3, 2), 100, 20)
    make_payment(order, "P-1", 100, due_on=date(2024, 3, 3), paid_on=date(2024, 3, 9))
    make_payment(order, "P-2", 20, due_on=date(2024, 3, 3), paid_on=None)
    Interaction.objects.create(customer=customer, occurred_at=at(2), body="问到货时间")
    Complaint.objects.create(
        customer=customer, complaint_type="defect", reported_at=at(3), resolved_at=at(8), cause="开裂"
    )
    Opinion.objects.create(customer=customer, stance="likes", stated_on=date(2024, 3, 4))
    Need.objects.create(customer=customer, statement="要更快", noted_on=date(2024, 3, 5))
    Gift.objects.create(customer=customer, given_on=date(2024, 3, 6), description="茶叶")
    Task.objects.create(customer=customer, title="回访", due_on=date(2024, 3, 7), done_at=at(7))
    Task.objects.create(customer=customer, title="未完成", due_on=date(2024, 3, 7))
    return customer


def names(cast: Cast, customer: Customer, **more: object) -> list[str]:
    return [event.source for event in timeline(cast.alice, customer, **more).rows]  # type: ignore[arg-type]


def test_what_has_only_a_day_stands_at_the_end_of_it(cast: Cast, lively: Customer) -> None:
    assert names(cast, lively) == [
        "payment",
        "resolution",
        "task",
        "gift",
        "need",
        "opinion",
        "complaint",
        "order",
        "interaction",
        "added",
    ]


def test_pages_of_one_row_give_every_row_once_forwards_and_backwards(cast: Cast, lively: Customer) -> None:
    there, cursor, cursors = [], "", []
    while True:
        page = timeline(cast.alice, lively, after=cursor, size=1)
        there += [(event.source, event.row.pk) for event in page.rows]
        cursors.append(page.before)
        if page.after is None:
            break
        cursor = page.after
    everything = timeline(cast.alice, lively, size=50).rows
    assert there == [(event.source, event.row.pk) for event in everything]
    back = timeline(cast.alice, lively, before=cursors[-1] or "", size=50)
    assert [(event.source, event.row.pk) for event in back.rows] == there[:-1]
    assert back.before is None


def test_a_group_keeps_its_own_and_an_unknown_one_nothing(cast: Cast, lively: Customer) -> None:
    assert names(cast, lively, groups=("trade",)) == ["payment", "order"]
    assert names(cast, lively, groups=()) == []
    assert {source.group for source in SOURCES.values()} == set(GROUPS)


def test_an_order_brings_its_amount(cast: Cast, lively: Customer) -> None:
    (order,) = [event for event in timeline(cast.alice, lively).rows if event.source == "order"]
    assert order.cents == 120_00


def test_an_auditor_reads_no_words(cast: Cast, lively: Customer) -> None:
    Note.objects.create(customer=lively, body="喜欢早上通电话")
    rows = {event.source: event.row for event in timeline(cast.otto, lively).rows}
    assert "问到" not in rows["interaction"].body
    assert "茶" not in rows["gift"].description
    assert "早上" not in rows["note"].body


def test_a_merge_is_told_until_it_is_undone(cast: Cast) -> None:
    other = make_customer("K9", "华新", owner=cast.alice)
    merge = CustomerMerge.objects.create(kept=cast.huaxin, merged=other, moves={}, merged_by=cast.alice)
    assert names(cast, cast.huaxin)[0] == "merge"
    CustomerMerge.objects.filter(pk=merge.pk).update(undone_at=at(1))
    assert names(cast, cast.huaxin) == ["added"]


def test_what_was_cancelled_told_spent_and_allowed_is_told_too(cast: Cast) -> None:
    customer = cast.huaxin
    make_order(customer, "SO-C", date(2024, 3, 1), 100, status=OrderStatus.CANCELLED)
    informant = Informant.objects.create(name="老王", owner=cast.alice)
    Referral.objects.create(informant=informant, customer=customer, referred_on=date(2024, 3, 2))
    ServiceCost.objects.create(customer=customer, kind="visit", incurred_on=date(2024, 3, 3), amount=80)
    period = {"period_start": date(2024, 1, 1), "period_end": date(2024, 2, 1)}
    WalletShare.objects.create(customer=customer, amount_elsewhere=5, noted_on=date(2024, 3, 4), **period)
    days = {"given_on": date(2024, 3, 5), "withdrawn_on": date(2024, 3, 6)}
    Consent.objects.create(customer=customer, field="person.religion", purpose="节日问候", **days)
    with translation.override("en"):
        told = written(timeline(cast.alice, customer).rows)
    kinds = [each["kind"].split(" · ")[0] for each in told]
    assert kinds[:4] == ["Consent withdrawn", "Consent given", "Bought elsewhere", "Service cost"]
    assert kinds[4:] == ["Referral", "Order", "Record"]
    assert "cancelled" in told[5]["text"]
    assert "老王" not in str(written(timeline(cast.otto, customer).rows))


def test_a_churn_follow_up_is_told_from_its_first_contact_to_its_outcome(cast: Cast) -> None:
    ChurnCase.objects.create(
        customer=cast.huaxin,
        flagged_on=date(2024, 3, 1),
        state="won_back",
        note="换了报价",
        worked_by=cast.alice,
        contacted_at=at(2),
        closed_at=at(9),
    )
    with translation.override("en"):
        told = written(timeline(cast.alice, cast.huaxin).rows)[:2]
    assert [each["kind"] for each in told] == ["Churn follow-up ended · Won back", "Churn follow-up begun"]
    assert "换了报价" in told[0]["text"]
    assert "换了报价" not in str(written(timeline(cast.otto, cast.huaxin).rows))


def test_nothing_of_another_customer_is_told(cast: Cast, lively: Customer) -> None:
    assert names(cast, cast.orphan) == ["added"]


def test_a_page_costs_a_query_and_one_a_source(
    cast: Cast, lively: Customer, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(QUERIES):  # type: ignore[operator]
        timeline(cast.alice, lively)


@pytest.mark.parametrize("cursor", ["zz", "W10", "WyJ4IiwieSIsMV0"])
def test_a_cursor_that_does_not_fit_is_refused(cast: Cast, cursor: str) -> None:
    with pytest.raises(CursorError):
        timeline(cast.alice, cast.huaxin, after=cursor)
