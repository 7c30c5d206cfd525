"""Running: begun once, told about while it runs, stopped and taken up again, left alone by old pages."""

from __future__ import annotations

from crm.services import jobs
from customers.models import Customer, ImportBatch
from tests.customers.views.imports.conftest import CUSTOMERS, Wizard, address, work


def waiting(wizard: Wizard) -> ImportBatch:
    """Return an import that waits for a worker."""
    batch = wizard.brought(CUSTOMERS)
    wizard.matched(batch)
    assert wizard.client.post(address(batch, "run")).headers["Location"] == address(batch)
    return ImportBatch.objects.get(pk=batch.pk)


def test_sent_twice_it_is_begun_once(wizard: Wizard) -> None:
    batch = waiting(wizard)
    wizard.client.post(address(batch, "run"))
    work()
    wizard.client.post(address(batch, "run"))
    work()
    batch.refresh_from_db()
    assert (batch.rows, batch.created) == (3, 1)
    assert Customer.objects.filter(code="K7").count() == 1


def test_nothing_is_begun_before_every_row_was_checked(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    answer = wizard.client.post(address(batch, "run"), follow=True)
    assert "Have every row checked first" in answer.content.decode()
    work()
    assert not Customer.objects.filter(code="K7").exists()


def test_the_page_tells_how_far_it_is_and_asks_again(wizard: Wizard) -> None:
    batch = waiting(wizard)
    page = wizard.get(batch)
    assert f'hx-get="{address(batch, "progress")}' in page
    assert 'role="status"' in page
    assert wizard.client.get(address(batch, "progress")).headers.get("HX-Refresh") is None
    work()
    assert wizard.client.get(address(batch, "progress")).headers["HX-Refresh"] == "true"


def test_steps_of_an_import_that_has_begun_lead_to_its_page(wizard: Wizard) -> None:
    batch = waiting(wizard)
    for step in ("reading", "columns", "check", "rows/4"):
        assert wizard.client.get(address(batch, step)).headers["Location"] == address(batch)
        assert wizard.client.post(address(batch, step), {"go": "check"}).headers["Location"] == address(batch)
    answer = wizard.client.post(address(batch, "discard"), follow=True)
    assert "has begun" in answer.content.decode()
    assert ImportBatch.objects.filter(pk=batch.pk).exists()


def test_cancelled_before_a_worker_takes_it_it_is_as_before(wizard: Wizard) -> None:
    batch = waiting(wizard)
    wizard.client.post(address(batch, "cancel"))
    work()
    assert Customer.objects.filter(code="K7").count() == 0
    assert "has not begun" in wizard.get(batch)
    wizard.client.post(address(batch, "run"))
    work()
    assert Customer.objects.filter(code="K7").count() == 1


def test_paused_it_waits_until_somebody_lets_it_go_on(wizard: Wizard) -> None:
    batch = waiting(wizard)
    wizard.client.post(address(batch, "pause"))
    work()
    assert ">Go on<" in wizard.get(batch)
    wizard.client.post(address(batch, "resume"))
    work()
    batch.refresh_from_db()
    assert batch.rows == 3
    assert Customer.objects.filter(code="K7").count() == 1


def test_an_import_that_has_not_begun_is_discarded_with_its_file(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    wizard.client.post(address(batch, "discard"))
    assert not ImportBatch.objects.exists()
    assert wizard.client.get(address(batch)).status_code == 404


def test_actions_out_of_turn_are_answered_in_words(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    for action in ("pause", "resume", "cancel", "run", "undo"):
        answer = wizard.client.post(address(batch, action), follow=True)
        assert answer.status_code == 200
    batch = wizard.imported(batch)
    for action in ("pause", "resume", "cancel", "run"):
        assert wizard.client.post(address(batch, action), follow=True).status_code == 200
    assert Customer.objects.filter(code="K7").count() == 1


def test_undoing_that_stopped_is_gone_on_with(wizard: Wizard) -> None:
    batch = wizard.imported(wizard.brought(CUSTOMERS))
    wizard.client.post(address(batch, "undo"))
    assert f'action="{address(batch, "cancel")}"' not in wizard.get(batch)
    batch.refresh_from_db()
    assert batch.job is not None
    jobs.cancel(batch.job)
    for page in (wizard.get(batch), wizard.get(batch, "progress")):
        assert "Go on undoing" in page
        assert 'hx-trigger="every 2s"' not in page
    assert wizard.client.get(address(batch, "undo")).status_code == 200
    wizard.client.post(address(batch, "undo"))
    work()
    assert not Customer.objects.filter(code="K7", deleted_at=None).exists()


def test_a_paused_import_can_be_undone(wizard: Wizard) -> None:
    batch = wizard.imported(wizard.brought(CUSTOMERS))
    ImportBatch.objects.filter(pk=batch.pk).update(state="paused")
    assert address(batch, "undo") in wizard.get(batch)
    assert "Undo this import?" in wizard.get(batch, "undo")
    wizard.client.post(address(batch, "undo"))
    work()
    assert not Customer.objects.filter(code="K7", deleted_at=None).exists()
