"""The page of a run and the button that starts one."""

import datetime

import pytest

from analysis.models import AnalysisRun, RunState
from analysis.selectors.results import result_of
from analysis.services import runs
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from crm.models import Role, User
from crm.services import jobs
from tests.cast import make_customer, make_order, make_user, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.date(2024, 12, 31)


@pytest.fixture
def ada() -> User:
    return make_user("ada", Role.ADMIN)


def test_a_run_s_page_says_where_each_measure_stands(ada: User) -> None:
    run = start_run(actor=None, as_of=DAY, queue=False)
    carry_out_here(run, only=["moves"])
    page = sign_in(ada).get(run.get_absolute_url()).content.decode()
    assert "Who moved since the run before" in page
    assert "There is no earlier published run to compare with." in page


def test_a_look_back_that_somebody_starts_replaces_nothing(ada: User) -> None:
    shown = start_run(actor=None, as_of=DAY, queue=False)
    look_back = start_run(actor=ada, as_of=DAY - datetime.timedelta(days=90), queue=False)
    shown.refresh_from_db()
    assert (shown.state, look_back.state) == (RunState.PUBLISHED, RunState.VALIDATED)


def test_the_system_may_go_back_to_an_earlier_day() -> None:
    start_run(actor=None, as_of=DAY, queue=False)
    earlier = start_run(actor=None, as_of=DAY - datetime.timedelta(days=90), queue=False)
    assert earlier.state == RunState.PUBLISHED


def test_no_more_than_a_few_runs_wait(ada: User) -> None:
    client = sign_in(ada)
    for _ in range(runs.MOST_WAITING):
        assert client.post("/analysis/runs/", {"as_of": ""}).status_code == 302
    refused = client.post("/analysis/runs/", {"as_of": ""})
    assert refused.status_code == 400
    assert "are waiting already" in refused.content.decode()
    assert AnalysisRun.objects.count() == runs.MOST_WAITING


def test_a_measure_that_broke_can_be_tried_again_from_the_run_s_page(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = make_customer("K1", "苏州华新家电")
    start_run(actor=None, as_of=DAY, queue=False)
    make_order(customer, "1", DAY, 9_000_000)
    run = start_run(actor=None, as_of=DAY + datetime.timedelta(days=1), queue=False)
    with monkeypatch.context() as broken:
        broken.setattr("analysis.services.storing.put", _fails)
        with pytest.raises(ExceptionGroup):
            carry_out_here(run, only=["moves"])
    result = result_of("moves", run)
    assert result is not None
    assert f"/jobs/{result.job_id}/retry/" in sign_in(ada).get(run.get_absolute_url()).content.decode()
    sign_in(ada).post(f"/jobs/{result.job_id}/retry/")
    jobs.execute(result.job_id or 0)
    result.refresh_from_db()
    assert result.is_done


def _fails(*_given: object) -> None:
    raise RuntimeError("broken on purpose")
