"""The ledger of imports: one batch a file, one fate a source row."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.policy import Scope, scope_of


class ImportKind(models.TextChoices):
    """What the rows of a file are."""

    CUSTOMERS = "customers", _("Customers")
    ORDERS = "orders", _("Orders")
    PRODUCTS = "products", _("Products")
    PAYMENTS = "payments", _("Payments")
    INTERACTIONS = "interactions", _("Interactions")
    COMPLAINTS = "complaints", _("Complaints")


class ImportState(models.TextChoices):
    """Where an import stands."""

    UPLOADED = "uploaded", _("Uploaded")
    CHECKED = "checked", _("Checked")
    PREVIEWED = "previewed", _("Previewed")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    DONE_WITH_REJECTS = "done_with_rejects", _("Done, some rows rejected")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    REVERTED = "reverted", _("Undone")


FINISHED_STATES = (ImportState.DONE, ImportState.DONE_WITH_REJECTS)


class RowOutcome(models.TextChoices):
    """What became of a source row: exactly one of these."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Unchanged")
    REJECTED = "rejected", _("Rejected")
    SKIPPED = "skipped", _("Skipped")


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Imports; whoever may see one sees all."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Keep the imports that ``user`` may see."""
        return self if scope_of(user, "import.view") is Scope.ALL else self.none()


class ImportBatch(models.Model):
    """One file brought in: what it was, how it was read, how far it got and what became of its rows.

    ``mapping`` is what somebody wished for the columns, ``columns`` what was found; ``also`` counts the
    records that a file of another kind brought along, such as the customers of an order file.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=ImportKind.choices)
    file_name = models.CharField(_("file name"), max_length=255)
    stored_as = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(_("column mapping"), default=dict, blank=True)
    reading = models.JSONField(_("how to read the file"), default=dict, blank=True)
    columns = models.JSONField(_("columns"), default=dict, blank=True)
    dialect = models.JSONField(_("what was read"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    staging = models.CharField(max_length=60, blank=True)
    rows = models.PositiveIntegerField(_("rows"), null=True)
    created = models.PositiveIntegerField(_("created"), default=0)
    updated = models.PositiveIntegerField(_("updated"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    also = models.JSONField(_("brought along"), default=dict, blank=True)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    error = models.TextField(_("error"), blank=True)
    rejected_file = models.CharField(max_length=100, blank=True)
    repeats = models.ForeignKey(
        "self",
        verbose_name=_("repeats import"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("imported by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    job = models.ForeignKey(
        "crm.Job", verbose_name=_("job"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="import_kind_known", condition=Q(kind__in=ImportKind.values)),
            models.CheckConstraint(name="import_state_known", condition=Q(state__in=ImportState.values)),
            models.CheckConstraint(
                name="import_done_counts_every_row",
                condition=~Q(state__in=FINISHED_STATES)
                | Q(
                    rows__isnull=False,
                    rows=F("created") + F("updated") + F("unchanged") + F("rejected") + F("skipped"),
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sha256", "kind"], name="import_same_file"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} #{self.pk}"

    @property
    def rejected_path(self) -> Path | None:
        """The file of the rejected rows, if there are any."""
        return Path(settings.MEDIA_ROOT) / self.rejected_file if self.rejected_file else None


class ImportRow(models.Model):
    """The fate of one source row, written in the transaction that did what it says.

    ``subject_id`` is the record that the row made, changed or confirmed. ``changes`` is what undoing needs:
    the old values of an updated record, and the ids of what a created row brought along.
    """

    pk = models.CompositePrimaryKey("batch", "line_no")
    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="fates", db_index=False)
    line_no = models.PositiveIntegerField(_("line"))
    outcome = models.CharField(_("outcome"), max_length=9, choices=RowOutcome.choices)
    subject_id = models.BigIntegerField(null=True)
    changes = models.JSONField(_("changes"), null=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints: ClassVar = [
            models.CheckConstraint(name="fate_known", condition=Q(outcome__in=RowOutcome.values)),
            models.CheckConstraint(
                name="rejection_has_reason", condition=~Q(outcome=RowOutcome.REJECTED) | ~Q(reason="")
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["batch", "line_no"],
                name="fate_to_look_at",
                condition=Q(outcome__in=[RowOutcome.REJECTED, RowOutcome.SKIPPED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line_no} {self.outcome}"
