"""Whom a command acts for."""

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from crm.models import User


def named_actor(username: str | None) -> User | None:
    """Return the user whom ``--as`` names, None (the system) without one; raises CommandError for an unknown name."""
    if username is None:
        return None
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist as error:
        raise CommandError(_("There is no user %(name)s.") % {"name": username}) from error
