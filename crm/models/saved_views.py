"""A list as somebody set it up: filters, columns and order under a name."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from crm.models.users import Team


@tracked()
class SavedView(models.Model):
    """The parameters of a list or page under a name; ``team`` shares it with a team."""

    page = models.CharField(_("page"), max_length=60)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("parameters"), max_length=2000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.CASCADE,
        related_name="saved_views",
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("shared with"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="saved_views",
    )
    is_default = models.BooleanField(_("opened first"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering: ClassVar = ["page", "name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_view_once"),
            models.UniqueConstraint(
                fields=["owner", "page"], name="one_default_view", condition=models.Q(is_default=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name
