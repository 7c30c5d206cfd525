"""Accounts of colleagues: inviting, changing what they may do, closing; and the teams that they are in."""

from __future__ import annotations

from dataclasses import dataclass

import pghistory
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import ApiToken, Role, Team, User
from crm.policy import require
from crm.services import audit, sign_ins


class UserError(ValueError):
    """A change that can't be made; the message says why. ``field`` is the one that it concerns."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Account:
    """What an administrator says of an account."""

    username: str
    name: str
    email: str
    role: str
    team: Team | None
    language: str
    is_active: bool = True


@transaction.atomic
def invite(account: Account, *, actor: User) -> User:
    """Make an account without a password: whoever gets the mail chooses one. Raises PermissionDenied and UserError."""
    require(actor, "user.manage")
    _check(account, None)
    with pghistory.context(user=actor.pk):
        user = User(username=account.username)
        user.set_unusable_password()
        _write(user, account)
    audit.record(actor, "user.invite", f"user:{user.pk}", role=user.role, team=user.team_id)
    return user


@transaction.atomic
def change(user_id: int, account: Account, *, actor: User) -> User:
    """Change an account. Whose role, team or address changed, or is closed, is signed out everywhere.
    With a role go the tokens that were made under it.

    Raises PermissionDenied, User.DoesNotExist, and UserError for a last administrator or a name that is taken.
    """
    require(actor, "user.manage")
    user = User.objects.select_for_update().get(pk=user_id)
    _check(account, user)
    changed = [name for name in Account.__slots__ if getattr(user, name) != getattr(account, name)]
    if not changed:
        return user
    before = {"role": user.role, "team": user.team_id, "is_active": user.is_active}
    with pghistory.context(user=actor.pk):
        _write(user, account)
        if not user.is_active or user.role != before["role"]:
            ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
    now = {"role": user.role, "team": user.team_id, "is_active": user.is_active}
    moved = {name: [before[name], now[name]] for name in now if before[name] != now[name]}
    audit.record(actor, "user.change", f"user:{user.pk}", fields=sorted(changed), **moved)
    if user.pk != actor.pk and (moved or "email" in changed):
        sign_ins.end_all(user, actor=actor)
    return user


@transaction.atomic
def write_team(team_id: int | None, name: str, *, actor: User) -> Team:
    """Make a team or call it something else. Raises PermissionDenied, Team.DoesNotExist, and UserError."""
    require(actor, "user.manage")
    team = Team() if team_id is None else Team.objects.select_for_update().get(pk=team_id)
    if Team.objects.filter(name=name).exclude(pk=team_id or 0).exists():
        raise UserError("name", _("There is a team of this name already."))
    team.name = name
    with pghistory.context(user=actor.pk):
        team.save()
    audit.record(actor, "team.new" if team_id is None else "team.change", f"team:{team.pk}")
    return team


def _check(account: Account, user: User | None) -> None:
    others = User.objects.exclude(pk=user.pk) if user else User.objects.all()
    if others.filter(username__iexact=account.username).exists():
        raise UserError("username", _("Somebody signs in by this name already."))
    if others.filter(email__iexact=account.email).exists():
        raise UserError("email", _("Another account has this address: each needs one of its own."))
    stays = account.role == Role.ADMIN and account.is_active
    if user and user.role == Role.ADMIN and user.is_active and not stays:
        # Held until the end, so that two administrators can't close each other's accounts at once.
        admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).order_by("pk")
        if not [each for each in admins if each.pk != user.pk]:
            raise UserError("role", _("This is the last administrator: give somebody else the role first."))


def _write(user: User, account: Account) -> None:
    for name in Account.__slots__:
        setattr(user, name, getattr(account, name))
    user.save()
    # An administrator answers for the address: it is where a new password is sent, and what a directory knows.
    EmailAddress.objects.filter(user=user).exclude(email=user.email.lower()).delete()
    EmailAddress.objects.get_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )
