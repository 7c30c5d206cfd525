"""People who sign in, their teams and roles."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.history import tracked


class Role(models.TextChoices):
    """What somebody does here; crm.policy says what each role may do."""

    REP = "rep", _("Sales rep")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


@tracked()
class Team(models.Model):
    """A branch or department (部门/分支机构)."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["password", "last_login"])
class User(AbstractUser):
    """Somebody who signs in. A user without a role sees nothing."""

    name = models.CharField(_("display name"), max_length=100, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, blank=True)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="members"
    )
    language = models.CharField(_("language"), max_length=10, blank=True)

    # What `manage.py createsuperuser` asks for: without a role the new account would see nothing.
    REQUIRED_FIELDS: ClassVar = ["email", "role"]

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(name="user_role_known", condition=models.Q(role__in=["", *Role.values])),
        ]

    def __str__(self) -> str:
        return self.name or self.username
