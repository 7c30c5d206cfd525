"""The pages over records: the company is shown what was stored, everybody else the same measure over their own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from analysis.measures.periods import Period, PeriodKind
from analysis.models import AnalysisRun, Dimension, DragCost, GoldRow
from analysis.registry.records import RECORDS
from analysis.selectors import (
    attention,
    composition,
    data_quality,
    drag,
    informants,
    periods,
    resources,
    sources,
    wish_list,
)
from analysis.selectors.insights import PublishedInsights
from analysis.selectors.ranking import ranking
from analysis.selectors.record_words import WISHES
from analysis.selectors.snapshots import Filter
from analysis.services import policies
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from crm.models import Role, User
from customers.models import Customer, Informant, Region
from tests.analysis.buyers import buyers
from tests.analysis.dealings import AS_OF, dealings
from tests.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)

MONTH = Period(PeriodKind.MONTH, AS_OF.replace(day=1))
YEAR = Period(PeriodKind.YEAR, AS_OF.replace(month=1, day=1))
EVERYBODY = Filter(tiers=frozenset("ABC"))

# What each page shows of everybody, by the stored rows and, narrowed down to everybody, added up anew.
STORED_AND_LIVE: tuple[Callable[[AnalysisRun, User, Filter | None], Any], ...] = (
    *(
        lambda run, user, wanted, dimension=dimension: composition.groups(run, user, dimension, wanted)
        for dimension in Dimension
    ),
    lambda run, user, wanted: periods.total(run, user, MONTH, wanted),
    lambda run, user, wanted: periods.total(run, user, YEAR, wanted),
    lambda run, user, wanted: drag.sums(run, user, wanted),
    lambda run, user, wanted: resources.by_tier(run, user, wanted),
    lambda run, user, wanted: data_quality.headline(run, user, wanted),
    lambda run, user, wanted: data_quality.fields(run, user, wanted),
    lambda run, user, wanted: wish_list.progress(run, user, wanted),
    lambda run, user, wanted: [
        replace(line, cost=None, acquisition_cost=None, return_on_cost=None)
        for line in sources.returns(run, user, "channel", wanted)
        if line.customers
    ],
)


def run_of_everything() -> AnalysisRun:
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    carry_out_here(run, only=[measure.name for measure in RECORDS])
    return run


def everything_shown(run: AnalysisRun, user: User) -> dict[str, Any]:
    """What every page shows to somebody."""
    return {
        "composition": [composition.groups(run, user, dimension) for dimension in Dimension],
        "month": periods.sales(run, user, MONTH).rows,
        "year": periods.total(run, user, YEAR).net_revenue,
        "sources": [sources.returns(run, user, source) for source in ("channel", "campaign")],
        "informants": informants.returns(run, user),
        "complaints": attention.groups(run, user, "complaint", "type"),
        "opinions": attention.groups(run, user, "opinion", "product"),
        "accounts": attention.complaining_key_accounts(run, user).rows,
        "drag": drag.customers(run, user).rows,
        "wishes": wish_list.wishes(run, user).rows,
        "mismatches": resources.mismatches(run, user).rows,
        "quality": data_quality.least_complete(run, user).rows,
        "fields": data_quality.fields(run, user),
    }


def test_the_stored_figures_are_those_of_adding_up_everybody_anew() -> None:
    dealings(seed=3)
    run, ada = run_of_everything(), make_user("ada", Role.ADMIN)
    for page in STORED_AND_LIVE:
        stored = page(run, ada, None)
        assert stored
        assert stored == page(run, ada, EVERYBODY)


def test_a_rep_who_owns_everybody_is_shown_what_the_company_is_shown() -> None:
    dealings(seed=4)
    alice, ada = make_user("alice", Role.REP), make_user("ada", Role.ADMIN)
    Customer.objects.update(owner=alice)
    Informant.objects.update(owner=alice)
    run = run_of_everything()
    company, own = everything_shown(run, ada), everything_shown(run, alice)
    for lines in company["sources"]:
        lines[:] = [
            replace(line, cost=None, acquisition_cost=None, return_on_cost=None)
            for line in lines
            if line.customers
        ]
    for page, shown in company.items():
        assert shown, page
        assert own[page] == shown, page


def test_a_stranger_is_shown_nothing_and_a_rep_nobody_else_s() -> None:
    company = dealings(seed=6)
    alice, eve = make_user("alice", Role.REP), make_user("eve", Role.REP)
    mine = [customer.pk for customer in company.customers[:6]]
    Customer.objects.filter(pk__in=mine).update(owner=alice)
    run = run_of_everything()
    shown = everything_shown(run, eve)
    assert not any(found for page, found in shown.items() if page not in {"composition", "sources"})
    assert not any(shown["composition"] + shown["sources"])
    for page in ("month", "accounts", "drag", "wishes", "mismatches", "quality"):
        assert {row.customer.customer_id for row in everything_shown(run, alice)[page]} <= set(mine), page
    assert sum(group.customers for group in composition.groups(run, alice, Dimension.SIZE)) <= len(mine)
    assert all(line.cost is None for line in sources.returns(run, alice))


def test_a_past_period_is_ranked_as_it_would_be_published() -> None:
    dealings(seed=9)
    ada, run = make_user("ada", Role.ADMIN), run_of_everything()
    for period in (MONTH.before, YEAR.before):
        published = periods.sales(run, ada, period).rows
        assert periods.past_sales(run, ada, period) == published
        assert periods.past_sales(run, make_user(f"eve{period.kind}", Role.REP), period) == []
    with pytest.raises(ValueError, match="not complete"):
        periods.past_sales(run, ada, MONTH)


def test_regions_are_gathered_into_those_just_below_the_one_asked_for() -> None:
    dealings(seed=8)
    ada, run = make_user("ada", Role.ADMIN), run_of_everything()
    below = {region.code: region.pk for region in Region.objects.filter(code__startswith="D")}

    def found(within: int | None) -> dict[str, int]:
        regions = composition.groups(run, ada, Dimension.REGION, within=within)
        return {group.label: group.customers for group in regions if group.key}

    def lying_in(path: str) -> int:
        return Customer.objects.filter(deleted_at=None, region__path__startswith=path).count()

    own = Customer.objects.filter(deleted_at=None, region__code="D1").count()
    everywhere = {"D": lying_in("D/") - lying_in("D/D1/") - lying_in("D/D2/")}
    assert found(None) == {**everywhere, "D1": lying_in("D/D1/"), "D2": lying_in("D/D2/")}
    assert found(below["D1"]) == {"D1": own, "D11": lying_in("D/D1/D11/")}


def test_every_row_says_why_it_is_there() -> None:
    dealings(seed=7)
    ada = make_user("ada", Role.ADMIN)
    run = run_of_everything()
    assert all(row.reason and row.verdict_label for row in drag.customers(run, ada).rows)
    assert all(row.reason and row.mismatch_label for row in resources.mismatches(run, ada).rows)
    wishes = wish_list.wishes(run, ada).rows
    assert all(wish.reason and wish.status_label for wish in wishes)
    accounts = attention.complaining_key_accounts(run, ada).rows
    assert all(len(row.reasons) == len(row.alerts) > 0 for row in accounts)
    assert [line.silence for line in informants.returns(run, ada, silent=True)]
    assert all(line.label != line.key for line in data_quality.fields(run, ada))


def test_the_wish_list_is_read_page_after_page_the_untouched_first() -> None:
    dealings(seed=7)
    ada, run = make_user("ada", Role.ADMIN), start_run(actor=None, as_of=AS_OF, queue=False)
    carry_out_here(run, only=["wish_list"])
    whole = wish_list.wishes(run, ada).rows
    first = wish_list.wishes(run, ada, size=1)
    others = wish_list.wishes(run, ada, after=first.after or "")
    assert len(whole) > 2
    assert [*first.rows, *others.rows] == whole
    assert wish_list.wishes(run, ada, before=others.before or "", size=1) == first
    order = {status: place for place, status in enumerate(reversed(WISHES))}
    assert whole == sorted(whole, key=lambda wish: (order[wish.status], wish.customer.code))


def test_whoever_is_gold_is_not_listed_as_drag() -> None:
    buyers(120, date(2022, 6, 1), date(2025, 3, 31))
    policy = policies.adopt({"gold": {"share": 1}, "marks": {"drag_share": "0.6"}}, actor=None)
    run = start_run(actor=None, as_of=date(2024, 12, 31), policy=policy, queue=False)
    carry_out_here(run, only=("gold", "drag"))
    ada = make_user("ada", Role.ADMIN)
    marked = set(DragCost.objects.filter(run=run).values_list("customer_id", flat=True))
    gold = set(GoldRow.objects.filter(run=run, is_gold=True).values_list("customer_id", flat=True))
    assert marked & gold
    assert {row.customer.customer_id for row in drag.customers(run, ada).rows} == marked - gold
    assert sum(verdict.customers for verdict in drag.sums(run, ada)) == len(marked - gold)
    both = Customer.objects.get(pk=min(marked & gold))
    with override("en"):
        standing = PublishedInsights(run).standings([both.pk])[both.pk]
        assert standing.marks == ("gold",)
        assert "gold" in standing.tier_reason
        assert "drag" not in standing.tier_reason
    low, high = (
        ranking(run, ada, Filter(marks=frozenset({mark}), search=both.code)) for mark in ("drag", "gold")
    )
    assert (low.count, high.count) == (0, 1)
