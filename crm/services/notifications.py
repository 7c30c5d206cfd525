"""Telling people what happened: kept as ids and counts, put into words when it is shown, as far as they may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils import timezone

from crm.models import MailPreference, Notification, User
from crm.services import audit

MOST_SHOWN = 100
_STOP = "crm.digest.stop"
# Of these jobs whoever asked for them is told that they have ended; others are parts, or done while they wait.
JOBS_TOLD = frozenset({"analysis.run", "customers.export", "customers.import"})


@dataclass(frozen=True, slots=True)
class Said:
    """A notification in words of the active language, and where it leads."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as its reader sees it."""

    id: int
    text: str
    url: str
    at: datetime
    is_unread: bool


# Takes a reader and their notifications of one kind; those that it leaves out say nothing to that reader any more.
Teller = Callable[[User, Sequence[Notification]], Mapping[int, Said]]
_tellers: dict[str, Teller] = {}


def words_for(kind: str, teller: Teller) -> None:
    """Register who puts notifications of a kind into words, from ``AppConfig.ready``."""
    _tellers[kind] = teller


def tell(
    user_ids: Iterable[int],
    kind: str,
    key: str,
    *,
    about: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Tell people of something within the caller's transaction; of one occasion (``key``) everybody once."""
    tell_each({user_id: (about, dict(facts or {})) for user_id in user_ids}, kind, key)


def tell_each(told: Mapping[int, tuple[int | None, dict[str, Any]]], kind: str, key: str) -> None:
    """Tell each of some people their own: by user, what it is about, and the facts."""
    Notification.objects.bulk_create(
        [
            Notification(user_id=user_id, kind=kind, key=key, about=about, facts=facts)
            for user_id, (about, facts) in told.items()
        ],
        ignore_conflicts=True,
    )


def told_to(user: User) -> list[Told]:
    """What somebody was told lately, the newest first, without what they may not see any more."""
    rows = list(Notification.objects.filter(user=user)[:MOST_SHOWN])
    said: dict[int, Said] = {}
    for kind in {row.kind for row in rows} & _tellers.keys():
        said |= _tellers[kind](user, [row for row in rows if row.kind == kind])
    return [
        Told(row.pk, said[row.pk].text, said[row.pk].url, row.created_at, row.read_at is None)
        for row in rows
        if row.pk in said
    ]


def unread(user: User) -> int:
    """How many of the notifications that somebody would be shown are unread."""
    return sum(each.is_unread for each in told_to(user))


def mark_read(user: User, only: int | None = None) -> None:
    """Mark one, or all, of somebody's notifications as read."""
    rows = Notification.objects.filter(user=user, read_at=None)
    (rows if only is None else rows.filter(pk=only)).update(read_at=timezone.now())


def wants_digest(user: User) -> bool:
    """Whether somebody gets the digest; everybody does until they say otherwise."""
    return not MailPreference.objects.filter(user=user, digest=False).exists()


@transaction.atomic
def choose_digest(user: User, wanted: bool) -> None:
    """Note whether somebody wants the digest; what they said before is not said again."""
    if wants_digest(user) == wanted:
        return
    MailPreference.objects.update_or_create(user=user, defaults={"digest": wanted})
    audit.record(user, "mail.digest", f"user:{user.pk}", wanted=wanted)


def stop_token(user_id: int) -> str:
    """The token of the address by which a reader stops the digest; it stays good, for mail is read late."""
    return signing.dumps(user_id, salt=_STOP)


def reader_of(token: str) -> int:
    """The reader of such a token; raises BadSignature for one that we did not make."""
    return int(signing.loads(token, salt=_STOP))
