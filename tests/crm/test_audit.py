"""The audit trail: append-only, chained, and verifiable."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from crm.models import AuditEntry
from crm.services import audit


@pytest.fixture
def trail(db: None) -> list[AuditEntry]:
    return [audit.record(None, "test.act", f"subject {number}", number=number) for number in range(3)]


def forge(statement: str) -> None:
    """Write as the table's owner could: with the triggers switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE crm_auditentry DISABLE TRIGGER USER")
        cursor.execute(statement)


def test_each_entry_carries_the_hash_of_the_one_before(trail: list[AuditEntry]) -> None:
    assert [entry.previous_hash for entry in trail] == ["", trail[0].hash, trail[1].hash]
    assert audit.first_broken_entry() is None


@pytest.mark.parametrize("write", [{"subject": "somebody else"}, None])
def test_entries_can_be_neither_changed_nor_deleted(
    trail: list[AuditEntry], write: dict[str, str] | None
) -> None:
    entries = AuditEntry.objects.filter(pk=trail[1].pk)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        entries.update(**write) if write else entries.delete()


def test_the_trail_can_not_be_emptied(trail: list[AuditEntry]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE crm_auditentry ENABLE TRIGGER USER")  # tests/template.py says why
        with pytest.raises(DatabaseError, match="Cannot empty crm_auditentry"), transaction.atomic():
            cursor.execute("TRUNCATE crm_auditentry")
    assert audit.first_broken_entry() is None
    assert AuditEntry.objects.count() == len(trail)


@pytest.mark.parametrize(
    "forged", ["subject = 'forged'", "detail = '{}'", "previous_hash = 'x'", "action = 'x'"]
)
def test_an_entry_changed_behind_the_triggers_is_named(trail: list[AuditEntry], forged: str) -> None:
    forge(f"UPDATE crm_auditentry SET {forged} WHERE id = {trail[1].pk}")  # noqa: S608
    assert audit.first_broken_entry() == trail[1]


def test_an_entry_removed_behind_the_triggers_breaks_the_next(trail: list[AuditEntry]) -> None:
    forge(f"DELETE FROM crm_auditentry WHERE id = {trail[1].pk}")  # noqa: S608
    assert audit.first_broken_entry() == trail[2]


def test_a_trail_cut_off_at_its_end_differs_from_what_was_noted(trail: list[AuditEntry]) -> None:
    noted = f"{trail[2].pk}:{trail[2].hash}"
    call_command("verify_audit", "--last", noted)
    forge(f"DELETE FROM crm_auditentry WHERE id = {trail[2].pk}")  # noqa: S608
    call_command("verify_audit")
    with pytest.raises(CommandError, match="cut off"):
        call_command("verify_audit", "--last", noted)


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_make_one_chain() -> None:
    """The second waits for the first's transaction, then links to what it left."""

    def write(who: str) -> None:
        try:
            for number in range(10):
                with transaction.atomic():
                    audit.record(None, "test.act", f"{who} {number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ("one", "other")))
    assert AuditEntry.objects.count() == 20
    assert audit.first_broken_entry() is None
