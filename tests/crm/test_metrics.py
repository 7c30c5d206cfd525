"""Figures for whoever watches: behind a token, about nobody."""

import base64
import re

import pytest
from pytest_django import Settings

from crm.models import Job, JobState
from crm.services import audit
from tests.cast import Cast, sign_in

TOKEN = "t" * 40


def shown(token: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'metrics:{token}'.encode()).decode()}"}


def test_without_the_token_there_is_no_such_page(cast: Cast, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert sign_in(cast.ada).get("/metrics").status_code == 404
    assert sign_in(None).get("/metrics", headers=shown("wrong")).status_code == 404
    settings.METRICS_TOKEN = ""
    assert sign_in(None).get("/metrics", headers=shown("")).status_code == 404


def test_the_figures_are_in_the_format_of_prometheus_and_about_nobody(cast: Cast, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    Job.objects.create(kind="customers.import", state=JobState.QUARANTINED)
    audit.record(cast.ada, "backup.drill", "backup:x", passed=True)
    text = sign_in(None).get("/metrics", headers=shown(TOKEN)).content.decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r'kezhi_[a-z_]+(\{state="[a-z]+"\})? [0-9.e+-]+', line) for line in lines)
    assert 'kezhi_jobs{state="quarantined"} 1' in lines
    assert "kezhi_restore_drill_passed 1" in lines
    assert "ada" not in text.lower().replace("database", "")


@pytest.mark.django_db
def test_a_process_is_ready_when_nothing_is_missing() -> None:
    answer = sign_in(None).get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
