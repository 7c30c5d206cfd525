"""Drafts of a policy: what somebody wants to publish, on which version it stands, and who would move."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analysis.models.policies import Policy
from crm.models import User


class PolicyDraftQuerySet(models.QuerySet["PolicyDraft"]):
    """Drafts are their author's own until they are published."""

    def visible_to(self, user: User) -> PolicyDraftQuerySet:
        """Keep what ``user`` wrote."""
        return self.filter(author=user)


class PolicyDraft(models.Model):
    """Rules that are not published yet. A preview of who would move is a job; publishing makes a version of them."""

    based_on = models.ForeignKey(
        Policy, verbose_name=_("based on"), on_delete=models.PROTECT, related_name="+"
    )
    rules = models.JSONField(_("rules"))
    reason = models.CharField(_("reason"), max_length=300)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.CASCADE,
        related_name="policy_drafts",
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    job = models.ForeignKey("crm.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    published = models.ForeignKey(
        Policy, verbose_name=_("published as"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PolicyDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of a policy")
        verbose_name_plural = _("drafts of policies")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.based_on} +"

    def get_absolute_url(self) -> str:
        """The page that says who would move."""
        return reverse("analysis:policy_draft", args=[self.pk])
