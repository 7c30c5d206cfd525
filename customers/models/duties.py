"""What the law asks of who keeps records about people: ledger of purges, retention, requests, register, incidents."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.history import tracked

# GDPR art. 33: to the authority within 72 hours of becoming aware. PIPL art. 57: immediately.
AUTHORITY_HOURS = 72
# GDPR art. 12(3): within one month, of which the shortest has 28 days. PIPL art. 50: in time.
ANSWER_DAYS = 28


class PurgeKind(models.TextChoices):
    """What was destroyed for good."""

    ERASURE = "erasure", _("Person erased")
    WITHDRAWAL = "withdrawal", _("Consent withdrawn")


class Purge(models.Model):
    """Something destroyed for good: after a restore from a backup it is destroyed again.

    ``customer_id`` is no foreign key, and with ``customer_created_at`` it names one customer even in a database that
    was restored and gave the number to another since. ``field`` is the field of a withdrawn consent.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=PurgeKind.choices)
    customer_id = models.BigIntegerField(_("customer"))
    customer_created_at = models.DateTimeField(editable=False)
    field = models.CharField(_("field"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    counts = models.JSONField(_("what was destroyed"), default=dict)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    done_at = models.DateTimeField(_("done at"))

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "customer_id", "customer_created_at", "field", "done_at"], name="purge_once"
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id}"


class RetentionClass(models.TextChoices):
    """Classes of data that are kept for a number of days."""

    DELETED = "deleted", _("Deleted customers")
    PEOPLE = "people", _("People without any dealings")
    CONVERSATIONS = "conversations", _("Interactions, interviews and notes")
    FILES = "files", _("Files about customers")
    VERSIONS = "versions", _("Earlier versions of records")


@tracked()
class RetentionRule(models.Model):
    """For how many days a class of data is kept; without days it is kept until somebody deletes it."""

    data = models.CharField(_("data"), max_length=20, choices=RetentionClass.choices, unique=True)
    days = models.PositiveIntegerField(_("days"), null=True, blank=True)
    basis = models.CharField(_("why so long"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), auto_now=True)

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        constraints: ClassVar = [
            models.CheckConstraint(name="retention_days_positive", condition=Q(days=None) | Q(days__gt=0)),
        ]

    def __str__(self) -> str:
        return str(self.get_data_display())


class LegalBasis(models.TextChoices):
    """By what right personal data are processed (GDPR art. 6, PIPL art. 13)."""

    CONSENT = "consent", _("Consent")
    CONTRACT = "contract", _("Contract")
    LEGAL_DUTY = "legal_duty", _("Legal duty")
    LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interest")
    EMERGENCY = "emergency", _("Protection of life, health or property")
    PUBLISHED = "published", _("Lawfully published by the person")


@tracked()
class ProcessingActivity(models.Model):
    """One entry of the register of what is done with personal data (GDPR art. 30, PIPL arts. 54–56)."""

    name = models.CharField(_("processing activity"), max_length=120, unique=True)
    purpose = models.TextField(_("purpose"))
    legal_basis = models.CharField(_("legal basis"), max_length=20, choices=LegalBasis.choices)
    people = models.CharField(_("whose data"), max_length=300)
    data = models.CharField(_("which data"), max_length=300)
    recipients = models.CharField(_("who receives them"), max_length=300, blank=True)
    transfers = models.CharField(_("transfers abroad"), max_length=300, blank=True)
    retention = models.CharField(_("kept until"), max_length=300)
    safeguards = models.TextField(_("safeguards"))
    assessment = models.TextField(_("impact assessment"), blank=True)
    responsible = models.CharField(_("responsible"), max_length=120)
    reviewed_on = models.DateField(_("last reviewed on"))
    is_ended = models.BooleanField(_("ended"), default=False)

    class Meta:
        verbose_name = _("entry of the processing register")
        verbose_name_plural = _("processing register")
        ordering: ClassVar = ["is_ended", "name"]

    def __str__(self) -> str:
        return self.name


class RequestKind(models.TextChoices):
    """What a person asks of who keeps data about them."""

    ACCESS = "access", _("See or take away their data")
    CORRECTION = "correction", _("Correct their data")
    ERASURE = "erasure", _("Erase their data")
    WITHDRAWAL = "withdrawal", _("Withdraw a consent")
    OBJECTION = "objection", _("Be left out of automated scoring")
    OTHER = "other", _("Something else")


@tracked()
class SubjectRequest(models.Model):
    """A person's request about their data, with the day by which it is answered.

    ``customer_id`` is no foreign key: the request outlives the record that it asks to erase.
    """

    customer_id = models.BigIntegerField(_("customer"), db_index=True)
    kind = models.CharField(_("request"), max_length=12, choices=RequestKind.choices)
    received_on = models.DateField(_("received on"))
    due_on = models.DateField(_("answer by"))
    how_known = models.CharField(_("how we know that it is them"), max_length=200)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer = models.CharField(_("what was answered"), max_length=300, blank=True)
    is_refused = models.BooleanField(_("refused"), default=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("request of a person")
        verbose_name_plural = _("requests of people")
        ordering: ClassVar = [F("answered_on").desc(nulls_first=True), "due_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="request_due_after_received", condition=Q(due_on__gte=F("received_on"))
            ),
            models.CheckConstraint(
                name="request_answered_in_words", condition=Q(answered_on=None) | ~Q(answer="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    def save(self, **kwargs: object) -> None:
        """Save it, due four weeks after it was received when nothing else is said."""
        if not self.due_on:
            self.due_on = self.received_on + timedelta(days=ANSWER_DAYS)
        super().save(**kwargs)  # type: ignore[arg-type]

    @property
    def is_late(self) -> bool:
        """Whether the day by which it should be answered has passed unanswered."""
        return self.answered_on is None and self.due_on < timezone.localdate()


class IncidentRisk(models.TextChoices):
    """What an incident may mean for the people concerned."""

    NONE = "none", _("No risk to people")
    RISK = "risk", _("Risk to people")
    HIGH = "high", _("High risk to people")


@tracked()
class Incident(models.Model):
    """Personal data that were leaked, altered or lost, or may have been; with the law's clocks.

    The description speaks of kinds of data and numbers of people, not of values.
    """

    title = models.CharField(_("what happened, in a line"), max_length=200)
    description = models.TextField(_("what happened, its cause and its reach"))
    data = models.CharField(_("which data"), max_length=300)
    people_affected = models.PositiveIntegerField(_("people concerned, about"), null=True, blank=True)
    risk = models.CharField(_("risk"), max_length=4, choices=IncidentRisk.choices, default=IncidentRisk.RISK)
    began_at = models.DateTimeField(_("began"), null=True, blank=True)
    noticed_at = models.DateTimeField(_("noticed"))
    measures = models.TextField(_("what was done about it"), blank=True)
    authority_told_at = models.DateTimeField(_("authority told"), null=True, blank=True)
    people_told_at = models.DateTimeField(_("people told"), null=True, blank=True)
    why_not_told = models.TextField(_("why somebody was not told, or late"), blank=True)
    closed_at = models.DateTimeField(pgettext_lazy("incident", "closed"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering: ClassVar = [F("closed_at").desc(nulls_first=True), "-noticed_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="incident_noticed_after_it_began",
                condition=Q(began_at=None) | Q(noticed_at__gte=F("began_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The incident's page."""
        return reverse("customers:entry", args=["incidents", self.pk])

    @property
    def authority_due_at(self) -> datetime:
        """Until when the authority is to be told at the latest."""
        return self.noticed_at + timedelta(hours=AUTHORITY_HOURS)
