"""A draft policy on the facts as they are: what it says is what a run then publishes, and nothing is written."""

import datetime
from typing import Any

import pandas as pd
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import translation

from analysis.exports.what_if import what_if_lines
from analysis.forms.policies import PolicyForm
from analysis.models import AnalysisRun, CustomerSnapshot, Policy, Publication
from analysis.models.reading import PolicyError
from analysis.models.rules import PolicyRules, read_rules
from analysis.selectors.snapshots import visible
from analysis.services import policies
from analysis.services.runs import start_run
from analysis.services.what_if import NothingPublishedError, evaluate, what_if
from crm.models import Role
from customers.models import Customer
from tests.analysis.trade import Trade
from tests.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.date(2025, 1, 15)
DRAFTS: dict[str, dict[str, Any]] = {
    "thresholds": {"thresholds": {"a": 100_000, "b": 50_000}},
    "scheme": {"scheme": "pareto"},
    "window": {"window": {"days": 90}, "churn": {"horizon_days": 30, "flag_at": "0.3"}},
    "returns": {"returns": "original_order", "metric": "gross_margin"},
}
COLUMNS = ["value", "rank", "tier", "tier_raw", "orders", "churn_probability", "churn_flag", "marks"]


def run_on(day: datetime.date, policy: Policy | None = None) -> AnalysisRun:
    return start_run(actor=None, as_of=day, policy=policy, queue=False)


def published(run: AnalysisRun) -> pd.DataFrame:
    rows = (
        CustomerSnapshot.objects.filter(run=run).order_by("customer_id").values_list("customer_id", *COLUMNS)
    )
    return pd.DataFrame(rows, columns=["customer_id", *COLUMNS]).set_index("customer_id")


@pytest.fixture
def trade() -> Trade:
    trade = Trade(seed=41)
    run_on(DAY - datetime.timedelta(days=100))
    run_on(DAY)
    return trade


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS)
def test_what_if_is_what_a_run_then_publishes(trade: Trade, draft: dict[str, Any]) -> None:
    trade.go_on(5)
    rules = {**PolicyRules().document(), **draft}
    expected = evaluate(AnalysisRun(as_of=DAY, policy=Policy(version=0, rules=rules)))
    told = what_if(rules, actor=None)
    before = published(told.compared_with)
    run = run_on(DAY, policies.adopt(rules, actor=None))
    found = published(run)
    assert list(found.index) == list(expected.index)
    for column in COLUMNS:
        shown = expected[column].astype(object).where(expected[column].notna(), None)
        assert list(found[column].astype(object).where(found[column].notna(), None)) == list(shown), column
    moved = found["tier"].ne(before["tier"].reindex(found.index))
    assert told.moved == moved.sum()
    assert sum(passage.customers for passage in told.passages) == told.moved == len(told.movers)
    assert told.tiers == {tier: int((found["tier"] == tier).sum()) for tier in "ABC"}
    assert sum(region.up + region.down for region in told.regions) == told.moved


def test_marks_that_a_share_rule_moves_are_counted_as_the_run_then_bears_them(trade: Trade) -> None:
    rules = {**PolicyRules().document(), "marks": {"vip_share": "0.3", "drag_share": "0.05", "young_days": 0}}
    told = what_if(rules, actor=None)
    before = published(told.compared_with)["marks"]
    found = published(run_on(DAY, policies.adopt(rules, actor=None)))["marks"]
    assert told.moved == 0
    assert {each.mark for each in told.marks if each.gained or each.lost} >= {"vip"}
    for each in told.marks:
        then, now = before.eq(each.mark), found.eq(each.mark)
        assert (each.before, each.after) == (then.sum(), now.sum())
        assert (each.gained, each.lost) == ((now & ~then).sum(), (then & ~now).sum())
    with translation.override("en"):
        assert any(line.startswith("VIP: ") and "gained" in line for line in what_if_lines(told))


def test_a_model_that_failed_the_published_backtest_is_cautioned_against(trade: Trade) -> None:
    run = Publication.objects.get().run
    methods = run.churn["backtest"]["methods"]
    methods["bg_nbd"]["may_be_default"], methods["nbd"]["may_be_default"] = False, True
    run.save(update_fields=["churn"])
    doubtful, sound = ({"churn": {"model": model}} for model in ("bg_nbd", "nbd"))
    found = what_if(doubtful, actor=None)
    assert "BG/NBD" in found.caution
    assert found.caution in what_if_lines(found)
    assert policies.caution(read_rules(sound)) == ""
    document = read_rules({}).document()
    offered = PolicyForm(None, user=make_user("ada", Role.ADMIN), document=document, based_on=1)[
        "churn__model"
    ]
    assert 'value="bg_nbd"' not in str(offered)
    assert "BG/NBD" in offered.help_text
    published = run_on(DAY, policies.adopt(doubtful, actor=None))
    assert (
        published.churn["may_be_default"]
        is published.churn["backtest"]["methods"]["bg_nbd"]["may_be_default"]
    )


def test_nothing_is_written(trade: Trade) -> None:
    trade.go_on(3)
    before = everything_counted()
    what_if(DRAFTS["thresholds"], actor=None)
    assert everything_counted() == before


def test_a_viewer_is_told_of_their_own_customers(trade: Trade) -> None:
    rep = make_user("boss", Role.MANAGER)
    Customer.objects.filter(pk__in=[customer.pk for customer in trade.customers[:4]]).update(owner=rep)
    told = what_if(DRAFTS["thresholds"], actor=rep)
    seen = set(visible(told.compared_with, rep).values_list("customer_id", flat=True))
    assert len(seen) == told.customers == 4
    assert {mover.customer_id for mover in told.movers} <= seen


def test_movers_are_told_of_in_both_languages(trade: Trade) -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            told = what_if(DRAFTS["thresholds"], actor=None)
            assert told.movers
            assert all(mover.sentence and mover.reasons for mover in told.movers)


def test_a_draft_is_checked_like_a_policy(trade: Trade) -> None:
    with pytest.raises(PolicyError):
        what_if({"thresholds": {"a": 1, "b": 2}}, actor=None)
    with pytest.raises(PermissionDenied):
        what_if({}, actor=make_user("rep", Role.REP))


def test_there_must_be_something_to_compare_with() -> None:
    with pytest.raises(NothingPublishedError):
        what_if({}, actor=None)


def everything_counted() -> list[Any]:
    """The tables of the database with their rows, as they were written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " ORDER BY relname"
        )
        tables = cursor.fetchall()
        found = []
        for name, file in tables:
            cursor.execute(f'SELECT count(*), max(xmin::text::bigint) FROM "{name}"')  # noqa: S608 - names of our own
            found.append((name, file, cursor.fetchone()))
        return found
