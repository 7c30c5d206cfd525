"""What happened with a customer."""

from datetime import UTC, date, datetime

from customers.models import Complaint, Interaction, Need
from customers.selectors import behaviour
from tests.cast import Cast, make_order


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
    Complaint.objects.create(
        customer=cast.huaxin, complaint_type="defect", reported_at=on(3), cause="外壳开裂", resolution="换货"
    )
    Need.objects.create(customer=cast.huaxin, statement="想扩张", noted_on=date(2024, 3, 1))
    for user, readable in ((cast.alice, True), (cast.otto, False)):
        (interaction,) = behaviour.interaction_page(user, cast.huaxin).rows
        (complaint,) = behaviour.complaints_of(user, cast.huaxin)
        (need,) = behaviour.needs_of(user, cast.huaxin)
        texts = [interaction.text, complaint.cause, complaint.resolution, need.statement]
        assert (texts == ["问到货时间", "外壳开裂", "换货", "想扩张"]) is readable
        assert all(texts)


def test_open_complaints_are_named_oldest_first(cast: Cast) -> None:
    for day in (7, 5):
        Complaint.objects.create(customer=cast.huaxin, complaint_type="defect", reported_at=on(day))
    Complaint.objects.create(
        customer=cast.huaxin, complaint_type="service", reported_at=on(1), resolved_at=on(4)
    )
    assert behaviour.open_complaints(cast.huaxin) == [on(5), on(7)]
    assert [row.days for row in behaviour.complaints_of(cast.alice, cast.huaxin)] == [None, None, 3]


def test_the_mix_says_what_most_of_it_is_about(cast: Cast) -> None:
    for response_type in ("inquiry", "visit", "inquiry", "inquiry"):
        Interaction.objects.create(customer=cast.huaxin, response_type=response_type, occurred_at=on(1))
    assert [(each.count, each.share) for each in behaviour.response_mix(cast.huaxin)] == [
        (3, 0.75),
        (1, 0.25),
    ]
