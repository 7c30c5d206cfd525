"""Backups, taken while people work, bring back everything, and nothing that was erased since."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import environ
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from psycopg import sql
from pytest_django import Settings

from crm.models import ApiToken, AuditEntry
from crm.services import audit
from customers.models import Customer
from customers.services import imports
from customers.services.duties.erasing import erase_customer
from customers.services.duties.ledger import lines
from customers.services.duties.withdrawing import withdraw_consent
from customers.services.recovery import restoring, taking
from customers.services.recovery.keyrings import read_keys
from customers.services.recovery.places import RecoveryError, backups, find
from customers.services.recovery.programs import database_url, parameters, put_aside
from tests.customers.services.recovery.conftest import RELIGION, House


@contextmanager
def at_work(house: House) -> Iterator[list[int]]:
    """Have somebody act and enter customers all the while; yields the numbers of what they entered."""
    stop = threading.Event()
    entered: list[int] = []

    def work() -> None:
        try:
            while not stop.is_set():
                audit.record(None, "test.act", f"act:{len(entered)}")
                entered.append(
                    Customer.objects.create(
                        code=f"L{len(entered)}", name="甲", created_at=house.ming.created_at
                    ).pk
                )
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield entered
    finally:
        stop.set()
        thread.join()


def drop(database: str) -> None:
    """Drop the database that a restore has put aside."""
    connection.close()
    with psycopg.connect(**parameters("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(database)))


def test_a_backup_taken_under_load_passes_the_drill(house: House) -> None:
    with at_work(house) as entered:
        backup = taking.take()
    assert entered
    report = restoring.drill(backup)
    assert report.faults == []
    assert report.files == 1
    assert report.opened == 1
    assert 0 < report.entries < AuditEntry.objects.count()
    verdict = AuditEntry.objects.filter(action="backup.drill").get()
    assert verdict.detail["passed"] is True


def test_what_was_purged_after_a_backup_is_purged_again_by_a_restore(house: House) -> None:
    backup = taking.take()
    erase_customer(house.ming.pk, actor=house.ada, reason="asked for it")
    assert [line.kind for line in lines()] == ["erasure"]
    assert read_keys(backup) == []
    report = restoring.drill(backup)
    assert (report.faults, report.replayed, report.opened) == ([], 1, 0)


def test_a_withdrawn_consent_stays_withdrawn_after_a_restore(house: House) -> None:
    backup = taking.take()
    withdraw_consent(house.ming.pk, RELIGION, actor=house.dora)
    report = restoring.drill(backup)
    assert (report.faults, report.replayed, report.opened) == ([], 1, 0)


def test_a_drill_notices_what_is_missing(house: House) -> None:
    house.file.delete()
    backup = taking.take()
    manifest = json.loads(b"".join(restoring._opened(backup, backup.manifest)))
    assert manifest["rows"]["customers_attachment"] == 0
    manifest["rows"]["customers_customer"] += 1
    backup.manifest.unlink()
    with taking._sealed(backup, backup.manifest) as target:
        target.write(json.dumps(manifest).encode())
    assert restoring.drill(backup).faults == ["customers_customer: 1 rows instead of 2."]


@pytest.mark.parametrize("part", ["database", "files", "keys", "manifest"])
def test_a_backup_that_was_cut_off_or_changed_is_refused(house: House, part: str) -> None:
    backup = taking.take()
    path = backup.folder / part
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(RecoveryError, match=r"changed|cut off"):
        restoring.drill(backup)
    assert AuditEntry.objects.get(action="backup.drill").detail == {"passed": False}


def test_no_value_stands_readable_in_a_backup(house: House) -> None:
    backup = taking.take()
    for part in (backup.database, backup.files, backup.keys, backup.manifest):
        assert "王小明".encode() not in part.read_bytes()
        assert b"a letter" not in part.read_bytes()
        assert part.stat().st_mode & 0o077 == 0


def test_a_database_in_use_is_replaced_only_when_that_is_said(house: House) -> None:
    backup = taking.take()
    with pytest.raises(RecoveryError, match="--replace"):
        restoring.restore(backup, replace=False)
    Customer.objects.filter(pk=house.ming.pk).update(name="another")
    done = restoring.restore(backup, replace=True)
    try:
        assert done.report.faults == []
        assert Customer.objects.get(pk=house.ming.pk).name == "王小明"
    finally:
        drop(done.before)


def test_a_restore_revives_neither_tokens_nor_files_of_who_was_erased(house: House) -> None:
    source = Path(settings.KEZHI_HOME, "list.csv")
    source.write_text("code,name\nP1,王小明\n")
    batch = imports.receive(source, name="list.csv", kind="customers", actor=house.ada)
    imports.start_here(batch, actor=house.ada)
    week = timezone.now() + timedelta(days=7)
    token = ApiToken.objects.create(
        user=house.ada, name="x", start="x", digest="x", scopes=[], expires_at=week
    )
    backup = taking.take()
    erase_customer(house.ming.pk, actor=house.ada, reason="asked for it")
    done = restoring.restore(backup, replace=True)
    try:
        assert list(Path(settings.MEDIA_ROOT).rglob("source")) == []
        assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
        assert done.before in put_aside()
        assert AuditEntry.objects.get(action="backup.restore").detail["revoked"] == 1
    finally:
        drop(done.before)


def test_a_password_of_any_signs_stands_in_the_address_of_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "p@s/s:w%40#d")
    read = environ.Env.db_url_config(database_url("kezhi_drill_1"))
    assert (read["PASSWORD"], read["NAME"]) == ("p@s/s:w%40#d", "kezhi_drill_1")


def test_old_backups_go_and_the_newest_stays(house: House, settings: Settings) -> None:
    backup = taking.take()
    older = backup.folder.with_name("20200101T000000Z")
    older.mkdir()
    (older / "manifest").touch()
    settings.BACKUP_KEEP_DAYS = 1
    assert taking.drop_old() == 1
    assert [each.name for each in backups()] == [backup.name]
    assert find("latest") == backup


def test_the_commands_do_the_same(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("backup")
    call_command("restore_drill")
    assert "is whole" in capsys.readouterr().out
