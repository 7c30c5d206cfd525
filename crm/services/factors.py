"""Second factors of accounts: what of them is sealed, taking them away, and sealing them anew under another key."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from crm.models import User
from crm.policy import require
from crm.sealing.texts import is_under_current_key, open_text, seal_text
from crm.services import audit

PLACE = "allauth.mfa.authenticator"
# Of each kind of factor, the part of its data that would let somebody in.
SEALED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def has_factor(user: User) -> bool:
    """Whether ``user`` can prove themselves by more than a password."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=user, type__in=kinds).exists())


@transaction.atomic
def take_away(user: User, *, actor: User) -> int:
    """Take every second factor of somebody who lost theirs, so that they can set up another; return how many."""
    require(actor, "user.manage")
    count = int(Authenticator.objects.filter(user=user).delete()[0])
    audit.record(actor, "user.factors.remove", f"user:{user.pk}", factors=count)
    return count


@transaction.atomic
def seal_anew() -> int:
    """Seal under the current master key what is sealed under an older one; return how many were.

    Raises SealError when the key that one was sealed under is missing.
    """
    count = 0
    for factor in Authenticator.objects.select_for_update().filter(type__in=SEALED).order_by("pk"):
        name = SEALED[Authenticator.Type(factor.type)]
        data: dict[str, Any] = factor.data
        if name in data and not is_under_current_key(data[name]):
            data[name] = seal_text(open_text(data[name], PLACE), PLACE)
            factor.save(update_fields=["data"])
            count += 1
    return count
