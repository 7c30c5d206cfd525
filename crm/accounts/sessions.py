"""How long a sign-in lasts, and what is noted of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import authentication_step_completed
from allauth.account.signals import user_logged_in as let_in
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from crm.models import User
from crm.services import audit, sign_ins

BEGUN, SEEN = "signed_in_at", "seen_at"
# Whether the directory said that it asked for a second factor.
DIRECTORY_PROOF = "directory_asked_twice"
# What was seen is written no more often than this: a page that loads is not a write each time.
NOTE_SECONDS = 60

log = structlog.get_logger(__name__)


class SessionLimitsMiddleware:
    """End a sign-in that was idle for too long or has lasted long enough, and note when it was last seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out whose time is over, before anything is shown."""
        was_in, before = isinstance(request.user, User), request.session.session_key
        if isinstance(request.user, User):
            now = int(time.time())
            if _is_over(request, now):
                logout(request)
            elif now - request.session[SEEN] >= NOTE_SECONDS:
                _note(request, request.user, now)
        response = self.get_response(request)
        if was_in and isinstance(request.user, User):
            # A new password or a proof gives the session another key.
            sign_ins.follow(before, request.session.session_key)
        elif was_in:
            # Nothing of what was shown stays in the browser for whoever sits down next.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class SecondFactorMiddleware:
    """Keep those whose role asks for a second factor at its set-up until they signed in with one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Send them there."""
        user = request.user
        if (
            isinstance(user, User)
            and user.role in settings.SECOND_FACTOR_FOR
            and not request.path.startswith(_open_to_one_factor())
            and not _proved_twice(request, user)
        ):
            return redirect("mfa_index")
        return self.get_response(request)


def _open_to_one_factor() -> tuple[str, ...]:
    names = ("mfa_index", "account_reauthenticate", "account_logout", "set_language", "healthz")
    return (*map(reverse, names), settings.STATIC_URL)


def _proved_twice(request: HttpRequest, user: User) -> bool:
    """Whether this sign-in used a second factor: one of ours, or one that the directory says it asked for."""
    methods = {record.get("method") for record in get_authentication_records(request, user)}
    by_directory = "socialaccount" in methods and request.session.get(DIRECTORY_PROOF) is True
    return "mfa" in methods or by_directory


def _is_over(request: HttpRequest, now: int) -> bool:
    begun, seen = request.session.get(BEGUN), request.session.get(SEEN)
    if not isinstance(begun, int) or not isinstance(seen, int):
        return True
    limits = ((begun, settings.SESSION_COOKIE_AGE), (seen, settings.SESSION_IDLE_SECONDS))
    return any(now - since >= limit for since, limit in limits)


def _note(request: HttpRequest, user: User, now: int) -> None:
    request.session[SEEN] = now
    if not request.session.session_key:
        request.session.save()
    browser = request.META.get("HTTP_USER_AGENT", "")
    sign_ins.note(user, str(request.session.session_key), address=_address(request), browser=browser)


def _address(request: HttpRequest) -> str | None:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # nobody can tell, as in a request that no server received
        return None


@receiver(user_logged_in)
def note_sign_in(sender: Any, request: HttpRequest, user: User, **_rest: Any) -> None:
    """Begin the session's clocks, and put the sign-in on record."""
    now = int(time.time())
    request.session[BEGUN] = now
    _note(request, user, now)
    audit.record(user, "sign_in", f"user:{user.pk}")


@receiver(let_in)
def note_directory(sender: Any, request: HttpRequest, *, sociallogin: Any = None, **_rest: Any) -> None:
    """Keep whether the directory's ID token (`amr`, `acr`) tells of a second factor; silence counts as none."""
    if sociallogin is not None:
        told = sociallogin.account.extra_data.get("id_token") or {}
        methods = told.get("amr")
        said = [*(methods if isinstance(methods, list) else [methods]), told.get("acr")]
        request.session[DIRECTORY_PROOF] = any(each in settings.OIDC_SECOND_FACTOR for each in said)


@receiver(authentication_step_completed)
def renew_key(sender: Any, request: HttpRequest, *, reauthenticated: bool = False, **_rest: Any) -> None:
    """Give the session of who has proven themselves anew another key: one that was stolen before is worth nothing."""
    if reauthenticated:
        request.session.cycle_key()


@receiver(user_logged_out)
def note_sign_out(sender: Any, request: HttpRequest, user: User | None, **_rest: Any) -> None:
    """Put the sign-out on record."""
    if user is not None:
        audit.record(user, "sign_out", f"user:{user.pk}")


@receiver(user_login_failed)
def note_failure(sender: Any, credentials: dict[str, Any], **_rest: Any) -> None:
    """Put a failed attempt at an account on record; one at no account is a log line alone, and names nobody."""
    name, mail = (str(credentials.get(key) or "").replace("\0", "") for key in ("username", "email"))
    known = Q(username=name) if name else Q(email__iexact=mail, email__gt="")
    tried = User.objects.filter(known).first()
    if tried is None:
        log.warning("sign_in_failed")
    else:
        audit.record(None, "sign_in.failed", f"user:{tried.pk}")
