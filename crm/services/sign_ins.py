"""Who is signed in from where, and ending it from the server: at the next request the browser is a stranger's."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm.models import SignIn, User
from crm.policy import require
from crm.services import audit

LONGEST_BROWSER = 200


def note(user: User, session_key: str, *, address: str | None, browser: str) -> None:
    """Note that a browser is signed in as ``user``, or was seen again."""
    now = timezone.now()
    what = {"user": user, "address": address, "browser": browser[:LONGEST_BROWSER], "seen_at": now}
    SignIn.objects.update_or_create(
        session_key=session_key, defaults=what, create_defaults={**what, "begun_at": now}
    )


def follow(before: str | None, after: str | None) -> None:
    """Keep a sign-in with its session when that gets another key."""
    if before and after and before != after:
        SignIn.objects.filter(session_key=before).update(session_key=after)


def current(user: User) -> QuerySet[SignIn]:
    """Return the browsers that are signed in as ``user``, the one seen last first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return SignIn.objects.filter(user=user, session_key__in=alive)


@transaction.atomic
def end(sign_in_id: int, *, actor: User) -> SignIn:
    """End one of the actor's own sign-ins, or anybody's for who manages users. Raises SignIn.DoesNotExist."""
    found = SignIn.objects.select_related("user").get(pk=sign_in_id)
    if found.user_id != actor.pk:
        require(actor, "user.manage")
    _end(SignIn.objects.filter(pk=found.pk))
    audit.record(actor, "sign_in.end", f"user:{found.user_id}", sign_ins=1)
    return found


@transaction.atomic
def end_all(user: User, *, actor: User | None, but: str = "") -> int:
    """End every sign-in of ``user`` except the session ``but``; return how many. ``actor`` None is the system."""
    if actor is not None and actor.pk != user.pk:
        require(actor, "user.manage")
    count = _end(SignIn.objects.filter(user=user).exclude(session_key=but))
    if count:
        audit.record(actor, "sign_in.end", f"user:{user.pk}", sign_ins=count)
    return count


def clear_ended() -> int:
    """Forget sessions that are over, and the sign-ins that had them; return how many sign-ins."""
    _store().clear_expired()
    over = SignIn.objects.exclude(session_key__in=Session.objects.values("session_key"))
    return over.delete()[0]


def _end(sign_ins: QuerySet[SignIn]) -> int:
    keys = list(sign_ins.values_list("session_key", flat=True))
    for key in keys:
        _store().delete(key)
    sign_ins.delete()
    return len(keys)


def _store() -> SessionBase:
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore()
    return store
