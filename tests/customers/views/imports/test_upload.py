"""Bringing a file: any kind is taken and shown or refused in words; what is too large is refused before it is kept."""

from __future__ import annotations

import gzip
import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from pytest_django import Settings

from customers.models import ImportBatch
from tests.cast import Cast, sign_in
from tests.customers.views.imports.conftest import CUSTOMERS, Wizard, address


def bomb() -> bytes:
    """Return a small workbook that unpacks to far more than any honest one."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook><sheets/></workbook>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<c/>" * (20 << 20))
    return packed.getvalue()


RUBBISH = {
    "noise.csv": os.urandom(5000),
    "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(500),
    "page.pdf": b"%PDF-1.7\n" + b"x" * 500,
    "cut.csv.gz": gzip.compress(CUSTOMERS.encode())[:-12],
    "header.csv": b"code,name\n",
    "wide.csv": ",".join(f"c{n}" for n in range(5000)).encode() + b"\n" + b"1," * 5000,
    "bomb.xlsx": bomb(),
    "quote.csv": b'code,name\n1,"never closed\n2,b\n',
    "nul.csv": b"code,name\n1,a\x00b\n",
}


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_is_taken_and_every_step_says_what_is_wrong(wizard: Wizard, name: str) -> None:
    answer = wizard.upload(RUBBISH[name], name)
    assert answer.status_code in {302, 422}
    for batch in ImportBatch.objects.all():
        assert "What we read" in wizard.get(batch, "reading")
        assert wizard.client.get(address(batch, "columns"), follow=True).status_code == 200
        assert wizard.client.get(address(batch, "check"), follow=True).status_code == 200


def test_an_empty_file_is_refused_and_nothing_is_kept(wizard: Wizard, media: Path) -> None:
    answer = wizard.upload(b"")
    assert answer.status_code == 422
    assert "0 bytes" in answer.content.decode()
    assert not ImportBatch.objects.exists()
    assert not list(media.glob("imports/*"))


def test_what_is_declared_too_large_is_answered_413_without_being_read(
    wizard: Wizard, media: Path, settings: Settings
) -> None:
    settings.IMPORT_MAX_MB = 1
    answer = wizard.upload(b"x" * (3 << 20))
    assert answer.status_code == 413
    assert "larger than 1 MB" in answer.content.decode()
    assert not media.exists()


def test_a_file_just_over_the_limit_is_refused_in_the_form(wizard: Wizard, settings: Settings) -> None:
    settings.IMPORT_MAX_MB = 1
    assert wizard.upload(b"x" * ((1 << 20) + 9)).status_code == 422


def test_too_much_pasted_text_is_answered_413(wizard: Wizard) -> None:
    answer = wizard.client.post("/customers/imports/new/", {"text": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "save it as a file" in answer.content.decode()


def test_pasted_rows_become_a_file(wizard: Wizard) -> None:
    answer = wizard.client.post("/customers/imports/new/", {"text": "customer code\tname\nK1\t华新\n"})
    assert answer.status_code == 302
    batch = ImportBatch.objects.get()
    assert batch.kind == "customers"
    assert "华新" in wizard.get(batch, "reading")


def test_neither_and_both_are_asked_again(wizard: Wizard) -> None:
    assert "Choose a file" in wizard.client.post("/customers/imports/new/", {"text": " "}).content.decode()
    assert "not both" in wizard.upload(CUSTOMERS, text="a,b").content.decode()
    assert not ImportBatch.objects.exists()


def test_the_kind_is_found_out_from_the_headers(wizard: Wizard) -> None:
    assert wizard.brought("sku,product name,list price\nS1,Tea,4\n").kind == "products"
    assert wizard.brought("sku,product name,list price\nS1,Tea,4\n", kind="orders").kind == "orders"


def test_the_same_file_sent_twice_is_one_import(wizard: Wizard, media: Path) -> None:
    first = wizard.brought(CUSTOMERS)
    answer = wizard.upload(CUSTOMERS)
    assert answer.headers["Location"] == address(first, "reading")
    assert ImportBatch.objects.count() == 1
    assert len(list(media.glob("imports/*"))) == 1


def test_a_name_says_nothing_of_where_the_file_is_kept(wizard: Wizard, media: Path) -> None:
    batch = wizard.brought(CUSTOMERS, "../../../etc/passwd")
    assert "passwd" not in batch.stored_as
    assert [path.name for path in media.glob("imports/*/*")] == ["source"]


def test_a_form_without_its_token_is_refused(cast: Cast, media: Path) -> None:
    client = sign_in(cast.ada)
    client.handler.enforce_csrf_checks = True
    assert client.post("/customers/imports/new/", {"text": "a,b\n1,2"}).status_code == 403


def test_only_those_who_may_import_see_the_pages(cast: Cast, wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    for user, listed, uploading in ((cast.alice, 403, 403), (cast.dora, 403, 403), (cast.otto, 200, 403)):
        client = sign_in(user)
        assert client.get("/customers/imports/").status_code == listed
        assert client.get("/customers/imports/new/").status_code == uploading
        assert client.get(address(batch)).status_code == listed
        assert client.get(address(batch, "columns")).status_code == uploading
