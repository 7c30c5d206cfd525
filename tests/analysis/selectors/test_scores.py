"""Everybody reads the scores of their own customers, in typed rows and sentences, and nothing that tells of others."""

import datetime

import pytest
from django.utils.translation import override

from analysis.models import AnalysisRun, RetentionStatus, RfmSegment
from analysis.selectors import backtest, clv, cohorts, credit, gold, loyalty, retention, rfm
from analysis.selectors.snapshots import Filter
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from crm.models import Role, Team, User
from crm.paging import CursorError
from customers.models import CreditAccount, Customer, Payment
from tests.analysis.buyers import buyers
from tests.cast import make_user

AS_OF = datetime.date(2024, 12, 31)
LISTS = {
    rfm: rfm.ORDERS,
    clv: clv.ORDERS,
    gold: gold.ORDERS,
    retention: retention.ORDERS,
    credit: credit.ORDERS,
}
SCORES = ("rfm", "clv", "gold", "cohorts", "loyalty", "retention", "credit", "backtest")
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def run(committed: None) -> AnalysisRun:
    people = buyers(120, datetime.date(2022, 6, 1), AS_OF)
    north = Team.objects.create(name="North")
    Customer.objects.filter(pk__in=[person.pk for person in people[:40]]).update(
        team=north, purchasing_power="low"
    )
    CreditAccount.objects.create(customer=people[0], account_type="credit", credit_limit=1)
    Payment.objects.create(
        reference="P1", customer=people[0], due_on="2024-12-01", amount=5, currency="CNY", amount_cents=500
    )
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    carry_out_here(run, only=SCORES)
    return run


@pytest.fixture
def ada(run: AnalysisRun) -> User:
    return make_user("ada", Role.ADMIN)


@pytest.fixture
def alice(run: AnalysisRun) -> User:
    user = make_user("alice", Role.REP)
    Customer.objects.filter(code__in=["B000", "B001", "B002"]).update(owner=user)
    return user


def test_the_company_reads_what_the_run_found(run: AnalysisRun, ada: User) -> None:
    assert [segment.code for segment in rfm.segments(run, ada)] == list(RfmSegment.values)
    scored = sum(segment.customers for segment in rfm.segments(run, ada))
    assert scored == sum(cell.customers for cell in rfm.cells(run, ada)) > 0
    assert clv.summary(run, ada).customers == loyalty.summary(run, ada).customers == 120
    found = gold.summary(run, ada)
    assert (found.gold, found.year_start) == (6, datetime.date(2025, 1, 1))
    assert 0 < found.expected_of_gold <= found.expected
    score = gold.score(run, ada)
    assert score is not None
    assert [part.name for part in score.lists] == ["model", "naive", "hindsight"]
    assert credit.summary(run, ada).customers_overdue == 1
    assert backtest.windows(run, ada)[0].as_of == AS_OF


def test_who_refuses_to_be_scored_has_no_score_at_once(run: AnalysisRun, ada: User, alice: User) -> None:
    before = clv.summary(run, ada)
    Customer.objects.filter(code="B000").update(scoring_refused=True)
    for viewer, customers in ((ada, 119), (alice, 2)):
        listed = clv.customers(run, viewer, size=200).rows
        assert "B000" not in {row.customer.code for row in listed}
        assert "B000" not in {row.customer.code for row in rfm.customers(run, viewer, size=200).rows}
        assert clv.summary(run, viewer).customers == len(listed) == customers
    assert clv.summary(run, ada).clv < before.clv


def test_cohorts_hold_every_customer_once(run: AnalysisRun, ada: User) -> None:
    found = cohorts.cohorts(run, ada)
    assert sum(cohort.customers for cohort in found) == 120
    assert all(cohort.months[0].retention == 1 for cohort in found)
    assert sum(cohort.repeaters for cohort in found) == loyalty.summary(run, ada).repeaters


def test_branches_add_up_and_list_their_customers(run: AnalysisRun, ada: User) -> None:
    found = retention.branches(run, ada)
    assert {branch.label for branch in found} == {"North", ""}
    north = next(branch for branch in found if branch.label == "North")
    listed = retention.customers(run, ada, branch=north.branch_id, status=RetentionStatus.KEPT, size=100).rows
    assert len(listed) == north.kept
    assert sum(row.net_revenue_before for row in listed) <= north.revenue_before
    best = retention.customers(run, ada, branch=north.branch_id, order="amount").rows[0]
    assert best.amount_rank == 1


def test_a_rep_reads_their_own_and_no_rank_among_others(run: AnalysisRun, alice: User) -> None:
    assert clv.summary(run, alice).customers == 3
    assert sum(cohort.customers for cohort in cohorts.cohorts(run, alice)) == 3
    assert {row.gold_rank for row in gold.customers(run, alice, gold=None).rows} == {None}
    assert {row.amount_rank for row in retention.customers(run, alice).rows} == {None}
    assert gold.score(run, alice) is None
    assert rfm.cut_points(run, alice) is None
    assert credit.summary(run, alice).unpaid == 500


def test_who_has_no_role_reads_nothing(run: AnalysisRun) -> None:
    rita = User.objects.create_user("rita")
    assert clv.summary(run, rita).customers == 0
    assert cohorts.cohorts(run, rita) == []
    assert backtest.windows(run, rita) == []


def test_every_list_pages_in_each_of_its_orders_and_refuses_foreign_cursors(
    run: AnalysisRun, ada: User
) -> None:
    for module, orders in LISTS.items():
        for order in orders:
            first = module.customers(run, ada, order=order, size=2)
            again = module.customers(run, ada, order=order, size=2, after=first.after or "")
            seen = {row.customer.customer_id for row in (*first.rows, *again.rows)}
            assert len(seen) == len(first.rows) + len(again.rows)
            with pytest.raises(CursorError):
                module.customers(run, ada, order=order, after="x")


def test_every_row_explains_itself_in_both_languages(run: AnalysisRun, ada: User) -> None:
    owing = Filter(search="B000")
    for language in ("en", "zh-hans"):
        with override(language):
            assert all(row.reason for row in rfm.customers(run, ada).rows)
            assert all(row.reason for row in clv.customers(run, ada).rows)
            assert all(row.reason for row in gold.customers(run, ada, gold=None).rows)
            assert all(row.reason for row in loyalty.customers(run, ada).rows)
            assert all(row.reason for row in retention.customers(run, ada).rows)
            assert len(credit.customers(run, ada, owing).rows[0].reasons) >= 2
