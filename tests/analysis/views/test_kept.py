"""What is kept of sums and pages, and that it is read anew as soon as anything it depends on is another."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.utils import translation

from analysis.forms.filters import SnapshotFilters
from analysis.models import AnalysisRun, Annotation, MeasureResult
from analysis.selectors.kept import kept as kept_figures
from analysis.selectors.snapshots import Filter
from analysis.services.runs import start_run
from analysis.views.measures.declaring import Asked
from analysis.views.measures.frame import Frame
from analysis.views.measures.kept import kept
from crm.models import Role, User
from customers.models import Customer, CustomerShare, Territory
from tests.analysis.dealings import AS_OF
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def read_twice(run: AnalysisRun, user: User, scope: Filter) -> int:
    """Ask a page for the same twice; return how often it was read."""
    cache.clear()
    reads: list[dict[str, int]] = []

    def read() -> dict[str, int]:
        reads.append({"customers": 1})
        return reads[-1]

    for _time in range(2):
        kept(
            "rfm", Frame(Asked(run, user, scope), None, [], [], SnapshotFilters(QueryDict(), user=user)), read
        )
    return len(reads)


def test_figures_of_a_colleague_or_team_are_read_each_time_and_those_of_the_company_once(cast: Cast) -> None:
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    assert cast.huaxin.region is not None
    assert read_twice(run, cast.ada, Filter()) == 1
    assert read_twice(run, cast.ada, Filter(region=cast.huaxin.region.pk)) == 1
    assert read_twice(run, cast.ada, Filter(owner=cast.alice.pk)) == 2
    assert read_twice(run, cast.ada, Filter(team=cast.alice.team_id)) == 2
    assert read_twice(run, cast.alice, Filter()) == 2


class Reads:
    """How often something was added up, told by what each reading returns."""

    def __init__(self, run: AnalysisRun) -> None:
        cache.clear()
        self.run, self.times = run, 0

    def again(self) -> int:
        self.times += 1
        return self.times

    def ask(self, user: User, wanted: Filter | None = None) -> int:
        user = User.objects.get(pk=user.pk)  # as a request knows them
        return kept_figures("cohorts", self.run, user, wanted or Filter(), self.again)

    def is_read_anew(self, user: User, wanted: Filter | None = None) -> bool:
        """Whether it is added up again now, and then no more."""
        before = self.times
        return [self.ask(user, wanted), self.ask(user, wanted)] == [before + 1] * 2


def test_sums_are_read_once_for_everybody_until_a_customer_of_theirs_comes_or_goes(cast: Cast) -> None:
    reads = Reads(start_run(actor=None, as_of=AS_OF, queue=False))
    viewers = (cast.ada, cast.alice, cast.bob, cast.charlie, cast.dora)
    assert all(reads.is_read_anew(user) for user in viewers)
    Customer.objects.filter(pk=cast.huaxin.pk).update(owner=cast.charlie)
    assert [reads.is_read_anew(user) for user in viewers] == [False, True, False, True, False]
    CustomerShare.objects.create(customer=cast.orphan, user=cast.charlie)
    assert [reads.is_read_anew(user) for user in viewers] == [False, False, False, True, False]
    Customer.objects.filter(pk=cast.huaxin.pk).update(region=None)
    assert [reads.is_read_anew(user) for user in viewers] == [False, False, False, False, True]
    Customer.objects.filter(pk=cast.orphan.pk).update(team=cast.dora.team)
    assert [reads.is_read_anew(user) for user in viewers] == [False, False, False, False, True]
    CustomerShare.objects.filter(user=cast.bob).delete()
    assert [reads.is_read_anew(user) for user in viewers] == [False, False, True, False, False]


@pytest.mark.parametrize("left", [{"deleted_at": datetime.now(UTC)}, {"scoring_refused": True}])
def test_sums_are_read_anew_when_somebody_is_deleted_or_refuses(cast: Cast, left: dict[str, Any]) -> None:
    reads = Reads(start_run(actor=None, as_of=AS_OF, queue=False))
    assert all(reads.is_read_anew(user) for user in (cast.ada, cast.alice, cast.dora))
    Customer.objects.filter(pk=cast.huaxin.pk).update(**left)
    assert all(reads.is_read_anew(user) for user in (cast.ada, cast.alice, cast.dora))


def test_sums_are_read_anew_for_another_run_measure_right_team_or_territory(cast: Cast) -> None:
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    reads = Reads(run)
    assert reads.is_read_anew(cast.dora)
    MeasureResult.objects.create(run=run, name="cohorts", state="done", finished_at=datetime.now(UTC))
    assert reads.is_read_anew(cast.dora)
    Customer.objects.filter(pk=cast.orphan.pk).update(team=cast.alice.team)
    User.objects.filter(pk=cast.dora.pk).update(team=cast.alice.team)
    assert reads.is_read_anew(cast.dora)
    Territory.objects.update(manager=None)
    assert reads.is_read_anew(cast.dora)
    User.objects.filter(pk=cast.dora.pk).update(role=Role.REP)
    assert reads.is_read_anew(cast.dora)
    reads.run = start_run(actor=None, as_of=AS_OF, queue=False)
    assert reads.is_read_anew(cast.dora)


def test_sums_of_a_colleague_or_team_are_read_anew_when_their_customers_change(cast: Cast) -> None:
    reads = Reads(start_run(actor=None, as_of=AS_OF, queue=False))
    asked = (
        Filter(owner=cast.alice.pk),
        Filter(team=cast.dora.team_id),
        Filter(region=cast.huaxin.region_id),
    )
    assert all(reads.is_read_anew(cast.ada, wanted) for wanted in asked)
    Customer.objects.filter(pk=cast.huaxin.pk).update(owner=cast.bob)
    assert [reads.is_read_anew(cast.ada, wanted) for wanted in asked] == [True, False, False]
    Customer.objects.filter(pk=cast.orphan.pk).update(team=cast.dora.team)
    assert [reads.is_read_anew(cast.ada, wanted) for wanted in asked] == [False, True, False]


def test_what_was_read_while_a_customer_changed_hands_is_not_kept(cast: Cast) -> None:
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    cache.clear()

    def there_and_back() -> int:
        for owner in (cast.bob, cast.alice):
            Customer.objects.filter(pk=cast.huaxin.pk).update(owner=owner)
        return 1

    assert kept_figures("sums", run, cast.alice, Filter(), there_and_back) == 1
    assert kept_figures("sums", run, cast.alice, Filter(), lambda: 2) == 2


def test_what_a_page_says_above_its_list_is_another_one_for_all_that_it_depends_on(cast: Cast) -> None:
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    cache.clear()
    reads: list[int] = []

    def read() -> dict[str, Any]:
        reads.append(1)
        return {}

    def is_read_anew(user: User, language: str = "en", address: str = "/analysis/tiers/") -> bool:
        before = len(reads)
        form = SnapshotFilters(QueryDict(), user=user)
        frame = Frame(Asked(run, user, Filter()), None, [], [], form)
        with translation.override(language):
            for _time in range(2):
                kept("tiers", frame, read, address)
        return len(reads) > before

    assert [is_read_anew(cast.ada), is_read_anew(cast.ada), is_read_anew(cast.otto)] == [True, False, True]
    assert is_read_anew(cast.ada, "zh-hans")
    assert is_read_anew(cast.ada, address="/analysis/tiers/?tier=A")
    Annotation.objects.create(day=AS_OF, text="Price rise", author=cast.ada)
    assert [is_read_anew(cast.ada), is_read_anew(cast.ada)] == [True, False]
    Customer.objects.filter(pk=cast.huaxin.pk).update(scoring_refused=True)
    assert is_read_anew(cast.ada)
    MeasureResult.objects.create(run=run, name="moves", state="done", finished_at=datetime.now(UTC))
    assert is_read_anew(cast.ada)
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    assert is_read_anew(cast.ada)
