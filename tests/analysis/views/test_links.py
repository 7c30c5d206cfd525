"""Where a page of the analysis leads, the same customers of the same run are looked at."""

import pytest
from django.urls import reverse

from analysis.models import AnalysisRun, Dimension
from analysis.selectors.composition import Group
from analysis.selectors.snapshots import Filter
from analysis.services.runs import start_run
from analysis.views.measures.declaring import Asked
from analysis.views.measures.earning import _group_url
from analysis.views.measures.parts import carried, orders_in
from tests.analysis.dealings import AS_OF
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(cast: Cast) -> AnalysisRun:
    """Return the published run."""
    return start_run(actor=None, as_of=AS_OF, queue=False)


def test_the_overview_and_every_page_pass_on_whose_customers_are_looked_at(
    cast: Cast, run: AnalysisRun
) -> None:
    client, mine = sign_in(cast.alice), f"owner={cast.alice.pk}"
    overview = client.get(f"{reverse('analysis:overview')}?{mine}")
    directory = [page["url"] for group in overview.context["directory"] for page in group["pages"]]
    assert directory
    assert all(address.endswith(f"?{mine}") for address in directory)
    for name in ("attention", "churn"):
        page = client.get(f"{reverse(f'analysis:{name}')}?{mine}")
        assert [link["url"] for link in page.context["related"] if not link["url"].endswith(f"?{mine}")] == []
    run.state = "superseded"
    assert carried(Asked(run, cast.alice, Filter()), "/x/") == f"/x/?run={run.pk}"


def test_a_mark_leads_to_the_customers_or_orders_that_it_counts(cast: Cast, run: AnalysisRun) -> None:
    mine = Asked(run, cast.alice, Filter(owner=cast.alice.pk, region=7), {"by": Dimension.REGION.value})
    group = Group(**dict.fromkeys(Group.__slots__, None) | {"key": 9})
    assert _group_url(mine, group) == f"{reverse('customers:list')}?owner={cast.alice.pk}&region=9"
    assert orders_in(mine, "2024-11") == ""
    inside = Asked(run, cast.alice, Filter(region=7))
    assert orders_in(inside, "2024-11") == f"{reverse('customers:orders')}?month=2024-11&region=7"
