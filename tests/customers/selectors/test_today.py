"""What waits today: each reason, whose queue it is in, and that the most valuable customer comes first."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis.services.runs import start_run
from crm.extensions import customer_insights
from crm.models import Role, User
from customers.models import (
    CompanyProfile,
    Complaint,
    Customer,
    FamilyMember,
    FamilyRole,
    ImportantDate,
    Informant,
    PersonProfile,
    Referral,
    Task,
)
from customers.selectors import today as today_selector
from customers.selectors.calendar import lunar_of
from customers.selectors.coming import coming_days
from customers.selectors.queue_rows import QueueRow, Waiting
from customers.selectors.sections import profile_of
from customers.selectors.today import count_waiting, queue
from customers.services.demo import Plan, seed_demo
from customers.services.regions import load_regions
from tests.cast import Cast, make_customer, make_order, make_user

TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)
MOST_QUERIES = 26


def waiting(user: User, own: bool = True) -> list[QueueRow]:
    return queue(user, None, own=own, today=TODAY)


@pytest.mark.parametrize(
    ("day", "is_lunar", "is_kept"),
    [
        (TODAY, False, True),
        (TOMORROW, False, True),
        (TODAY + timedelta(days=2), False, False),
        (TOMORROW, True, True),
    ],
)
def test_a_day_is_told_on_its_eve_and_on_itself(cast: Cast, day: date, is_lunar: bool, is_kept: bool) -> None:
    month, of_month = lunar_of(day)[:2] if is_lunar else (day.month, day.day)
    calendar = "lunar" if is_lunar else "gregorian"
    ImportantDate.objects.create(
        customer=cast.huaxin, kind="founding", calendar=calendar, month=month, day=of_month
    )
    assert [row.on for row in waiting(cast.alice)] == ([day] if is_kept else [])


def test_birthdays_in_profiles_count_and_the_same_day_counts_once(cast: Cast) -> None:
    person = make_customer("K5", "陈国栋", owner=cast.alice, kind="person")
    PersonProfile.objects.create(
        customer=person,
        date_of_birth=TODAY.replace(year=1978),
        wedding_anniversary=TOMORROW.replace(year=2004),
    )
    ImportantDate.objects.create(customer=person, kind="birthday", month=TODAY.month, day=TODAY.day)
    FamilyMember.objects.create(customer=person, role="spouse", birthday=TOMORROW.replace(year=1980))
    assert sorted((row.on, row.detail != "") for row in waiting(cast.alice) if row.on) == [
        (TODAY, False),
        (TOMORROW, False),
        (TOMORROW, True),
    ]


def test_a_lunar_birthday_in_a_profile_is_kept_by_the_moon(cast: Cast) -> None:
    person = make_customer("K5", "陈国栋", owner=cast.alice, kind="person")
    # The 14th of the tenth lunar month, as is 22 November 2026.
    PersonProfile.objects.create(customer=person, date_of_birth=date(1978, 11, 14), birthday_is_lunar=True)
    assert [row.on for row in waiting(cast.alice)] == [TODAY]


def test_tasks_wait_for_whom_they_are_given_and_complaints_for_the_owner(cast: Cast) -> None:
    Task.objects.create(customer=cast.huaxin, title="call", due_on=TODAY, assignee=cast.bob)
    Task.objects.create(customer=cast.huaxin, title="later", due_on=TOMORROW, assignee=cast.bob)
    Complaint.objects.create(
        customer=cast.huaxin, complaint_type="defect", reported_at=datetime(2026, 11, 2, tzinfo=UTC)
    )
    assert [(row.why, row.text) for row in waiting(cast.bob)] == [(Waiting.TASK, "call")]
    assert [(row.why, row.days) for row in waiting(cast.alice)] == [(Waiting.COMPLAINT, 20)]
    assert {row.why for row in waiting(cast.dora, own=False)} == {Waiting.TASK, Waiting.COMPLAINT}
    assert waiting(cast.charlie) == []


def test_an_informant_who_fell_silent_is_asked_for_news(cast: Cast) -> None:
    informant = Informant.objects.create(name="老王", owner=cast.alice)
    referral = Referral.objects.create(
        informant=informant, customer=cast.huaxin, referred_on=TODAY - timedelta(days=91)
    )
    assert [(row.why, row.days) for row in waiting(cast.alice)] == [(Waiting.INFORMANT, 91)]
    referral.referred_on = TODAY - timedelta(days=10)
    referral.save()
    assert waiting(cast.alice) == []


@pytest.mark.django_db(transaction=True)
def test_with_a_run_the_queue_ranks_by_value_and_knows_the_late(monkeypatch: pytest.MonkeyPatch) -> None:
    load_regions()
    today = timezone.localdate()
    seed_demo(Plan.of("tiny", as_of=today, seed=7), password="not to be guessed")
    start_run(actor=None, queue=False)
    manager = User.objects.get(username="manager")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        rows = queue(manager, customer_insights(), own=False, today=today)
    assert len(asked) <= MOST_QUERIES
    values = [row.net_revenue or 0 for row in rows]
    assert values == sorted(values, reverse=True)
    assert {Waiting.CARE, Waiting.DATE, Waiting.OVERDUE} <= {row.why for row in rows}
    assert all(row.standing and row.standing.churn_flag for row in rows if row.why is Waiting.OVERDUE)
    # Nothing was cut of so few rows; counted is all, also where one of a kind is shown.
    monkeypatch.setattr(today_selector, "MOST_OF_A_KIND", 1)
    counts = count_waiting(manager, customer_insights(), own=False, today=today)
    assert {kind: count for kind, count in counts.items() if count} == Counter(row.why for row in rows)


def test_the_day_of_a_person_is_not_told_to_who_may_not_read_it(cast: Cast) -> None:
    person = make_customer("K5", "陈国栋", owner=cast.alice, kind="person")
    born = TOMORROW.replace(year=1978)
    PersonProfile.objects.create(customer=person, date_of_birth=born, wedding_anniversary=born)
    FamilyMember.objects.create(customer=person, role="spouse", birthday=born)
    ImportantDate.objects.create(customer=person, kind="birthday", month=born.month, day=born.day)
    CompanyProfile.objects.create(customer=cast.huaxin, founded_on=born)
    assert {row.customer for row in waiting(cast.ada, own=False)} == {"陈国栋", "苏州华新家电"}
    assert [row.customer for row in waiting(cast.otto, own=False)] == ["苏州华新家电"]
    assert coming_days(cast.otto, person, profile_of(person), TODAY, 30) == []
    assert len(coming_days(cast.ada, person, profile_of(person), TODAY, 30)) == 3


def test_a_spouse_keeps_her_birthday_by_the_moon(cast: Cast) -> None:
    person = make_customer("K5", "陈国栋", owner=cast.alice, kind="person")
    # The 14th of the tenth lunar month, as is 22 November 2026.
    member = FamilyMember.objects.create(
        customer=person, role="spouse", birthday=date(1978, 11, 14), birthday_is_lunar=True
    )
    assert [(row.on, row.detail) for row in waiting(cast.alice)] == [(TODAY, str(FamilyRole.SPOUSE.label))]
    assert [each.on for each in coming_days(cast.alice, person, profile_of(person), TODAY, 1)] == [TODAY]
    member.birthday = date(1978, 11, 20)
    member.save()
    assert waiting(cast.alice) == []


def test_no_due_task_of_ones_own_is_cut_however_much_waits(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today_selector, "MOST_OF_A_KIND", 2)
    monkeypatch.setattr(today_selector, "MOST_ROWS", 3)
    for number in range(5):
        customer = make_customer(f"K2{number}", f"商行{number}", owner=cast.alice, region=cast.huaxin.region)
        for kind in ("complaint", "task"):
            _let_wait(kind, customer, cast.alice, days=9)
        Task.objects.create(customer=customer, title="team", due_on=TODAY, assignee=cast.dora)
    told = Counter(row.why for row in waiting(cast.alice))
    assert told == {Waiting.TASK: 5, Waiting.COMPLAINT: 2}
    assert sum(row.text == "team" for row in queue(cast.dora, None, own=False, today=TODAY)) == 5


@pytest.mark.django_db(transaction=True)
def test_the_most_valuable_is_kept_however_much_waits() -> None:
    """The last one of more than are shown is the one worth most: it waits for the shortest time."""
    alice = make_user("alice", Role.REP)
    kinds = ("task", "complaint", "date")
    for number in range(10, 55):
        customer = make_customer(f"K{number}", f"商行{number}", owner=alice)
        make_order(customer, f"SO-{number}", TODAY - timedelta(days=30), 9_000)
        for kind in kinds:
            _let_wait(kind, customer, alice, days=9)
    best = make_customer("K99", "头等客户", owner=alice)
    make_order(best, "SO-1", TODAY - timedelta(days=30), 9_000_000)
    for kind in kinds:
        _let_wait(kind, best, alice, days=0)
    start_run(actor=None, as_of=TODAY, queue=False)
    rows = queue(alice, customer_insights(), own=True, today=TODAY)
    assert {row.why for row in rows if row.customer == "头等客户"} >= {Waiting(kind) for kind in kinds}


def _let_wait(kind: str, customer: Customer, user: User, days: int) -> None:
    since = TODAY - timedelta(days=days)
    if kind == "task":
        Task.objects.create(customer=customer, title="call", due_on=since, assignee=user)
    elif kind == "complaint":
        noon = datetime(since.year, since.month, since.day, 4, tzinfo=UTC)
        Complaint.objects.create(customer=customer, complaint_type="defect", reported_at=noon)
    else:
        ImportantDate.objects.create(customer=customer, kind="founding", month=TODAY.month, day=TODAY.day)
