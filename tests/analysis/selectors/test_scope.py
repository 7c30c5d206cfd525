"""Everybody is shown their own customers' sums, and nothing that tells of others."""

import datetime

import pytest

from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.selectors import contribution, insights, tiers
from analysis.selectors.ranking import ORDERS, ranking
from analysis.selectors.snapshots import Filter, anybody_left, visible
from analysis.services import policies
from analysis.services.runs import start_run
from crm.models import Role, User
from crm.paging import CursorError
from customers.models import Customer, CustomerShare, Region
from tests.analysis.company import golden_company, run_before, west_policy
from tests.analysis.measures import golden
from tests.cast import make_user

pytestmark = pytest.mark.django_db

ALICES = ("C01", "C05", "C10")


@pytest.fixture(scope="module")
def run(committed: None) -> AnalysisRun:
    golden_company()
    pareto = policies.adopt({"scheme": "pareto"}, actor=None)
    start_run(actor=None, as_of=golden.AS_OF, policy=pareto, publish=False, queue=False)
    policy = west_policy()
    run_before(policy)
    return start_run(actor=None, as_of=golden.AS_OF, policy=policy, queue=False)


@pytest.fixture
def alice(run: AnalysisRun) -> User:
    user = make_user("alice", Role.REP)
    Customer.objects.filter(code__in=ALICES).update(owner=user)
    return user


@pytest.fixture
def ada(run: AnalysisRun) -> User:
    return make_user("ada", Role.ADMIN)


def codes(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[str]:  # noqa: A002
    return [row.code for row in ranking(run, user, filter).rows]


def test_the_company_is_the_sum_of_its_customers(run: AnalysisRun, ada: User) -> None:
    found = tiers.headline(run, ada)
    assert found.total.value == 23_579_999_96
    assert {tier: part.customers for tier, part in found.tiers.items()} == {"A": 5, "B": 2, "C": 5}
    assert sum(part.value for part in found.tiers.values()) == found.total.value
    assert sum(part.value_share or 0 for part in found.tiers.values()) == pytest.approx(1)


def test_the_stored_sums_are_what_adding_up_the_rows_gives(run: AnalysisRun, ada: User) -> None:
    stored = tiers.headline(run, ada)
    narrowed = tiers.headline(run, ada, Filter(tiers=frozenset("ABC")))
    assert stored.tiers == narrowed.tiers


def test_a_customer_deleted_since_is_in_no_sum_and_no_list(run: AnalysisRun, ada: User) -> None:
    Customer.objects.filter(code="C01").update(deleted_at=datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC))
    assert tiers.headline(run, ada).total.value == 15_579_999_96
    assert "C01" not in codes(run, ada)
    assert tiers.pareto(run, ada).customers == 11


def test_who_refuses_to_be_scored_is_left_out_at_once(run: AnalysisRun, ada: User, alice: User) -> None:
    Customer.objects.filter(code="C01").update(scoring_refused=True)
    c01 = Customer.objects.get(code="C01").pk
    opened = insights.open_published()
    assert opened is not None
    assert opened.standings([c01]) == {}
    assert not opened.customers_with(tiers="ABC").filter(customer=c01).exists()
    assert (opened.explain(c01, viewer=ada), opened.history(c01, viewer=ada)) == (None, [])
    for viewer in (ada, alice):
        shown = ranking(run, viewer).rows
        assert "C01" not in [row.code for row in shown]
        assert tiers.headline(run, viewer).total.value == sum(row.value for row in shown)
        months = contribution.monthly(run, viewer, months=12)
        assert sum(month.net_revenue for month in months) == sum(row.net_revenue for row in shown)


def test_regions_are_added_up_with_what_lies_below_them(run: AnalysisRun, ada: User) -> None:
    for region in (None, *Region.objects.filter(customers__isnull=False).values_list("pk", flat=True)):
        stored = tiers.by_region(run, ada, Filter(region=region))
        counted = tiers.by_region(run, ada, Filter(region=region, tiers=frozenset("ABC")))
        assert stored == counted != []
        whole = tiers.headline(run, ada, Filter(region=region)).total
        assert sum(place.a + place.b + place.c for place in stored) == whole.customers


def test_who_left_since_is_in_no_region(run: AnalysisRun, ada: User) -> None:
    assert not anybody_left(run)
    Customer.objects.filter(code__in=("C01", "C04")).update(scoring_refused=True)
    assert anybody_left(run)
    assert tiers.by_region(run, ada) == tiers.by_region(run, ada, Filter(tiers=frozenset("ABC")))
    Customer.objects.update(scoring_refused=False)
    assert not anybody_left(run)


def test_a_list_is_told_how_many_a_tier_has_where_the_run_counted_them(
    run: AnalysisRun, ada: User, alice: User
) -> None:
    Customer.objects.filter(code="C01").update(scoring_refused=True)
    opened = insights.open_published()
    assert opened is not None
    for asked in ({"tiers": "A"}, {"tiers": ["B", "C"]}, {"flagged": True}, {"flagged": False}):
        assert opened.count_with(ada, **asked) == opened.customers_with(**asked).count()
        assert opened.count_with(alice, **asked) is None


def test_a_rep_is_shown_the_sums_of_their_own(run: AnalysisRun, alice: User) -> None:
    found = tiers.headline(run, alice)
    assert (found.total.customers, found.total.value, found.company) == (3, 8_199_999_99, False)
    assert contribution.summary(run, alice).unidentified_net_revenue is None
    assert contribution.summary(run, alice).net_revenue == 8_199_999_99


