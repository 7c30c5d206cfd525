"""Files about customers: known by their content, kept under our names, handed out to save."""

import io
import os
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django.fixtures import Settings

from customers.imports.file_types import OFFICE, content_type
from customers.models import Attachment, Customer
from customers.services.attachments import attach, path_of, sweep
from customers.services.parts import put_back_part, remove_part
from tests.cast import Cast, sign_in

PDF = b"%PDF-1.7 contract"
OLD = timedelta(days=90)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Keep the files of each test to itself."""
    settings.UPLOAD_FOLDER = tmp_path / "uploads"
    return settings.UPLOAD_FOLDER  # type: ignore[no-any-return]


def file(content: bytes = PDF, name: str = "合同.pdf", kind: str = "text/html") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=kind)


def archive(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as zipped:
        for name in names:
            zipped.writestr(name, "x")
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\x00\x00\x00\x18ftypheic....", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom....", "video/mp4"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
        ("你好".encode("gb18030"), "text/plain"),
        ("你好".encode() * 2000, "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (archive("evil.exe"), None),
        (b"MZ\x90\x00\x03\x00", None),
        (b"\x7fELF\x02\x01\x01\x00", None),
        (b"PK\x03\x04 broken", None),
        (b"RIFF", None),
        (b"", None),
    ],
)
def test_a_file_is_what_it_holds(content: bytes, expected: str | None) -> None:
    assert content_type(io.BytesIO(content)) == expected


def test_a_file_is_kept_under_a_name_of_ours(cast: Cast, folder: Path) -> None:
    kept = attach(cast.huaxin, file(name="../../etc/passwd\x07.pdf"), actor=cast.alice)
    assert (kept.name, kept.content_type, kept.size) == ("passwd.pdf", "application/pdf", len(PDF))
    (stored,) = [path for path in folder.rglob("*") if path.is_file()]
    assert stored == path_of(kept.stored_as)
    assert "passwd" not in str(stored)
    assert stored.read_bytes() == PDF
    assert stored.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"x" * (1024 * 1024 + 1)])
def test_what_is_not_taken_leaves_nothing_behind(
    cast: Cast, folder: Path, settings: Settings, content: bytes
) -> None:
    settings.UPLOAD_MAX_MB = 1
    with pytest.raises(ValidationError):
        attach(cast.huaxin, file(content), actor=cast.alice)
    assert not Attachment.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_nobody_attaches_to_a_customer_out_of_scope(cast: Cast, folder: Path) -> None:
    with pytest.raises(Customer.DoesNotExist):
        attach(cast.huaxin, file(), actor=cast.charlie)
    with pytest.raises(PermissionDenied):
        attach(cast.huaxin, file(), actor=cast.otto)
    assert not folder.exists()


def test_it_is_handed_out_to_save_and_never_to_show(cast: Cast) -> None:
    kept = attach(cast.huaxin, file(b"<script>alert(1)</script>", "x.html"), actor=cast.alice)
    response = sign_in(cast.bob).get(f"/customers/attachments/{kept.pk}/")
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_a_file_that_is_gone_is_not_found(cast: Cast) -> None:
    kept = attach(cast.huaxin, file(), actor=cast.alice)
    path_of(kept.stored_as).unlink()
    assert sign_in(cast.alice).get(f"/customers/attachments/{kept.pk}/").status_code == 404


def test_the_card_takes_a_file_and_says_why_it_does_not(cast: Cast) -> None:
    alice = sign_in(cast.alice)
    address = f"/customers/{cast.huaxin.pk}/parts/attachments/"
    refused = alice.post(f"{address}new/", {"file": file(b"MZ\x90\x00", "a.pdf")})
    assert refused.status_code == 422
    assert "not taken" in refused.content.decode()
    assert alice.post(f"{address}new/", {"file": file()}).status_code == 302
    kept = Attachment.objects.get()
    assert "合同.pdf" in alice.get(address).content.decode()
    alice.post(f"{address}{kept.pk}/", {"name": "框架合同.pdf"})
    assert Attachment.objects.get().name == "框架合同.pdf"


def test_a_removed_file_comes_back_and_is_swept_when_its_time_is_over(cast: Cast) -> None:
    kept = attach(cast.huaxin, file(), actor=cast.alice)
    stray = path_of("ab/stray")
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"x")
    old = (timezone.now() - OLD).timestamp()
    for path in (stray, path_of(kept.stored_as)):
        os.utime(path, (old, old))
    remove_part(Attachment, kept.pk, actor=cast.alice)
    assert sweep() == 1
    put_back_part(Attachment, kept.pk, actor=cast.alice)
    assert path_of(kept.stored_as).read_bytes() == PDF
    assert not stray.exists()


def test_what_was_removed_long_ago_is_gone_for_good(cast: Cast, settings: Settings) -> None:
    kept = attach(cast.huaxin, file(), actor=cast.alice)
    old = (timezone.now() - OLD).timestamp()
    os.utime(path_of(kept.stored_as), (old, old))
    remove_part(Attachment, kept.pk, actor=cast.alice)
    settings.UPLOAD_KEPT_DAYS = 0
    assert sweep() == 1
    assert not path_of(kept.stored_as).exists()
