"""A broker that takes connections and answers nothing keeps nobody waiting, and loses no job."""

import socket
import time

import pytest

from crm.celery import app
from crm.models import Job, JobState
from crm.services import jobs


@pytest.mark.django_db(transaction=True)
def test_asking_for_a_job_goes_on_beside_a_hung_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs._handlers, "test.hung_broker", lambda job: {})
    with socket.create_server(("127.0.0.1", 0)) as hung:
        monkeypatch.setattr(app.conf, "broker_write_url", f"redis://127.0.0.1:{hung.getsockname()[1]}/0")
        began = time.monotonic()
        job = jobs.enqueue("test.hung_broker", {}, actor=None)
        waited = time.monotonic() - began
    assert waited < 2 * jobs.PUBLISH_SECONDS
    assert Job.objects.get(pk=job.pk).state == JobState.QUEUED