def test_a_rep_s_ranks_and_shares_are_among_their_own(run: AnalysisRun, alice: User) -> None:
    rows = ranking(run, alice).rows
    assert [(row.code, row.rank) for row in rows] == [("C01", 1), ("C05", 2), ("C10", 3)]
    assert sum(row.share or 0 for row in rows) == pytest.approx(1)
    assert rows[1].cumulative_share_before == pytest.approx(8_000_000_00 / 8_399_999_99)


def test_scope_follows_the_customer_not_the_run(run: AnalysisRun, alice: User) -> None:
    Customer.objects.filter(code="C01").update(owner=None)
    CustomerShare.objects.create(customer=Customer.objects.get(code="C07"), user=alice)
    assert codes(run, alice) == ["C07", "C05", "C10"]


def test_nobody_is_shown_nothing(run: AnalysisRun) -> None:
    stranger = make_user("eve", Role.REP)
    assert tiers.headline(run, stranger).total.customers == 0
    assert tiers.pareto(run, stranger).points == [(0, 0.0)]
    assert tiers.by_region(run, stranger) == []
    assert not ranking(run, stranger).rows
    assert visible(run, make_user("nobody", Role.REP)).count() == 0


@pytest.mark.parametrize("order", ORDERS)
def test_pages_follow_each_other_without_a_gap(run: AnalysisRun, ada: User, order: str) -> None:
    seen, after = [], ""
    for _page in range(12):
        page = ranking(run, ada, order=order, after=after, size=5)
        seen += [row.code for row in page.rows]
        after = page.after or ""
        if not after:
            break
    assert sorted(seen) == [f"C{number:02}" for number in range(1, 13)]


def test_a_cursor_from_elsewhere_is_refused(run: AnalysisRun, ada: User) -> None:
    with pytest.raises(CursorError):
        ranking(run, ada, after="nonsense")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(tiers=frozenset("A")), ["C01", "C03", "C02", "C04", "C08"]),
        (Filter(marks=frozenset({"drag"})), ["C11", "C10"]),
        (Filter(moved="up"), ["C03", "C04", "C08"]),
        (Filter(moved="down"), ["C06"]),
        (Filter(moved="down", tier_before="B"), ["C06"]),
        (Filter(moved="new"), ["C12"]),
        (Filter(near=True), []),
        (Filter(positive=False), ["C11", "C12", "C10"]),
        (Filter(search="c0"), ["C01", "C03", "C02", "C04", "C06", "C07", "C09", "C08", "C05"]),
        (Filter(search="golden 12"), ["C12"]),
    ],
)
def test_each_filter_finds_its_customers(
    run: AnalysisRun, ada: User, wanted: Filter, found: list[str]
) -> None:
    assert codes(run, ada, wanted) == found


def test_the_headline_counts_who_moved(run: AnalysisRun, ada: User) -> None:
    found = tiers.headline(run, ada).tiers
    assert (found["A"].moved_up, found["A"].moved_down) == (3, 0)
    assert (found["B"].moved_down, found["C"].fallen_in, found["C"].new) == (1, 1, 1)
    for tier, part in found.items():
        assert len(codes(run, ada, Filter(tiers=frozenset(tier), moved="up"))) == part.moved_up


def test_tiers_by_region_name_the_thresholds_in_force(run: AnalysisRun, ada: User) -> None:
    regions = {region.name: region for region in tiers.by_region(run, ada)}
    west = regions["WEST"]
    assert (west.a, west.b, west.c, west.threshold_a, west.own_threshold) == (1, 1, 0, 2_000_000_00, True)
    assert regions["EAST"].threshold_a == 5_000_000_00
    region = Region.objects.get(code="X-WEST").pk
    assert codes(run, ada, Filter(region=region)) == ["C04", "C05"]
    assert tiers.headline(run, ada, Filter(region=region)).total.customers == 2


def test_under_the_pareto_scheme_every_region_has_the_company_s_line(run: AnalysisRun, ada: User) -> None:
    pareto = AnalysisRun.objects.get(policy__rules__scheme="pareto")
    key = CustomerSnapshot.objects.filter(run=pareto, tier_pareto="A").values_list("value", flat=True)
    assert {region.threshold_a for region in tiers.by_region(pareto, ada)} == {min(key)}


def test_the_curve_ends_with_everybody_and_marks_where_tiers_end(run: AnalysisRun, ada: User) -> None:
    curve = tiers.pareto(run, ada)
    assert curve.points[0] == (0, 0.0)
    assert curve.points[-1] == (12, 1.0)
    assert (curve.a.customers, curve.b.customers) == (5, 7)


def test_months_are_the_viewer_s_own(run: AnalysisRun, ada: User, alice: User) -> None:
    assert sum(month.net_revenue for month in contribution.monthly(run, ada, months=12)) == 23_579_999_96
    assert sum(month.net_revenue for month in contribution.monthly(run, alice, months=12)) == 8_199_999_99


def test_the_customers_pages_are_told_what_was_published(run: AnalysisRun, ada: User, alice: User) -> None:
    opened = insights.open_published()
    assert opened is not None
    c01, c02 = (Customer.objects.get(code=code).pk for code in ("C01", "C02"))
    assert opened.standings([c01, c02])[c01].tier == "A"
    explained = opened.explain(c01, viewer=ada)
    assert explained is not None
    assert (explained.rank, explained.population, explained.net_revenue) == (1, 12, 8_000_000_00)
    hidden = opened.explain(c01, viewer=alice)
    assert hidden is not None
    assert (hidden.rank, hidden.share) == (None, None)
    assert opened.explain(c02, viewer=alice) is None
    assert [past.tier for past in opened.history(c01, viewer=ada)] == ["A", "A"]
    assert set(opened.customers_with(tiers="A").values_list("customer_id", flat=True)) >= {c01, c02}
