"""What people work with every day: tasks, dates, gifts, opportunities, notes, attachments, fields of one's own."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from crm.models import User
from crm.sensitivity import personal
from customers.models.profiles import Customer, CustomerKind
from customers.models.scope import CustomerChild


def _by(label: object) -> models.ForeignKey[User | None, User | None]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,  # type: ignore[arg-type]
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )


class TaskOrigin(models.TextChoices):
    """What made somebody, or the product, ask for a task."""

    MANUAL = "manual", _("Set by hand")
    QUICK_LOG = "quick_log", _("Follow-up")
    CARE = "care", _("Care visit")
    CHURN = "churn", _("Churn")
    LIST = "list", _("Customer list")


@tracked()
class Task(CustomerChild):
    """Something to do for a customer by a day (待办)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tasks")
    title = personal(models.CharField(_("what to do"), max_length=200))
    reason = personal(models.CharField(_("reason"), max_length=300, blank=True))
    origin = models.CharField(
        _("origin"), max_length=10, choices=TaskOrigin.choices, default=TaskOrigin.MANUAL
    )
    due_on = models.DateField(_("due on"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assignee"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tasks",
        db_index=False,
    )
    created_by = _by(_("asked by"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    outcome = personal(models.CharField(_("outcome"), max_length=300, blank=True))

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering: ClassVar = ["due_on", "id"]
        indexes: ClassVar = [
            models.Index(fields=["assignee", "due_on", "id"], name="task_open", condition=Q(done_at=None)),
            models.Index(fields=["due_on", "id"], name="task_due"),
        ]

    def __str__(self) -> str:
        return self.title


class DateKind(models.TextChoices):
    """What a date is the day of."""

    BIRTHDAY = "birthday", _("Birthday")
    WEDDING = "wedding", _("Wedding anniversary")
    FOUNDING = "founding", _("Founding day")
    OTHER = "other", _("Other day")


class Calendar(models.TextChoices):
    """By which calendar a day returns each year (公历、农历)."""

    GREGORIAN = "gregorian", _("Gregorian")
    LUNAR = "lunar", _("Lunar")


@tracked()
class ImportantDate(CustomerChild):
    """A day that returns each year (纪念日), by month and day of its own calendar; the year where it is known."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="important_dates")
    kind = models.CharField(_("kind of day"), max_length=10, choices=DateKind.choices)
    label = personal(models.CharField(_("what day it is"), max_length=100, blank=True))
    calendar = models.CharField(
        _("calendar"), max_length=9, choices=Calendar.choices, default=Calendar.GREGORIAN
    )
    year = personal(models.PositiveSmallIntegerField(_("year"), null=True, blank=True))
    month = personal(models.PositiveSmallIntegerField(_("month")))
    day = personal(models.PositiveSmallIntegerField(_("day")))
    is_leap_month = models.BooleanField(_("leap month"), default=False)

    class Meta:
        verbose_name = _("important date")
        verbose_name_plural = _("important dates")
        ordering: ClassVar = ["month", "day", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="date_in_calendar",
                condition=Q(month__range=(1, 12), day__range=(1, 31), calendar=Calendar.GREGORIAN)
                | Q(month__range=(1, 12), day__range=(1, 30), calendar=Calendar.LUNAR),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["calendar", "month", "day"], name="date_returning")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.month}-{self.day}"


@tracked()
class Gift(CustomerChild):
    """A gift that we gave (礼品记录)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="gifts")
    given_on = models.DateField(pgettext_lazy("gift", "given on"))
    description = personal(models.CharField(_("gift"), max_length=200))
    occasion = personal(models.CharField(_("occasion"), max_length=100, blank=True))
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2, null=True, blank=True)
    given_by = _by(_("given by"))

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        ordering: ClassVar = ["-given_on", "-id"]

    def __str__(self) -> str:
        return self.description


class Stage(models.TextChoices):
    """How far an opportunity has come."""

    IDENTIFIED = "identified", _("Identified")
    QUALIFIED = "qualified", _("Qualified")
    PROPOSED = "proposed", _("Proposed")
    NEGOTIATING = "negotiating", _("Negotiating")
    WON = "won", pgettext_lazy("opportunity", "Won")
    LOST = "lost", pgettext_lazy("opportunity", "Lost")


@tracked()
class Opportunity(CustomerChild):
    """A sale that may come (商机), in the company currency."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="opportunities")
    title = personal(models.CharField(_("opportunity"), max_length=200))
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, default=Stage.IDENTIFIED)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    probability = models.PositiveSmallIntegerField(_("probability, %"), null=True, blank=True)
    close_on = models.DateField(_("expected close on"), null=True, blank=True)
    owner = _by(_("owner"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        ordering: ClassVar = ["close_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="opportunity_percent",
                condition=Q(probability=None) | Q(probability__range=(0, 100)),
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class Note(CustomerChild):
    """Something worth remembering that has no field (其他资料)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notes")
    body = personal(models.TextField(_("note")))
    author = _by(_("author"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.body[:50]


@tracked()
class Attachment(CustomerChild):
    """A file about a customer. ``stored_as`` is a name of our making; ``name`` is the uploader's, for show only."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="attachments")
    interaction = models.ForeignKey(
        "customers.Interaction",
        verbose_name=_("interaction"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="attachments",
    )
    name = personal(models.CharField(_("file name"), max_length=255))
    stored_as = models.CharField(max_length=80, unique=True, editable=False)
    content_type = models.CharField(_("type of file"), max_length=100)
    size = models.PositiveBigIntegerField(_("size, bytes"))
    sha256 = models.CharField(max_length=64, editable=False)
    uploaded_by = _by(_("uploaded by"))
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering: ClassVar = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return self.name


class CustomKind(models.TextChoices):
    """What a field that an admin adds holds."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")
    YES_NO = "yes_no", _("Yes or no")


@tracked()
class CustomField(models.Model):
    """A field that an admin added, without a deployment. Put away, it keeps its values and asks for none."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    label = models.CharField(_("label"), max_length=80)
    english_label = models.CharField(_("English label"), max_length=80, blank=True)
    kind = models.CharField(_("kind of field"), max_length=6, choices=CustomKind.choices)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    customer_kind = models.CharField(_("for whom"), max_length=10, choices=CustomerKind.choices, blank=True)
    is_personal = models.BooleanField(_("describes a natural person"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return self.label if chinese or not self.english_label else self.english_label


@tracked()
class CustomValue(CustomerChild):
    """A customer's value of a custom field, as JSON of the field's kind (a date in ISO form)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="custom_values")
    field = models.ForeignKey(CustomField, on_delete=models.PROTECT, related_name="values")
    value = personal(models.JSONField(_("value")))

    class Meta:
        verbose_name = _("custom value")
        verbose_name_plural = _("custom values")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "field"], name="custom_value_once"),
        ]

    def __str__(self) -> str:
        return str(self.value)
