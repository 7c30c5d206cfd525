"""Reading the audit trail: page by page, by person, act, subject and day; and as a file, on record."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from crm.files import neutral
from crm.models import AuditEntry, User
from crm.paging import Key, Page, integer, keyset_page
from crm.policy import require
from crm.services import audit

KEYS = (Key("id", integer, descending=True),)
LEAST_REASON = 4


class ReasonMissingError(ValueError):
    """A file of the trail needs a reason."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a person, an act, a subject, from one day to another (both included); empty for all."""

    actor: int | None = None
    action: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


def entries(user: User, wanted: Wanted) -> QuerySet[AuditEntry, AuditEntry]:
    """Return the entries that are wanted; raises PermissionDenied."""
    require(user, "audit.view")
    found = AuditEntry.objects.select_related("actor")
    if wanted.actor is not None:
        found = found.filter(actor=wanted.actor)
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.subject:
        found = found.filter(subject=wanted.subject)
    if wanted.since:
        found = found.filter(at__gte=_midnight(wanted.since))
    if wanted.until:
        found = found.filter(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return found


def page(user: User, wanted: Wanted, *, after: str = "", before: str = "") -> Page[AuditEntry]:
    """Return one page, the newest first; raises PermissionDenied and CursorError."""
    return keyset_page(entries(user, wanted), KEYS, after=after, before=before)


def known_actions() -> list[str]:
    """Return every act that was ever put on record, by skipping from one to the next in the index."""
    found: list[str] = []
    rest = AuditEntry.objects.order_by("action").values_list("action", flat=True)
    while (following := rest.filter(action__gt=found[-1] if found else "").first()) is not None:
        found.append(following)
    return found


def export(user: User, wanted: Wanted, reason: str) -> Iterator[str]:
    """Return the lines of a CSV file of the wanted entries, the newest first, and put its making on record.

    Raises PermissionDenied; ReasonMissingError.
    """
    require(user, "audit.export")
    if len(reason.strip()) < LEAST_REASON:
        raise ReasonMissingError
    rows = entries(user, wanted).order_by("-id")[: settings.EXPORT_MAX_ROWS]
    audit.record(user, "audit.export", rows=rows.count(), reason=reason.strip())
    return _lines(rows)


class _Echo:
    """A file whose lines are handed on instead of being kept."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def _lines(rows: QuerySet[AuditEntry, AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield "\ufeff"
    yield writer.writerow(["id", "at", "actor", "action", "subject", "detail", "hash"])
    for entry in rows.iterator():
        actor = entry.actor.username if entry.actor else ""
        told = [entry.action, entry.subject, detail_in_words(entry.detail)]
        cells = [entry.pk, entry.at.isoformat(), neutral(actor), *map(neutral, told), entry.hash]
        yield writer.writerow(cells)


def detail_in_words(detail: dict[str, Any]) -> str:
    """Write an entry's detail on one line."""
    return " · ".join(f"{name}: {_value(value)}" for name, value in detail.items())


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
