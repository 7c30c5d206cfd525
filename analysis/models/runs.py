"""The ledger of analysis runs, and the pointer to the one that readers see."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analysis.models.policies import Policy


class RunState(models.TextChoices):
    """Where a run stands. A validated run was not meant to be published, or a newer one came first."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    VALIDATED = "validated", _("Validated")
    PUBLISHED = "published", _("Published")
    SUPERSEDED = "superseded", _("Superseded")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class FactsSource(models.TextChoices):
    """Where a run's facts came from."""

    CURRENT = "current", _("Facts were current")
    REFRESHED = "refreshed", _("Facts refreshed for changed customers")
    REBUILT = "rebuilt", _("Facts rebuilt from all order lines")
    ASIDE = "aside", _("Facts of another day, added up beside the current ones")


class AnalysisRun(models.Model):
    """One analysis: what it was asked, what it found in total, how long each step took."""

    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    as_of = models.DateField(_("as of"))
    policy = models.ForeignKey(
        Policy, verbose_name=_("policy"), on_delete=models.PROTECT, related_name="runs"
    )
    publish = models.BooleanField(_("to be published"), default=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    job = models.OneToOneField(
        "crm.Job", verbose_name=_("job"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    previous = models.ForeignKey(
        "self", verbose_name=_("compared with"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    window_start = models.DateField(_("window from"), null=True)
    window_end = models.DateField(_("window until before"), null=True)
    horizon_days = models.PositiveIntegerField(_("churn horizon, days"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    customers = models.PositiveIntegerField(_("customers"), null=True)
    facts_source = models.CharField(_("facts"), max_length=10, choices=FactsSource.choices, blank=True)
    totals = models.JSONField(_("totals"), default=dict)
    tiers = models.JSONField(_("tiers"), default=dict)
    churn = models.JSONField(_("churn"), default=dict)
    pareto = models.JSONField(_("Pareto curve"), default=list)
    months = models.JSONField(_("months"), default=list)
    # Stands for those who were deleted or refused to be scored before; while it holds, nobody of the run has since.
    left_out_digest = models.CharField(max_length=60, blank=True, db_default="", default="")
    timings = models.JSONField(_("timings, seconds"), default=dict)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("analysis run")
        verbose_name_plural = _("analysis runs")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["-as_of", "-id"],
                name="run_published_day",
                condition=models.Q(state__in=["published", "superseded"]),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="run_state_known", condition=models.Q(state__in=RunState.values)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.as_of}"

    def get_absolute_url(self) -> str:
        """The run's page."""
        return reverse("analysis:run", args=[self.pk])

    @property
    def was_published(self) -> bool:
        """Whether readers saw, or see, this run."""
        return self.state in {RunState.PUBLISHED, RunState.SUPERSEDED}

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to this run by itself."""
        return self.state not in {RunState.QUEUED, RunState.RUNNING}

    @property
    def is_repeatable(self) -> bool:
        """Whether it ended with nothing done, so that its job can be tried again."""
        return self.state in {RunState.FAILED, RunState.CANCELLED}

    @property
    def duration(self) -> datetime.timedelta | None:
        """How long it took, once it has ended."""
        return self.finished_at - self.started_at if self.finished_at and self.started_at else None


class Publication(models.Model):
    """The one pointer: the run that readers see. It only ever moves to a newer run."""

    ONLY: ClassVar = 1

    run = models.OneToOneField(AnalysisRun, on_delete=models.PROTECT, related_name="publication")
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints: ClassVar = [
            models.CheckConstraint(name="one_publication", condition=models.Q(id=1)),
        ]

    def __str__(self) -> str:
        return str(self.run_id)
