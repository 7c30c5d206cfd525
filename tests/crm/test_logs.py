"""Log lines say what happened and to which record, and never what it says."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm.logs import render
from crm.models import Job
from crm.services import jobs
from customers.models import Customer
from tests.cast import Cast, sign_in

CANARY = "canary-7f3a"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Return what the product's own handler writes, at its most talkative."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def test_a_job_that_breaks_on_a_value_is_logged_without_it(
    cast: Cast, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(job: jobs.RunningJob) -> dict[str, object]:
        secret = f"{CANARY} in a variable"
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [secret])
        try:
            with transaction.atomic():
                Customer.objects.create(code="K1", name=secret, created_at=timezone.now())
        except IntegrityError as error:
            raise ZeroDivisionError(secret) from error
        return {}

    monkeypatch.setitem(jobs._handlers, "test.break", break_down)
    job = Job.objects.create(kind="test.break", arguments={"note": CANARY})
    jobs.execute(job.pk)
    assert "job attempt failed" in lines.getvalue()
    assert "builtins.ZeroDivisionError" in lines.getvalue()
    assert "IntegrityError" in lines.getvalue()
    assert "(K1)" not in lines.getvalue()
    assert f"job={job.pk}" in lines.getvalue()
    assert CANARY not in lines.getvalue()


def test_what_is_typed_into_a_form_or_a_search_is_in_no_line(cast: Cast, lines: io.StringIO) -> None:
    browser = sign_in(cast.ada)
    browser.post("/customers/new/", {"name": CANARY, "kind": "no such kind"})
    browser.post(f"/customers/{cast.huaxin.pk}/edit/", {"name": CANARY})
    browser.get("/customers/", {"q": CANARY})
    browser.get("/customers/999999999/", {"q": CANARY})
    assert "/customers/999999999/" in lines.getvalue()
    assert CANARY not in lines.getvalue()
