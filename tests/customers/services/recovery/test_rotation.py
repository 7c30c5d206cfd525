"""Keys are rotated while people read and write: nobody is hindered, nothing is lost, and the old key can go."""

import threading
import time
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from crm.local.locks import FileLock
from crm.sealing.envelope import new_key
from crm.sealing.texts import is_under_current_key, seal_text
from crm.services import jobs
from crm.services.factors import PLACE
from customers.models import Customer, DataKey, PersonProfile
from customers.services import privacy
from customers.services.duties import nightly
from customers.services.duties.erasing import erase_customer
from customers.services.duties.retention import decide
from customers.services.recovery import taking
from customers.services.recovery.keyrings import forget_erased, lock_path, read_keys
from customers.services.rotation import reseal_values, rewrap_keys
from customers.services.sealing import open_value
from tests.customers.services.recovery.conftest import RELIGION, House

RELIGIONS = ("佛教", "道教")


def test_rotating_under_load_hinders_nobody_and_loses_nothing(house: House, settings: Settings) -> None:
    stop, faults, read = threading.Event(), [], []  # type: ignore[var-annotated]

    def work(number: int) -> None:
        try:
            while not stop.is_set():
                if number:
                    privacy.store_sensitive(
                        house.ming.pk, RELIGION, RELIGIONS[len(read) % 2], actor=house.ada
                    )
                read.append(privacy.reveal(house.ming.pk, RELIGION, actor=house.dora, purpose="a gift"))
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for worker in workers:
        worker.start()
    for round_ in range(6):
        settings.MASTER_KEYS = {f"new-{round_}": new_key(), **settings.MASTER_KEYS}
        rewrap_keys()
        reseal_values(before=timezone.now())
    stop.set()
    for worker in workers:
        worker.join()
    assert faults == []
    assert set(read) <= set(RELIGIONS)
    assert len(read) > 6


def test_the_old_master_key_can_go_and_every_version_still_opens(house: House, settings: Any) -> None:
    privacy.store_sensitive(house.ming.pk, RELIGION, "道教", actor=house.ada)
    before = bytes(DataKey.objects.get().wrapped)
    versions = PersonProfile.pgh_event_model.objects.filter(religion__isnull=False)  # type: ignore[attr-defined]
    count = versions.count()
    settings.MASTER_KEYS = {"new": new_key(), **settings.MASTER_KEYS}
    call_command("rotate_keys", "--values")
    settings.MASTER_KEYS = {"new": settings.MASTER_KEYS["new"]}
    assert bytes(DataKey.objects.get().wrapped) != before
    assert versions.count() == count
    assert privacy.reveal(house.ming.pk, RELIGION, actor=house.dora, purpose="a gift") == "道教"
    opened = set()
    for version in versions:
        held = PersonProfile(pk=version.pgh_obj_id, religion=version.religion)
        opened.add(open_value(held, "religion", house.ming.pk))
    assert opened == set(RELIGIONS)


def test_a_rotation_that_was_stopped_goes_on(house: House, settings: Any) -> None:
    moment = timezone.now()
    assert reseal_values(before=moment) == 1
    assert reseal_values(before=moment) == 0


def test_erasing_reaches_backups_of_a_master_key_that_was_put_away(house: House, settings: Any) -> None:
    backup = taking.take()
    Authenticator.objects.create(
        user=house.ada, type=Authenticator.Type.TOTP, data={"secret": seal_text("seed", PLACE)}
    )
    settings.MASTER_KEYS = {"new": new_key(), **settings.MASTER_KEYS}
    call_command("rotate_keys")
    settings.MASTER_KEYS = {"new": settings.MASTER_KEYS["new"]}
    assert is_under_current_key(Authenticator.objects.get().data["secret"])
    assert len(read_keys(backup)) == 1
    erase_customer(house.ming.pk, actor=house.ada, reason="asked for it")
    assert read_keys(backup) == []


def test_a_backup_that_does_not_open_hinders_neither_the_night_nor_the_next_one(
    house: House, settings: Any
) -> None:
    damaged = taking.take()
    damaged.keys.write_bytes(b"x")
    decide("deleted", actor=house.ada, days=90, basis="nobody asked for them back")
    Customer.objects.filter(pk=house.ming.pk).update(deleted_at="2020-01-01T00:00Z")
    done = jobs.run_here(nightly.KIND, {}, actor=None)
    assert done.result == {
        "written_down": 0,
        "jobs_pruned": 0,
        "backups_unopened": [damaged.name],
        "deleted": 1,
    }
    time.sleep(1)  # a backup is named by its second
    assert read_keys(taking.take()) == []


def test_erasing_does_not_wait_for_a_backup_and_is_finished_after_it(house: House) -> None:
    backup = taking.take()
    with FileLock(lock_path()):
        erase_customer(house.ming.pk, actor=house.ada, reason="asked for it")
    assert len(read_keys(backup)) == 1
    assert forget_erased() == []
    assert read_keys(backup) == []
