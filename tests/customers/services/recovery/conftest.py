"""A company with something of everything that a backup holds, and folders of its own."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings

from crm.models import Role, User
from customers.models import Attachment, Customer, CustomerKind
from customers.services import privacy
from customers.services.attachments import attach
from customers.services.regions import load_regions
from tests.cast import make_customer, make_user

RELIGION = "person.religion"


@dataclass(frozen=True)
class House:
    """Who administers, a person of whom a sensitive value is kept, and a file about them."""

    ada: User
    dora: User
    ming: Customer
    file: Attachment


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path: Path) -> None:
    """Keep files, backups and the ledger of purges of a test apart."""
    settings.KEZHI_HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    settings.BACKUP_FOLDER = tmp_path / "backups"
    settings.PURGE_LEDGER = tmp_path / "purges.jsonl"


@pytest.fixture
def house(transactional_db: None) -> House:
    """Return the company; a snapshot must see it, so it is committed."""
    load_regions()
    ada, dora = make_user("ada", Role.ADMIN), make_user("dora", Role.MANAGER)
    ming = make_customer("P1", "王小明", kind=CustomerKind.PERSON, owner=dora)
    privacy.switch_field(RELIGION, actor=ada, is_on=True, purpose="gifts", assessment="low")
    privacy.give_consent(ming.pk, RELIGION, actor=ada, evidence="signed", given_on=date(2024, 5, 3))
    privacy.store_sensitive(ming.pk, RELIGION, "佛教", actor=ada)
    file = attach(ming, ContentFile(b"a letter", "letter.txt"), actor=ada)
    return House(ada, dora, ming, file)
