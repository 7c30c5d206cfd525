"""Customers at risk as work: what stands where, whom it is shown to, and whether working them helped."""

import datetime

import pytest
from django.utils import timezone

from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.selectors import desk
from analysis.selectors.churn_work import VIEWS, progress, verdict, work
from analysis.services import policies
from analysis.services.runs import start_run
from crm.models import Role, User
from customers.models import CaseState, ChurnCase, Customer
from customers.services.churn_cases import note_step
from tests.analysis.buyers import buyers
from tests.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)

FIRST, LAST = datetime.date(2024, 6, 30), datetime.date(2024, 12, 31)


@pytest.fixture
def run() -> AnalysisRun:
    """Two runs over buyers of whom many are at risk."""
    buyers(120, datetime.date(2022, 6, 1), datetime.date(2025, 3, 31))
    policy = policies.adopt({"churn": {"flag_at": "0.3", "horizon_days": 90}}, actor=None)
    for day in (FIRST, LAST):
        made = start_run(actor=None, as_of=day, policy=policy, queue=False)
    return made


@pytest.fixture
def ada(run: AnalysisRun) -> User:
    return make_user("ada", Role.ADMIN)


def flagged(run: AnalysisRun) -> list[int]:
    rows = CustomerSnapshot.objects.filter(run=run, churn_flag=True)
    return list(rows.order_by("-last_order_on", "customer_id").values_list("customer_id", flat=True))


def test_each_view_holds_what_its_count_says(run: AnalysisRun, ada: User) -> None:
    first, second, third, *_others = flagged(run)
    note_step(first, actor=ada, state=CaseState.CONTACTED)
    note_step(second, actor=ada, state=CaseState.WON_BACK)
    calm = CustomerSnapshot.objects.filter(run=run, churn_flag=False).earliest("customer_id").customer_id
    note_step(calm, actor=ada, state=CaseState.CONTACTED)
    counted = progress(run, ada)
    shown = {
        view: [row.ranked.customer_id for row in work(run, ada, view=view, size=500).rows] for view in VIEWS
    }
    assert {view: len(ids) for view, ids in shown.items()} == {view: getattr(counted, view) for view in VIEWS}
    assert set(shown["contacted"]) == {first, calm}
    assert shown["closed"] == [second]
    assert third in shown["open"]
    assert len(shown["all"]) == len(flagged(run)) + 1
    old = LAST - datetime.timedelta(days=270)
    gone = set(
        CustomerSnapshot.objects.filter(run=run, last_order_on__lt=old).values_list("customer_id", flat=True)
    )
    assert set(shown["keep"]) == set(shown["open"] + shown["contacted"]) - gone
    assert set(flagged(run)) & gone
    assert not set(shown["open"]) & gone
    assert sum(line.churn_open for line in desk.lines(run, ada, timezone.now())) == counted.open


def test_an_outcome_holds_for_a_while(run: AnalysisRun, ada: User) -> None:
    someone = flagged(run)[0]
    note_step(someone, actor=ada, state=CaseState.FALSE_ALARM)
    assert progress(run, ada).closed == 1
    ChurnCase.objects.update(closed_at=timezone.now() - datetime.timedelta(days=91))
    assert progress(run, ada).closed == 0
    assert someone in [row.ranked.customer_id for row in work(run, ada, view="open", size=500).rows]


def test_everybody_works_their_own(run: AnalysisRun) -> None:
    rep = make_user("rep", Role.REP)
    own = sorted(flagged(run)[:3])
    Customer.objects.filter(pk__in=own).update(owner=rep)
    assert sorted(row.ranked.customer_id for row in work(run, rep, view="all").rows) == own
    assert progress(run, rep).all == 3
    assert progress(run, make_user("eve", Role.REP)).all == 0


def test_the_verdict_counts_who_ordered_after_being_flagged(run: AnalysisRun, ada: User) -> None:
    before = AnalysisRun.objects.get(as_of=FIRST)
    ids = flagged(before)
    worked = ids[: len(ids) // 2]
    day = timezone.make_aware(
        datetime.datetime.combine(FIRST + datetime.timedelta(days=5), datetime.time(12))
    )
    ChurnCase.objects.bulk_create(
        ChurnCase(customer_id=pk, flagged_on=FIRST, contacted_at=day, state=CaseState.CONTACTED)
        for pk in worked
    )
    last = dict(CustomerSnapshot.objects.filter(run=run).values_list("customer_id", "last_order_on"))
    came = {pk for pk in ids if (last[pk] or FIRST) > FIRST}
    found = verdict(run, ada)
    assert found is not None
    assert (found.worked.customers, found.worked.came_back) == (len(worked), len(came & set(worked)))
    assert (found.left.customers, found.left.came_back) == (len(ids) - len(worked), len(came - set(worked)))
    assert came
    assert verdict(before, ada) is None
