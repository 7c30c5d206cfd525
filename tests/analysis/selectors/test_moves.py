"""The alert list: what moved customers, in words, for whoever may see them."""

import datetime
from dataclasses import dataclass

import pytest
from django.utils import translation

from analysis.models import AnalysisRun
from analysis.selectors import moves
from analysis.selectors.results import result_of
from analysis.selectors.snapshots import Filter
from analysis.services import policies
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from crm.models import Role, User
from customers.models import Customer, Potential
from tests.cast import make_customer, make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)

THEN, NOW = datetime.date(2024, 6, 30), datetime.date(2024, 12, 31)


def run_on(day: datetime.date, b: int = 1000) -> AnalysisRun:
    policy = policies.adopt({"thresholds": {"a": 5000, "b": b}}, actor=None)
    run = start_run(actor=None, as_of=day, policy=policy, queue=False)
    carry_out_here(run, only=["moves"])
    return run


@dataclass(frozen=True)
class People:
    """Ada sees the company, Alice owns K1, Charlie owns nobody."""

    ada: User
    alice: User
    charlie: User


@pytest.fixture
def cast() -> People:
    return People(make_user("ada", Role.ADMIN), make_user("alice", Role.REP), make_user("charlie", Role.REP))


@pytest.fixture
def two_runs(cast: People) -> tuple[AnalysisRun, AnalysisRun]:
    huaxin = make_customer("K1", "苏州华新家电", owner=cast.alice)
    make_order(huaxin, "1", datetime.date(2024, 3, 1), 1200)
    make_order(make_customer("K2", "无主商行"), "2", datetime.date(2024, 3, 1), 1200)
    bright = make_customer("K3", "前景商行")
    first = run_on(THEN)
    make_order(huaxin, "3", datetime.date(2024, 9, 1), 6000)
    Customer.objects.filter(pk=bright.pk).update(potential=Potential.HIGH)
    make_customer("K4", "新来商行", created_at=datetime.datetime(2024, 10, 1, tzinfo=datetime.UTC))
    return first, run_on(NOW, b=2000)


def test_the_first_run_says_that_it_has_nothing_to_compare_with(
    two_runs: tuple[AnalysisRun, AnalysisRun],
) -> None:
    result = result_of("moves", two_runs[0])
    assert result is not None
    assert (result.state, bool(result.problem)) == ("refused", True)


def test_each_move_has_its_cause_and_is_told_in_both_languages(
    cast: People, two_runs: tuple[AnalysisRun, AnalysisRun]
) -> None:
    translation.activate("en")
    found = moves.moved(two_runs[1], cast.ada).rows
    assert [(each.code, each.move, each.cause) for each in found] == [
        ("K1", "up", "value"),
        ("K2", "down", "threshold"),
        ("K3", "up", "potential"),
        ("K4", "new", ""),
    ]
    assert "From B to A: net revenue went from" in found[0].sentence
    with translation.override("zh-hans"):
        assert all(each.sentence and each.reasons for each in moves.moved(two_runs[1], cast.ada).rows)


def test_counts_and_lists_are_the_viewers_own(
    cast: People, two_runs: tuple[AnalysisRun, AnalysisRun]
) -> None:
    run = two_runs[1]
    assert moves.counts(run, cast.ada) == {"up": 2, "down": 1, "new": 1, "lost": 0, "raised": 0, "cleared": 0}
    assert [each.code for each in moves.moved(run, cast.alice).rows] == ["K1"]
    assert moves.counts(run, cast.charlie)["up"] == 0
    assert not moves.moved(run, cast.charlie).rows


def test_the_list_is_narrowed_down_and_paged(cast: People, two_runs: tuple[AnalysisRun, AnalysisRun]) -> None:
    run = two_runs[1]
    assert [each.code for each in moves.moved(run, cast.ada, kind="down").rows] == ["K2"]
    assert [each.code for each in moves.moved(run, cast.ada, Filter(tiers=frozenset("A"))).rows] == [
        "K1",
        "K3",
    ]
    page = moves.moved(run, cast.ada, size=2)
    assert page.after is not None
    assert [each.code for each in moves.moved(run, cast.ada, after=page.after, size=2).rows] == ["K3", "K4"]


def test_the_deleted_are_lost_and_in_nobodys_list(
    cast: People, two_runs: tuple[AnalysisRun, AnalysisRun]
) -> None:
    Customer.objects.filter(code="K2").update(deleted_at=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))
    run = run_on(NOW + datetime.timedelta(days=1), b=2000)
    result = result_of("moves", run)
    assert result is not None
    assert result.summary["lost"] == 1
    assert not moves.moved(run, cast.ada, kind="lost").rows
