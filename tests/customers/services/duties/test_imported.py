"""What imports kept of a person goes with them: files, corrected cells, rejected rows, checks that were not run."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from customers.models import Consent, Customer, FieldSwitch, ImportBatch, ImportRow
from customers.services import imports
from customers.services.duties.erasing import erase_customer
from customers.services.duties.withdrawing import withdraw_consent
from customers.services.privacy import IDENTITY
from tests.cast import Cast, make_customer

LIST = "customer code,name,phone\n"
FILES = {
    "confirmed": ("customers", f"{LIST}P1,王小明,\n"),
    "rejected": ("customers", f"{LIST}X1,,+8613861236021\nX2,甲,\n"),
    "orders": (
        "orders",
        "order number,date,customer id,sku,product name,quantity,unit price\nS1,2024-05-03,P1,A,b,1,10\n",
    ),
    "payments": ("payments", "reference,customer code,paid on,amount\nR1,P1,2024-05-03,10\n"),
    "others": ("customers", f"{LIST}P2,李四,\nP3,,\n"),
}


@pytest.fixture
def ming(cast: Cast, settings: Settings, tmp_path: Path) -> Customer:
    settings.MEDIA_ROOT = tmp_path / "files"
    ming = make_customer("P1", "王小明", kind="person", owner=cast.alice)
    ming.contact_points.create(kind="phone", value="+8613861236021")
    return ming


def received(cast: Cast, kind: str, content: str, tmp_path: Path) -> ImportBatch:
    path = tmp_path / "file.csv"
    path.write_text(content)
    return imports.receive(path, name="file.csv", kind=kind, actor=cast.ada)


def test_files_in_which_somebody_stands_go_and_others_stay(
    cast: Cast, ming: Customer, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    batches = {}
    for name, (kind, content) in FILES.items():
        batches[name] = received(cast, kind, content, tmp_path)
        imports.start_here(batches[name], actor=cast.ada)
    batches["rejected"].corrections.create(line_no=3, column_no=1, text="王小明")
    with django_capture_on_commit_callbacks(execute=True):
        erase_customer(ming.pk, actor=cast.ada, reason="asked for it")
    kept = {name for name, batch in batches.items() if ImportBatch.objects.get(pk=batch.pk).stored_as}
    assert kept == {"others"}
    assert len(list(tmp_path.glob("files/imports/*/source"))) == 1
    assert not batches["rejected"].corrections.exists()
    assert not ImportRow.objects.filter(batch=batches["confirmed"], changes__isnull=False).exists()


def test_a_check_that_names_somebody_and_was_not_run_is_forgotten(
    cast: Cast, ming: Customer, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    naming = received(cast, "customers", f"{LIST}K7, 王小明,\n", tmp_path)
    other = received(cast, "customers", f"{LIST}K8,李四,\n", tmp_path)
    for batch in (naming, other):
        imports.check_here(batch, actor=cast.ada)
    with django_capture_on_commit_callbacks(execute=True):
        erase_customer(ming.pk, actor=cast.ada, reason="asked for it")
    assert list(ImportBatch.objects.all()) == [other]


def test_with_a_consent_the_file_goes_that_says_what_it_allowed(
    cast: Cast, ming: Customer, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    FieldSwitch.objects.create(field=IDENTITY, is_on=True, purpose="x", assessment="low", decided_by=cast.ada)
    Consent.objects.create(customer=ming, field=IDENTITY, purpose="x", evidence="x", given_on="2024-05-03")
    batch = received(cast, "customers", "code,name,身份证号\nP1,王小明,11010519491231002X\n", tmp_path)
    imports.start_here(batch, actor=cast.ada)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(ming.pk, IDENTITY, actor=cast.alice)
    assert not list(tmp_path.glob("files/imports/*/source"))
