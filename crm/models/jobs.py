"""The ledger of background work. The row is the truth; the queue's message is only a hint."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """Where a job stands. After three failed attempts it is quarantined for somebody to look at."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    QUARANTINED = "quarantined", _("Quarantined")


# Ended without success: somebody may ask for another try.
REPEATABLE_STATES = (JobState.FAILED, JobState.QUARANTINED, JobState.CANCELLED)


class Job(models.Model):
    """One piece of background work: what, for whom, how far, and what came of it.

    A worker claims a job by raising ``attempt`` and taking a lease in one conditional update; every later
    write of that worker names its attempt, so a worker that lost its lease can change nothing any more.
    """

    MAX_ATTEMPTS: ClassVar = 3

    kind = models.CharField(_("kind"), max_length=60)
    arguments = models.JSONField(_("arguments"), default=dict)
    state = models.CharField(_("state"), max_length=12, choices=JobState.choices, default=JobState.QUEUED)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("total"), null=True)
    step = models.CharField(_("step"), max_length=100, blank=True)
    result = models.JSONField(_("result"), default=dict)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["state", "lease_until"],
                name="job_unfinished",
                condition=models.Q(state__in=["queued", "running"]),
            ),
            models.Index(fields=["kind", "-id"], name="job_kind"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="job_state_known", condition=models.Q(state__in=JobState.values)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to this job by itself."""
        return self.state not in {JobState.QUEUED, JobState.RUNNING}

    @property
    def percent(self) -> int | None:
        """Progress in whole per cent, or None while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def duration(self) -> timedelta | None:
        """How long the last attempt took, once it has ended."""
        return self.finished_at - self.started_at if self.finished_at and self.started_at else None
