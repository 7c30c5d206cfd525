"""The churn page's figures: the same however they are added up, and each viewer's own."""

import datetime
from dataclasses import replace

import pytest

from analysis.models import AnalysisRun
from analysis.selectors import churn
from analysis.selectors.snapshots import Filter, visible
from analysis.services.runs import start_run
from crm.models import Role, User
from customers.models import Customer
from tests.analysis.trade import Trade
from tests.cast import make_user

pytestmark = pytest.mark.django_db

AS_OF = datetime.date(2025, 5, 1)


@pytest.fixture(scope="module")
def run(committed: None) -> AnalysisRun:
    Trade(seed=21, customers=80, orders=0).live(AS_OF)
    return start_run(actor=None, as_of=AS_OF, queue=False)


@pytest.fixture
def ada(run: AnalysisRun) -> User:
    return make_user("ada", Role.ADMIN)


def test_the_summary_counts_what_the_list_shows(run: AnalysisRun, ada: User) -> None:
    found = churn.summary(run, ada)
    listed = churn.flagged(run, ada, size=100)
    assert found.published
    assert 0 < found.flagged == listed.count == len(listed.rows) < found.scored
    assert found.flagged_value == sum(row.value for row in listed.rows)
    assert found.scored + found.no_orders == visible(run, ada).count()
    assert found.flagged == sum(band.customers for band in found.bands if band.low >= found.flag_at - 1e-9)


def test_what_the_run_kept_is_what_adding_up_the_rows_gives(run: AnalysisRun, ada: User) -> None:
    kept, added = churn.summary(run, ada), churn.summary(run, ada, Filter(tiers=frozenset("ABC")))
    assert kept.expected_orders == pytest.approx(added.expected_orders)
    assert replace(kept, expected_orders=0.0) == replace(added, expected_orders=0.0)


def test_each_reason_counts_its_customers(run: AnalysisRun, ada: User) -> None:
    for reason in churn.summary(run, ada).reasons:
        rows = churn.flagged(run, ada, Filter(reason=reason.code), size=100).rows
        assert (len(rows), sum(row.value for row in rows)) == (reason.customers, reason.value)


def test_a_rep_is_shown_their_own_flagged_customers(run: AnalysisRun, ada: User) -> None:
    alice = make_user("alice", Role.REP)
    own = Customer.objects.filter(code__in=[f"T{number}" for number in range(40)])
    own.update(owner=alice)
    everybody = {row.customer_id for row in churn.flagged(run, ada, size=100).rows}
    expected = everybody & set(own.values_list("pk", flat=True))
    assert 0 < len(expected) < len(everybody)
    assert {row.customer_id for row in churn.flagged(run, alice, size=100).rows} == expected
    assert churn.summary(run, alice).flagged == len(expected)


@pytest.mark.parametrize("order", churn.ORDERS)
def test_the_flagged_come_in_order_and_page_by_page(run: AnalysisRun, ada: User, order: str) -> None:
    seen, after = [], ""
    for _page in range(30):
        page = churn.flagged(run, ada, order=order, after=after, size=4)
        seen += page.rows
        after = page.after or ""
        if not after:
            break
    keys: dict[str, list[float]] = {
        "value": [row.rank for row in seen],
        "probability": [-(row.churn_probability or 0) for row in seen],
        "overdue": [-(row.days_since_last_order or 0) for row in seen],
    }
    assert keys[order] == sorted(keys[order])
    assert len({row.customer_id for row in seen}) == len(seen) == churn.summary(run, ada).flagged


def test_the_evaluation_tells_of_every_method_on_offer(run: AnalysisRun) -> None:
    found = churn.evaluation(run)
    assert found.trained_to == AS_OF - datetime.timedelta(days=90)
    assert {method.name for method in found.methods} == {"mbg_nbd", "bg_nbd", "nbd"}
    assert sum(method.is_default for method in found.methods) == 1
    judged = next(method for method in found.methods if method.is_default)
    assert sum(part.customers for part in judged.calibration) == judged.customers
