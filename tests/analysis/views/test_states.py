"""What a page of a measure says when it has nothing to show, or when more is known than its run has read."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analysis.models import AnalysisRun, MeasureResult, MeasureState
from analysis.services.runs import start_run
from crm.models import AuditEntry, Role
from customers.models import ImportBatch
from tests.analysis.dealings import AS_OF
from tests.cast import Cast, make_customer, make_order, make_user, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(cast: Cast) -> AnalysisRun:
    """Return a published run without further measures."""
    return start_run(actor=None, as_of=AS_OF, queue=False)


def notices(client: Client, name: str) -> list[str]:
    """The titles of what a page gives notice of."""
    return [notice["title"] for notice in client.get(reverse(f"analysis:{name}")).context["notices"]]


@pytest.mark.parametrize(
    ("state", "title"),
    [
        (None, "Not in this run."),
        (MeasureState.RUNNING, "Not ready yet."),
        (MeasureState.FAILED, "It failed."),
        (MeasureState.REFUSED, "The data do not allow it."),
    ],
)
def test_a_page_says_why_it_shows_nothing(
    cast: Cast, run: AnalysisRun, state: MeasureState | None, title: str
) -> None:
    if state:
        MeasureResult.objects.create(run=run, name="rfm", state=state, problem="Nobody has ordered yet.")
    assert notices(sign_in(cast.alice), "rfm") == [title]


def test_an_import_after_the_run_makes_every_page_stale(cast: Cast, run: AnalysisRun) -> None:
    newer_import()
    for name in ("tiers", "contribution", "churn", "overview"):
        assert notices(sign_in(cast.dora), name) == ["Newer data are there."]
    assert "Start a run" in sign_in(cast.dora).get(reverse("analysis:overview")).content.decode()
    assert "Start a run" not in sign_in(cast.alice).get(reverse("analysis:overview")).content.decode()


def newer_import() -> None:
    """An import that ends after every run there is."""
    later = timezone.now() + datetime.timedelta(minutes=1)
    ImportBatch.objects.create(
        kind="orders", file_name="x", size=1, sha256="x", rows=0, state="done", finished_at=later
    )


def test_a_part_of_the_company_is_told_what_is_added_up_anew(cast: Cast, run: AnalysisRun) -> None:
    newer_import()
    MeasureResult.objects.create(run=run, name="rfm", state=MeasureState.DONE)
    for user, words in (
        (cast.ada, "not in these figures yet"),
        (cast.alice, "hold rows of the import already"),
    ):
        (notice,) = sign_in(user).get(reverse("analysis:rfm")).context["notices"]
        assert words in notice["text"]


def test_only_the_published_run_is_stale() -> None:
    make_order(make_customer("K1", "Huaxin"), "N1", AS_OF, 100)
    past = start_run(actor=None, as_of=AS_OF, queue=False)
    newest = start_run(actor=None, as_of=AS_OF, queue=False)
    newer_import()
    client = sign_in(make_user("ada", Role.ADMIN))
    titles = {}
    for run in (past, newest):
        MeasureResult.objects.create(run=run, name="rfm", state=MeasureState.DONE)
        page = client.get(f"{reverse('analysis:rfm')}?run={run.pk}")
        assert page.context["run"].pk == run.pk
        titles[run.pk] = [notice["title"] for notice in page.context["notices"]]
    assert titles == {past.pk: ["This is a past run."], newest.pk: ["Newer data are there."]}
    # What a part of the company is told of a past run is added up anew.
    part = sign_in(make_user("alice", Role.REP)).get(f"{reverse('analysis:rfm')}?run={past.pk}")
    assert [notice["title"] for notice in part.context["notices"]] == ["This is a past run."]


def test_the_brief_says_that_it_is_not_whole(cast: Cast, run: AnalysisRun) -> None:
    MeasureResult.objects.create(run=run, name="rfm", state=MeasureState.FAILED)
    MeasureResult.objects.create(run=run, name="clv", state=MeasureState.QUEUED)
    assert notices(sign_in(cast.alice), "overview") == ["This brief is not whole."]


def test_what_is_the_company_s_affair_is_said_to_be(cast: Cast, run: AnalysisRun) -> None:
    MeasureResult.objects.create(run=run, name="baskets", state=MeasureState.DONE)
    assert notices(sign_in(cast.alice), "baskets") == ["This is about the whole company."]
    assert notices(sign_in(cast.otto), "baskets") == []


def test_where_nothing_is_drawn_no_empty_file_is_put_on_record(cast: Cast, run: AnalysisRun) -> None:
    client = sign_in(cast.ada)
    for name in ("overview", "tiers", "churn"):
        assert 'href="#export-reason"' not in client.get(reverse(f"analysis:{name}")).content.decode()
    for name in ("tiers", "churn"):
        asked = {"format": "chart", "reason": "audit"}
        assert client.post(reverse("analysis:export", args=[name]), asked).status_code == 404
    assert not AuditEntry.objects.filter(action="analysis.export").exists()
