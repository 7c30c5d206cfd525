"""Keeping files about customers: under names of our making, by what they are and not by what they are called."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import require
from customers.imports.file_types import content_type
from customers.models import Attachment, Customer, Interaction
from customers.services.parts import add_part

MEGABYTE = 1024 * 1024
LONGEST_NAME = 255
NAME_BYTES = 16
# A file whose row is not there yet may be one that is being written just now.
LEAST_AGE = timedelta(days=1)


def attach(
    customer: Customer, file: File[bytes], *, actor: User, interaction: Interaction | None = None
) -> Attachment:
    """Keep a file about a customer and return its row.

    Raises PermissionDenied; Customer.DoesNotExist out of scope; ValidationError for a file that is empty, too large
    or of a kind that is not taken, and then nothing is kept.
    """
    require(actor, "customer.edit")
    if not Customer.objects.visible_to(actor).filter(pk=customer.pk).exists():
        raise Customer.DoesNotExist
    kind = _accepted(file)
    stored_as, digest, size = _store(file.chunks())
    fields = {
        "customer": customer,
        "interaction": interaction,
        "name": _shown_name(file.name or ""),
        "stored_as": stored_as,
        "content_type": kind,
        "size": size,
        "sha256": digest,
        "uploaded_by": actor,
    }
    try:
        return add_part(Attachment, actor=actor, fields=fields)
    except BaseException:
        path_of(stored_as).unlink(missing_ok=True)
        raise


def path_of(stored_as: str) -> Path:
    """Return where a file stands; the name is one that ``attach`` made."""
    return Path(settings.UPLOAD_FOLDER, stored_as)


def open_attachment(attachment: Attachment) -> IO[bytes]:
    """Open a file for reading; raises FileNotFoundError when it is gone."""
    return path_of(attachment.stored_as).open("rb")


def sweep() -> int:
    """Delete the files that no row names and that nobody can bring back any more; return how many."""
    now = timezone.now()
    removed_since = now - timedelta(days=settings.UPLOAD_KEPT_DAYS)
    kept = set(Attachment.objects.values_list("stored_as", flat=True))
    removals = Attachment.pgh_event_model.objects.filter(  # type: ignore[attr-defined]
        pgh_label="delete", pgh_created_at__gte=removed_since
    )
    kept |= set(removals.values_list("stored_as", flat=True))
    youngest = (now - LEAST_AGE).timestamp()
    swept = 0
    for path in Path(settings.UPLOAD_FOLDER).glob("??/*"):
        if f"{path.parent.name}/{path.name}" not in kept and path.stat().st_mtime < youngest:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def _accepted(file: File[bytes]) -> str:
    """Return what kind of file it is; raises ValidationError for one that is not taken."""
    if not file.size:
        raise ValidationError(_("The file is empty: choose another one."))
    if file.size > settings.UPLOAD_MAX_MB * MEGABYTE:
        most = {"size": settings.UPLOAD_MAX_MB}
        raise ValidationError(_("The file is larger than %(size)s MB: make it smaller or split it.") % most)
    kind = content_type(file)
    if kind is None:
        raise ValidationError(
            _("Files of this kind are not taken. Pictures, sound, films, PDF, office documents and text are.")
        )
    return kind


def _store(chunks: Iterator[bytes]) -> tuple[str, str, int]:
    """Write a file under a new name; return the name, the SHA-256 of what was written, and its size."""
    name = secrets.token_hex(NAME_BYTES)
    stored_as = f"{name[:2]}/{name}"
    path = path_of(stored_as)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    partial = path.with_name(f"{name}.part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            written.write(chunk)
        written.flush()
        os.fsync(written.fileno())
    partial.replace(path)
    return stored_as, digest.hexdigest(), size


def _shown_name(name: str) -> str:
    """Return a name to show: the last part of a path, of printable characters, no longer than its column."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = "".join(character for character in last if character.isprintable()).strip()
    if len(printable) > LONGEST_NAME:
        stem, dot, ending = printable.rpartition(".")
        ending = f"{dot}{ending}"[:20] if stem else ""
        printable = printable[: LONGEST_NAME - len(ending)] + ending
    return printable or _("unnamed")
