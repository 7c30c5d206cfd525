"""The card of a job: who sees it, and who may stop or repeat it."""

import pytest

from crm.models import Job, JobState, User
from tests.cast import Cast, sign_in


@pytest.fixture
def job(cast: Cast) -> Job:
    """Return Dora's running analysis."""
    return Job.objects.create(
        kind="analysis.run", created_by=cast.dora, state=JobState.RUNNING, done=30, total=100, attempt=1
    )


def test_a_running_job_asks_for_itself_again(cast: Cast, job: Job) -> None:
    text = sign_in(cast.dora).get(f"/jobs/{job.pk}/").content.decode()
    assert f'hx-get="/jobs/{job.pk}/"' in text
    assert "30%" in text


def test_a_job_that_ended_lets_the_page_show_what_came_of_it(cast: Cast, job: Job) -> None:
    Job.objects.update(state=JobState.DONE)
    response = sign_in(cast.dora).get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"})
    assert response["HX-Refresh"] == "true"
    assert "hx-get" not in response.content.decode()


def test_imports_are_seen_by_those_who_may_see_imports(cast: Cast, job: Job) -> None:
    Job.objects.update(kind="customers.import")
    seen = {user.username: sign_in(user).get(f"/jobs/{job.pk}/").status_code for user in people(cast)}
    assert seen == {"alice": 404, "dora": 404, "ada": 200, "otto": 200}


def test_only_the_author_and_who_acts_for_the_company_may_stop_a_job(cast: Cast, job: Job) -> None:
    stopped = {}
    for user in people(cast):
        Job.objects.update(cancel_requested=False)
        status = sign_in(user).post(f"/jobs/{job.pk}/cancel/").status_code
        stopped[user.username] = (status, Job.objects.get().cancel_requested)
    assert stopped == {"alice": (403, False), "dora": (302, True), "ada": (302, True), "otto": (403, False)}


def test_what_a_job_broke_on_is_for_those_who_may_run_it(cast: Cast, job: Job) -> None:
    Job.objects.update(state=JobState.FAILED, error="the reason")
    assert "the reason" in sign_in(cast.dora).get(f"/jobs/{job.pk}/").content.decode()
    assert "the reason" not in sign_in(cast.otto).get(f"/jobs/{job.pk}/").content.decode()


def test_a_failed_job_is_repeated(cast: Cast, job: Job) -> None:
    Job.objects.update(state=JobState.FAILED)
    sign_in(cast.dora).post(f"/jobs/{job.pk}/retry/")
    assert Job.objects.get().state == JobState.QUEUED


def test_after_stopping_one_is_back_where_one_came_from_but_never_elsewhere(cast: Cast, job: Job) -> None:
    client = sign_in(cast.dora)
    here = client.post(f"/jobs/{job.pk}/cancel/", headers={"Referer": "http://testserver/analysis/runs/"})
    away = client.post(f"/jobs/{job.pk}/cancel/", headers={"Referer": "https://elsewhere.example/"})
    assert (here["Location"], away["Location"]) == ("http://testserver/analysis/runs/", "/")


def test_a_referer_that_is_no_address_is_answered_too(cast: Cast, job: Job) -> None:
    response = sign_in(cast.dora).post(f"/jobs/{job.pk}/cancel/", headers={"Referer": "nonsense"})
    assert response.status_code == 302


def people(cast: Cast) -> list[User]:
    """Return one of each role."""
    return [cast.alice, cast.dora, cast.ada, cast.otto]
