"""Who may do what: one table, asked through two functions and no others.

``scope_of(user, action)`` says over which customers somebody may act; querysets turn that into rows in their
``visible_to``. ``can(user, action, obj)`` answers "may they?" for one object.
"""

from enum import IntEnum
from typing import Protocol

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from crm.models import Role, User


class Scope(IntEnum):
    """How far a right reaches. TEAM covers a manager's team and the region subtrees they manage."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


class Scoped(Protocol):
    """An object whose visibility can be asked: its queryset has ``visible_to``."""

    def is_visible_to(self, user: User) -> bool:
        """Whether ``user`` may see this object."""
        ...


_TABLE: dict[str, dict[str, Scope]] = {
    "customer.view": {
        Role.REP: Scope.OWN,
        Role.MANAGER: Scope.TEAM,
        Role.ADMIN: Scope.ALL,
        Role.AUDITOR: Scope.ALL,
    },
    # What identifies or describes a natural person, beyond the name; for everybody else it is masked.
    "personal.view": {Role.REP: Scope.OWN, Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    "customer.edit": {Role.REP: Scope.OWN, Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    "customer.delete": {Role.REP: Scope.OWN, Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    "customer.merge": {Role.REP: Scope.OWN, Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    # Taking records out of the house; personal columns need "personal.view" too, sensitive values never leave.
    "customer.export": {Role.REP: Scope.OWN, Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    # Personal columns of such an export: a rep carries no address book out of the house.
    "personal.export": {Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    # Reading one sensitive value: for those who work with the person, not for those who run the system.
    "sensitive.reveal": {Role.REP: Scope.OWN, Role.MANAGER: Scope.TEAM},
    # Which sensitive fields may be kept, and which fields a company adds.
    "fields.manage": {Role.ADMIN: Scope.ALL},
    # What a company knows of its competitors, everybody who meets customers may write down.
    "competitor.edit": {Role.REP: Scope.OWN, Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    # Channels and campaigns carry costs that the analysis of sources adds up.
    "source.manage": {Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    # Who answers for which regions, and by that sees the customers in them.
    "territory.manage": {Role.ADMIN: Scope.ALL},
    "import.run": {Role.ADMIN: Scope.ALL},
    "import.view": {Role.ADMIN: Scope.ALL, Role.AUDITOR: Scope.ALL},
    "analysis.view": {
        Role.REP: Scope.OWN,
        Role.MANAGER: Scope.TEAM,
        Role.ADMIN: Scope.ALL,
        Role.AUDITOR: Scope.ALL,
    },
    # Saying what happened on a day, on charts over time.
    "analysis.annotate": {Role.REP: Scope.OWN, Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    "analysis.run": {Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    # Publishing rules: a manager the thresholds of the regions that they answer for, an administrator all of them.
    "policy.edit": {Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    # Who has dealt with what: the colleagues of one's customers, side by side.
    "team.desk": {Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL, Role.AUDITOR: Scope.ALL},
    # What a rep is to reach in a month, and setting it.
    "plan.view": {
        Role.REP: Scope.OWN,
        Role.MANAGER: Scope.TEAM,
        Role.ADMIN: Scope.ALL,
        Role.AUDITOR: Scope.ALL,
    },
    "plan.set": {Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    # Lines that belong to no customer count in company totals, and only for those who see the company.
    "company.view": {Role.ADMIN: Scope.ALL, Role.AUDITOR: Scope.ALL},
    # Accounts: inviting, roles, teams, regions, ending sign-ins; and reading the table of rights itself.
    "user.manage": {Role.ADMIN: Scope.ALL},
    "access.view": {Role.ADMIN: Scope.ALL, Role.AUDITOR: Scope.ALL},
    # Letting a colleague see a customer; whoever merely shares one can't pass it on.
    "customer.share": {Role.REP: Scope.OWN, Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    # A key for a program that reads what its owner may; an auditor takes nothing out of the house.
    "token.make": {Role.REP: Scope.OWN, Role.MANAGER: Scope.TEAM, Role.ADMIN: Scope.ALL},
    # The duties that the law lays on who keeps records about people: registers, requests, erasing. Auditors read them.
    "privacy.view": {Role.ADMIN: Scope.ALL, Role.AUDITOR: Scope.ALL},
    "privacy.manage": {Role.ADMIN: Scope.ALL},
    # Who did what; a file of it is for administrators, since an auditor takes nothing out of the house.
    "audit.view": {Role.ADMIN: Scope.ALL, Role.AUDITOR: Scope.ALL},
    "audit.export": {Role.ADMIN: Scope.ALL},
    # The background work of everybody: its kinds, states and faults.
    "jobs.view": {Role.ADMIN: Scope.ALL, Role.AUDITOR: Scope.ALL},
    "styleguide.view": {Role.ADMIN: Scope.ALL},
}


def table() -> dict[str, dict[str, Scope]]:
    """Return how far each role may go with each action, for the page that shows it."""
    return {
        action: {role: roles.get(role, Scope.NONE) for role in Role.values}
        for action, roles in _TABLE.items()
    }


def scope_of(user: User | AnonymousUser, action: str) -> Scope:
    """Return how far ``user`` may go with ``action``; unknown actions raise KeyError."""
    roles = _TABLE[action]
    if not isinstance(user, User) or not user.is_active:
        return Scope.NONE
    return roles.get(user.role, Scope.NONE)


def can(user: User | AnonymousUser, action: str, obj: Scoped | None = None) -> bool:
    """Whether ``user`` may do ``action`` (to ``obj``, which must also be visible to them)."""
    if scope_of(user, action) is Scope.NONE:
        return False
    return obj is None or (isinstance(user, User) and obj.is_visible_to(user))


def require(user: User | AnonymousUser, action: str, obj: Scoped | None = None) -> User:
    """Return the user; raises PermissionDenied unless ``can(user, action, obj)``."""
    if not isinstance(user, User) or not can(user, action, obj):
        raise PermissionDenied(action)
    return user
