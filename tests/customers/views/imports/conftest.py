"""Walking the import wizard as an admin's browser does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from crm.models import Job, User
from crm.services import jobs
from customers.models import Channel, ImportBatch
from tests.cast import Cast, sign_in

CUSTOMERS = (
    "customer code,name,phone,region\nK1,苏州华新家电,13800138000,江苏\nK7,宏图商行,13900139000,\nK8,,,\n"
)


class Wizard:
    """Somebody at the import pages; what they start is done at once."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client: Client = sign_in(user)

    def upload(self, content: str | bytes, name: str = "list.csv", **fields: Any) -> Any:
        """Send a file to the first page."""
        body = content.encode() if isinstance(content, str) else content
        return self.client.post("/customers/imports/new/", {"file": SimpleUploadedFile(name, body), **fields})

    def brought(self, content: str | bytes, name: str = "list.csv", **fields: Any) -> ImportBatch:
        """Upload a file that is taken; return the import."""
        answer = self.upload(content, name, **fields)
        assert answer.status_code == 302, complaints(answer)
        return ImportBatch.objects.latest("pk")

    def get(self, batch: ImportBatch, step: str = "", **asked: Any) -> str:
        """Open a step and return the page."""
        answer = self.client.get(address(batch, step), asked)
        assert answer.status_code == 200, (answer.status_code, answer.headers)
        return answer.content.decode()

    def post(self, batch: ImportBatch, step: str, **said: Any) -> Any:
        """Send a step's form with its own answers, changed by ``said``."""
        kept = fields_of(self.get(batch, step)) if step in {"reading", "columns"} else {}
        return self.client.post(address(batch, step), {**kept, **said})

    def matched(self, batch: ImportBatch, **said: Any) -> None:
        """Answer the columns and have every row checked."""
        answer = self.post(batch, "columns", go="check", source="-", consent_basis="-", **said)
        assert answer.status_code == 302, complaints(answer)
        work()

    def imported(self, batch: ImportBatch) -> ImportBatch:
        """Go through all steps; return the import, done."""
        self.matched(batch)
        self.client.post(address(batch, "run"))
        work()
        batch.refresh_from_db()
        return batch


def complaints(answer: HttpResponse) -> list[str]:
    """Return what a page says is wrong."""
    texts = re.findall(
        r"(?:invalid-feedback|notice-bad)[^>]*>(.*?)</(?:p|span|div)>", answer.content.decode(), re.S
    )
    return [re.sub(r"<[^>]+>|\s+", " ", each).strip() for each in texts]


def address(batch: ImportBatch, step: str = "") -> str:
    """Return the address of a page of an import."""
    return f"/customers/imports/{batch.pk}/{step}{'/' if step else ''}"


def work() -> None:
    """Do the jobs that wait."""
    for job in Job.objects.filter(state="queued"):
        jobs.execute(job.pk)


def fields_of(page: str) -> dict[str, Any]:
    """Return what a browser would send of the page's main form if nothing is changed."""
    form = max(re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.S), key=len)
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, kind = _attribute(tag, "name"), _attribute(tag, "type")
        if name and (kind not in {"radio", "checkbox"} or "checked" in tag):
            sent.setdefault(name, []).append(_attribute(tag, "value"))
    for name, inner in re.findall(r"<select[^>]*name=\"([^\"]+)\".*?>(.*?)</select>", form, re.S):
        chosen = re.search(r"<option value=\"([^\"]*)\" selected", inner)
        sent[name] = [chosen[1] if chosen else re.findall(r"<option value=\"([^\"]*)\"", inner)[0]]
    return sent


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """A place for files that is this test's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def wizard(cast: Cast, media: Path) -> Wizard:
    """Ada at the import pages."""
    Channel.objects.create(name="春季展会", kind="exhibition")
    return Wizard(cast.ada)
