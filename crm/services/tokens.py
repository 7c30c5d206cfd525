"""API tokens: made once and shown once, kept as a digest, for reading alone, never more than their owner may."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

import pghistory
from django.db import transaction
from django.utils import timezone

from crm.models import ApiToken, TokenScope, User
from crm.policy import can, require
from crm.services import audit

PREFIX = "kz_"
SHOWN = 8
LONGEST_DAYS = 365
# When a token was last used is written no more often than this.
NOTE_AFTER = timedelta(minutes=5)


@transaction.atomic
def make(*, actor: User, name: str, scopes: Collection[str], days: int) -> tuple[ApiToken, str]:
    """Make a token of the actor's; return it and its text, which nobody can ask for again.

    Raises PermissionDenied, and ValueError for an unknown scope or a time longer than a year.
    """
    require(actor, "token.make")
    if not scopes or not set(scopes) <= set(TokenScope.values) or not 1 <= days <= LONGEST_DAYS:
        raise ValueError(scopes)
    text = PREFIX + secrets.token_urlsafe(32)
    with pghistory.context(user=actor.pk):
        token = ApiToken.objects.create(
            user=actor,
            name=name,
            start=text[:SHOWN],
            digest=digest_of(text),
            scopes=sorted(scopes),
            expires_at=timezone.now() + timedelta(days=days),
        )
    audit.record(actor, "token.make", f"token:{token.pk}", scopes=token.scopes, days=days)
    return token, text


@transaction.atomic
def revoke(token_id: int, *, actor: User) -> ApiToken:
    """Revoke one of the actor's own tokens, or anybody's for who manages users. Raises ApiToken.DoesNotExist."""
    token = ApiToken.objects.select_for_update().get(pk=token_id)
    if token.user_id != actor.pk:
        require(actor, "user.manage")
    if token.revoked_at is None:
        with pghistory.context(user=actor.pk):
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
        audit.record(actor, "token.revoke", f"token:{token.pk}")
    return token


def owner_of(text: str, scope: str) -> User | None:
    """Return whose token this is, if it still stands, covers ``scope``, and its owner may still have one."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(text), revoked_at=None, expires_at__gt=now, scopes__contains=[scope])
        .first()
    )
    if token is None or not token.user.is_active or not can(token.user, "token.make"):
        return None
    if token.last_used_at is None or now - token.last_used_at >= NOTE_AFTER:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user


def digest_of(text: str) -> str:
    """Return what is kept of a token. It is 256 random bits, so a plain digest is as safe as a slow one."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
