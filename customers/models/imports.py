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
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    DONE_WITH_REJECTS = "done_with_rejects", _("Done, some rows rejected")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    REVERTING = "reverting", _("Being undone")
    REVERTED = "reverted", _("Undone")


FINISHED_STATES = (ImportState.DONE, ImportState.DONE_WITH_REJECTS)


class RowOutcome(models.TextChoices):
    """What became of a source row: exactly one of these."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Unchanged")
    REJECTED = "rejected", _("Rejected")
    SKIPPED = "skipped", _("Skipped")


class RowUndone(models.TextChoices):
    """What undoing an import made of a row."""

    REMOVED = "removed", _("Removed")
    RESTORED = "restored", _("Restored")
    KEPT = "kept", _("Kept")


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Imports; whoever may see one sees all."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Keep the imports that ``user`` may see."""
        return self if scope_of(user, "import.view") is Scope.ALL else self.none()


class ImportBatch(models.Model):
    """One file brought in: what it was, how it was read, how far it got and what became of its rows.

    ``mapping`` is what somebody wished for the columns, ``columns`` what was found; ``also`` counts the
    records that a file of another kind brought along, such as the customers of an order file. ``rules`` say how rows
    find their customers and whose word counts, ``consent`` by what right sensitive columns are kept; ``expected``
    counts what the standing check says would become of the rows, ``undone`` what undoing did.
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
    rules = models.JSONField(_("match rules"), default=dict, db_default={}, blank=True)
    consent = models.JSONField(_("consent"), default=dict, db_default={}, blank=True)
    expected = models.JSONField(_("expected"), default=dict, db_default={}, blank=True)
    pause_requested = models.BooleanField(default=False, db_default=False)
    undone = models.JSONField(_("undone"), default=dict, db_default={}, blank=True)
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
    def stale(self) -> bool:
        """Whether cells were corrected since the whole file was checked: other rows may be judged otherwise by now."""
        return bool(self.expected.get("stale"))

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
    undone = models.CharField(_("undone"), max_length=8, choices=RowUndone.choices, blank=True, db_default="")
    undo_reason = models.TextField(_("why it was kept"), blank=True, db_default="")

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
            models.Index(fields=["batch", "line_no"], name="fate_kept", condition=Q(undone=RowUndone.KEPT)),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line_no} {self.outcome}"


class ImportCorrection(models.Model):
    """A cell that somebody put right after the check; the file stays as it was received.

    ``column_no`` counts from 0.
    """

    pk = models.CompositePrimaryKey("batch", "line_no", "column_no")
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="corrections", db_index=False
    )
    line_no = models.PositiveIntegerField(_("line"))
    column_no = models.PositiveIntegerField(_("column"))
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("corrected cell")
        verbose_name_plural = _("corrected cells")

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line_no}:{self.column_no}"


class ImportMapping(models.Model):
    """How files of one layout are read, kept under a name; ``layout`` is the digest of their headers."""

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=12, choices=ImportKind.choices)
    layout = models.CharField(max_length=64)
    wishes = models.JSONField(_("column mapping"), default=dict, blank=True)
    reading = models.JSONField(_("how to read the file"), default=dict, blank=True)
    rules = models.JSONField(_("match rules"), default=dict, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("saved by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "name"], name="mapping_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["layout", "kind"], name="mapping_layout")]

    def __str__(self) -> str:
        return self.name
