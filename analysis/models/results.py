"""What the further measures of a run found: one state for each measure, and the rows that models of their own hold."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from analysis.models.runs import AnalysisRun
from customers.models import Customer


class MeasureState(models.TextChoices):
    """Where a measure of a run stands. What is not done has no rows."""

    WAITING = "waiting", _("Waiting for another measure")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    REFUSED = "refused", _("The data do not allow it")
    FAILED = "failed", _("Failed")


class MeasureResult(models.Model):
    """One further measure in one run. Its rows become visible in the transaction that marks it done."""

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="results")
    name = models.CharField(_("measure"), max_length=60)
    state = models.CharField(
        _("state"), max_length=7, choices=MeasureState.choices, default=MeasureState.QUEUED
    )
    summary = models.JSONField(_("summary"), default=dict)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    error = models.TextField(_("error"), blank=True)
    rows = models.BigIntegerField(_("rows"), default=0)
    timings = models.JSONField(_("timings, seconds"), default=dict)
    job = models.OneToOneField(
        "crm.Job", verbose_name=_("job"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("result of a measure")
        verbose_name_plural = _("results of measures")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "name"], name="one_result_of_a_measure"),
            models.CheckConstraint(
                name="measure_state_known", condition=models.Q(state__in=MeasureState.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.name}"

    @property
    def is_done(self) -> bool:
        """Whether its rows are there."""
        return self.state == MeasureState.DONE

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in {MeasureState.DONE, MeasureState.REFUSED, MeasureState.FAILED}


class MeasureShard(models.Model):
    """One range of customers ``[low, high)`` of a measure that several workers share."""

    result = models.ForeignKey(MeasureResult, on_delete=models.CASCADE, related_name="shards")
    number = models.PositiveIntegerField()
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    attempt = models.PositiveIntegerField(null=True)  # the one whose tables are whole; null until then
    summary = models.JSONField(default=dict)
    problem = models.CharField(max_length=300, blank=True)
    timings = models.JSONField(default=dict)
    job = models.OneToOneField("crm.Job", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("shard of a measure")
        verbose_name_plural = _("shards of measures")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["result", "number"], name="one_shard_of_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.result_id}/{self.number}"


def run_of_row() -> models.ForeignKey[AnalysisRun, AnalysisRun]:
    """The run of a row. No constraint: it would be checked for every row, and rows go with their run's partition."""
    return models.ForeignKey(
        AnalysisRun, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


def customer_of_row() -> models.ForeignKey[Customer, Customer]:
    """The customer of a row, named by id only."""
    return models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


class RunRow(models.Model):
    """A row of a measure in a run."""

    run = run_of_row()

    class Meta:
        abstract = True


class CustomerRow(RunRow):
    """A customer's row of a measure in a run."""

    pk = models.CompositePrimaryKey("customer_id", "run_id")
    customer = customer_of_row()

    class Meta:
        abstract = True
