"""Policies: versioned rules, with who made them and why. A version never changes."""

from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from analysis.models.rules import PolicyRules, read_rules


class Policy(models.Model):
    """One version of the rules that runs decide by."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    rules = models.JSONField(_("rules"))
    digest = models.CharField(max_length=64, db_index=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering: ClassVar = ["-version"]
        triggers: ClassVar = [
            pgtrigger.Protect(name="policy_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"

    def parsed(self) -> PolicyRules:
        """The rules as the measures take them."""
        return read_rules(self.rules)


def digest_of(document: dict[str, Any]) -> str:
    """What equal rules have in common."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
