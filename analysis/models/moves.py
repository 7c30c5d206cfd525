"""Who moved since the run before: the alert list of a run."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from analysis.models.results import CustomerRow


class Movement(models.TextChoices):
    """What became of a customer's place."""

    UP = "up", _("Moved up")
    DOWN = "down", _("Moved down")
    NEW = "new", _("New in the analysis")
    LOST = "lost", _("No longer in the analysis")


class Move(CustomerRow):
    """A customer whose tier or churn flag is another than in the run before. Money is cents, of the policy's metric."""

    move = models.CharField(_("move"), max_length=4, choices=Movement.choices, blank=True)
    cause = models.CharField(_("cause"), max_length=9, blank=True)
    flag = models.CharField(_("churn flag"), max_length=7, blank=True)
    tier_before = models.CharField(_("tier in the run before"), max_length=1, blank=True)
    tier = models.CharField(_("tier"), max_length=1, blank=True)
    value_before = models.BigIntegerField(_("value in the run before"), null=True)
    value = models.BigIntegerField(_("value"), null=True)
    weight = models.BigIntegerField()  # the greater of the two values: what the list is ordered by

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.tier_before}→{self.tier}"
