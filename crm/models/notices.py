"""What somebody is told: in the frame of every page, and by mail."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notification(models.Model):
    """One thing that somebody is told of. It holds what happened by ids, codes and counts, never values or names.

    ``about`` and ``facts`` are what the words of the ``kind`` are made of when it is shown, as far as the reader may
    see it by then. ``key`` is the occasion: of one occasion everybody is told once.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.CASCADE,
        related_name="notifications",
    )
    kind = models.CharField(_("kind"), max_length=20)
    key = models.CharField(max_length=60)
    about = models.BigIntegerField(null=True)
    facts = models.JSONField(_("facts"), default=dict)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "kind", "key"], name="told_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user"], name="notification_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["user", "-id"], name="notification_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class MailPreference(models.Model):
    """Which mail somebody wants, and the day of their last digest: of one day there is one."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.CASCADE,
        related_name="mail_preference",
    )
    digest = models.BooleanField(_("digest by mail"), default=True)
    last_digest_on = models.DateField(_("last digest on"), null=True)

    class Meta:
        verbose_name = _("wish about mail")
        verbose_name_plural = _("wishes about mail")

    def __str__(self) -> str:
        return f"{self.user_id}"
