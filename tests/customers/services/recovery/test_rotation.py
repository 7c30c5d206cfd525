"""Keys are rotated while people read and write: nobody is hindered, nothing is lost, and the old key can go."""

import threading
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from crm.sealing.envelope import new_key
from customers.models import DataKey, PersonProfile
from customers.services import privacy
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
