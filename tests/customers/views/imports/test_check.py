"""The check: counts that add up to the file, only the errors, and cells put right in place."""

from __future__ import annotations

import re

import pytest

from crm.models import Job
from customers.models import Customer, ImportBatch
from customers.services.imports import checking
from tests.customers.views.imports.conftest import CUSTOMERS, Wizard, address, work


def counts(page: str) -> list[int]:
    """Return the counts of the tabs: all rows, then each outcome."""
    return [int(each) for each in re.findall(r'tab-count">(\d+)<', page)]


def test_the_counts_add_up_to_the_file_and_nothing_is_written(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    before = Customer.objects.count()
    wizard.matched(batch)
    whole, *each = counts(wizard.get(batch, "check"))
    assert whole == 3 == sum(each)
    assert Customer.objects.count() == before


def test_every_row_says_what_becomes_of_it(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    wizard.matched(batch)
    page = wizard.get(batch, "check")
    assert page.count('class="import-row"') == 3
    assert "宏图商行" in page
    assert "The name is empty" in page


def test_only_errors_are_shown_when_asked(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    wizard.matched(batch)
    page = wizard.get(batch, "check", only="rejected")
    assert page.count('class="import-row"') == 1
    assert "宏图商行" not in page
    assert wizard.get(batch, "check", only="nonsense", after="x").count('class="import-row"') == 3


def test_long_lists_come_in_pages_that_the_address_names(wizard: Wizard) -> None:
    batch = wizard.brought("customer code,name\n" + "".join(f"Z{n},店{n}\n" for n in range(120)))
    wizard.matched(batch)
    page = wizard.get(batch, "check")
    assert page.count('class="import-row"') == 50
    assert "?after=51" in page
    assert wizard.get(batch, "check", after="101").count('class="import-row"') == 20


def test_a_cell_is_put_right_without_scripts(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    wizard.matched(batch)
    form = wizard.get(batch, "rows/4", only="rejected")
    assert 'name="cell-1"' in form
    answer = wizard.client.post(
        address(batch, "rows/4"), {"cell-0": "K8", "cell-1": "新店", "cell-2": "", "only": "rejected"}
    )
    assert answer.headers["Location"].startswith(address(batch, "check"))
    assert counts(wizard.get(batch, "check"))[-2:] == [0, 0]
    done = wizard.imported(ImportBatch.objects.get(pk=batch.pk))
    assert (done.rows, done.rejected) == (3, 0)
    assert Customer.objects.filter(code="K8", name="新店").exists()


def test_a_cell_is_put_right_in_its_place(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    wizard.matched(batch)
    asked = wizard.client.get(address(batch, "rows/4"), headers={"HX-Request": "true"})
    assert asked.content.decode().lstrip().startswith("<li")
    answer = wizard.client.post(
        address(batch, "rows/4"),
        {"cell-0": "K8", "cell-1": "新店", "cell-2": ""},
        headers={"HX-Request": "true"},
    )
    page = answer.content.decode()
    assert "新店" in page
    assert 'hx-swap-oob="innerHTML"' in page


def test_lines_that_are_not_there_are_not_found(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    assert wizard.client.get(address(batch, "rows/2")).status_code == 404
    wizard.matched(batch)
    for line in (1, 99, 10**12):
        assert wizard.client.get(address(batch, f"rows/{line}")).status_code == 404


def test_other_imports_are_not_found(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    batch.pk += 1000
    for step in ("", "reading", "columns", "check", "rows", "rejected", "undo", "progress", "rows/2"):
        assert wizard.client.get(address(batch, step)).status_code == 404


def test_a_large_file_is_checked_by_a_worker_once_and_told_about(
    wizard: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "AT_ONCE_BYTES", 0)
    batch = wizard.brought(CUSTOMERS)
    answers = [wizard.post(batch, "columns", go="check", source="-", consent_basis="-") for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [address(batch, "check")] * 2
    assert Job.objects.filter(kind=checking.CHECK_KIND).count() == 1
    assert f'hx-get="{address(batch, "progress")}' in wizard.get(batch, "check")
    work()
    assert counts(wizard.get(batch, "check"))[0] == 3


def test_of_a_large_file_one_row_is_judged_again_and_all_are_when_asked(
    wizard: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "AT_ONCE_BYTES", 0)
    batch = wizard.brought(CUSTOMERS)
    wizard.matched(batch)
    cells = {"cell-0": "K7", "cell-1": "宏图商行", "cell-2": "13900139000"}
    wizard.client.post(address(batch, "rows/4"), cells)
    page = wizard.get(batch, "check")
    assert "Check again" in page
    assert counts(page)[1] == 2
    wizard.client.post(address(batch, "check"))
    work()
    assert counts(wizard.get(batch, "check"))[1] == 1
