"""What is kept of a page: the company's figures, never those of whose customers may change hands."""

import pytest
from django.core.cache import cache
from django.http import QueryDict

from analysis.forms.filters import SnapshotFilters
from analysis.models import AnalysisRun
from analysis.selectors.company import kept_of_company
from analysis.selectors.snapshots import Filter
from analysis.services.runs import start_run
from analysis.views.measures.declaring import Asked
from analysis.views.measures.frame import Frame
from analysis.views.measures.kept import kept
from crm.models import User
from customers.models import Customer
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


def test_a_measure_s_sums_are_read_once_for_the_company_until_somebody_leaves(cast: Cast) -> None:
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    cache.clear()
    reads: list[int] = []

    def read() -> int:
        reads.append(1)
        return len(reads)

    def ask(user: User, wanted: Filter) -> int:
        return kept_of_company("cohorts", run, user, wanted, read)

    assert [ask(cast.ada, Filter()), ask(cast.ada, Filter())] == [1, 1]
    assert [ask(cast.alice, Filter()), ask(cast.alice, Filter())] == [2, 3]
    assert [ask(cast.ada, Filter(owner=cast.alice.pk)), ask(cast.ada, Filter(owner=cast.alice.pk))] == [4, 5]
    Customer.objects.filter(pk=cast.huaxin.pk).update(scoring_refused=True)
    assert ask(cast.ada, Filter()) == 6
