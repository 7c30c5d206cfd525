"""Hostile and broken files at the pages: none breaks a page, and every row of a checked one has its place."""

from __future__ import annotations

import os
import resource
import sys

from customers.models import ImportBatch
from customers.services.imports.looking import look
from tests.customers.imports.hostile import files, monsters, rows_of
from tests.customers.views.imports.conftest import Wizard, address, fields_of, work

# The largest of the thousand files and so many in all go through the pages; at night all of them do.
MONSTERS = sum(1 for _ in monsters())
FILES = int(os.environ.get("KEZHI_HOSTILE_FILES", str(MONSTERS + 30)))
BROKEN = 500
MOST = 250 * 1024 * (1024 if sys.platform == "darwin" else 1)


def test_hostile_files_break_no_page_and_lose_no_row(wizard: Wizard) -> None:
    checked, before = 0, peak()
    for content in files(FILES):
        answer = wizard.upload(content, "file")
        assert answer.status_code in {200, 302, 413, 422}
        batch = ImportBatch.objects.latest("pk") if answer.status_code == 302 else None
        checked += batch is not None and has_every_row(wizard, batch, content)
    assert checked
    assert peak() - before < MOST


def peak() -> int:
    """The most memory that this process held so far, in the units of the system."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def has_every_row(wizard: Wizard, batch: ImportBatch, content: bytes) -> bool:
    """Walk on to the check as far as the file goes; whether it was checked."""
    for step in ("reading", "columns"):
        page = wizard.client.get(address(batch, step))
        assert page.status_code < BROKEN
    if page.status_code != 200:
        return False
    said = {**fields_of(page.content.decode()), "go": "check", "source": "-", "consent_basis": "-"}
    assert wizard.client.post(address(batch, "columns"), said).status_code < BROKEN
    work()
    assert wizard.client.get(address(batch, "check")).status_code < BROKEN
    batch.refresh_from_db()
    if not batch.expected:
        return False
    assert sum(batch.expected["counts"].values()) == batch.rows == rows_of(content, look(batch))
    return True
