"""Writing and verifying the audit trail."""

import hashlib
import json
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from crm.models import AuditEntry, User

# One writer at a time holds this advisory lock, so that the chain has no forks.
_CHAIN_LOCK = 0x6B657A6869


def record(actor: User | None, action: str, subject: str = "", **detail: Any) -> AuditEntry:
    """Append an entry within the caller's transaction; ``detail`` holds ids, counts and names, never values."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
        last = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first()
        entry = AuditEntry(
            at=timezone.now(),
            actor=actor,
            action=action,
            subject=subject,
            detail=detail,
            previous_hash=last or "",
        )
        entry.hash = _hash_of(entry)
        entry.save()
    return entry


def first_broken_entry() -> AuditEntry | None:
    """Return the first entry whose hash or link to the one before it does not hold, or None."""
    previous = ""
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous_hash != previous or entry.hash != _hash_of(entry):
            return entry
        previous = entry.hash
    return None


def holds(entry_id: int, kept_hash: str) -> bool:
    """Whether an entry is there and has the hash that was noted elsewhere: a chain that was cut off looks whole."""
    return AuditEntry.objects.filter(pk=entry_id, hash=kept_hash).exists()


def _hash_of(entry: AuditEntry) -> str:
    content = [
        entry.at.isoformat(),
        entry.actor_id,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous_hash,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
