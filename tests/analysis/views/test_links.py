"""Where a page of the analysis leads, the same customers of the same run are looked at."""

import datetime

import pytest
from django.urls import reverse
from django.utils import translation

from analysis.models import AnalysisRun, Dimension, MeasureResult, MeasureState, RunState
from analysis.selectors.composition import Group
from analysis.selectors.snapshots import Filter
from analysis.services.runs import start_run
from analysis.views.measures.declaring import Asked
from analysis.views.measures.earning import _group_url
from analysis.views.measures.frame import WHOSE
from analysis.views.measures.pages import PAGES
from analysis.views.measures.parts import carried, orders_in
from tests.analysis.dealings import AS_OF
from tests.cast import Cast, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def run(committed: None) -> AnalysisRun:
    """Return the published run."""
    return start_run(actor=None, as_of=AS_OF, queue=False)


def test_the_overview_and_every_page_pass_on_whose_customers_are_looked_at(
    cast: Cast, run: AnalysisRun
) -> None:
    client, mine = sign_in(cast.alice), f"owner={cast.alice.pk}"
    overview = client.get(f"{reverse('analysis:overview')}?{mine}")
    directory = [page["url"] for group in overview.context["directory"] for page in group["pages"]]
    assert len(directory) == len(PAGES)
    assert all(address.endswith(f"?{mine}") for address in directory)
    for name in ("attention", "churn"):
        page = client.get(f"{reverse(f'analysis:{name}')}?{mine}")
        assert [link["url"] for link in page.context["related"] if not link["url"].endswith(f"?{mine}")] == []
    past = AnalysisRun(pk=run.pk, state=RunState.SUPERSEDED)
    assert carried(Asked(past, cast.alice, Filter()), "/x/") == f"/x/?run={run.pk}"


def test_a_mark_leads_to_the_customers_or_orders_that_it_counts(cast: Cast, run: AnalysisRun) -> None:
    mine = Asked(run, cast.alice, Filter(owner=cast.alice.pk, region=7), {"by": Dimension.REGION.value})
    group = Group(**dict.fromkeys(Group.__slots__, None) | {"key": 9})  # type: ignore[arg-type]
    composition = reverse("analysis:composition")
    assert (
        _group_url(mine, group) == f"{composition}?region=7&owner={cast.alice.pk}&by=region&group=is-9#rows"
    )
    states = "status=confirmed&status=delivered"
    orders = f"{reverse('customers:orders')}?month=2024-{{}}region=7&owner={cast.alice.pk}&{states}"
    assert orders_in(mine, datetime.date(2024, 11, 1)) == orders.format("11&") + "&status=returned"
    assert orders_in(mine, datetime.date(2024, 12, 1), sales=True) == orders.format("12&until=2024-12-20&")


def test_what_tells_of_no_customer_cannot_be_narrowed_down(cast: Cast, run: AnalysisRun) -> None:
    client, query = sign_in(cast.ada), f"?owner={cast.alice.pk}"
    for name, narrows in (
        ("backtest", False),
        ("baskets", False),
        ("regional_affinity", False),
        ("gold", True),
    ):
        MeasureResult.objects.create(run=run, name=name, state=MeasureState.DONE, summary={"windows": []})
        frame = client.get(f"{reverse(f'analysis:{name}')}{query}").context["frame"]
        assert any(control.get("name") == WHOSE for control in frame.controls) is narrows, name
        assert frame.asked.scope.is_empty is not narrows, name


def test_how_right_a_method_was_is_no_figure_of_somebody_s_customers(cast: Cast, run: AnalysisRun) -> None:
    with translation.override("en"):
        told = {
            wanted.owner: [
                str(figure.label) for figure in PAGES["gold"].figures(Asked(run, cast.ada, wanted))
            ]
            for wanted in (Filter(), Filter(owner=cast.alice.pk))
        }
    assert "Right last year" in told[None]
    assert "Right last year" not in told[cast.alice.pk]


def test_the_tiers_page_leads_to_the_risk_among_the_same_customers(cast: Cast, run: AnalysisRun) -> None:
    page = sign_in(cast.alice).get(f"{reverse('analysis:tiers')}?owner={cast.alice.pk}")
    (at_risk,) = [each["url"] for each in page.context["figures"] if not each.get("tier")]
    assert at_risk == f"{reverse('analysis:churn')}?owner={cast.alice.pk}&tier=A&tier=B"
