"""What customers do and say: interactions and complaints (行为资料)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from crm.sensitivity import personal
from customers.models.profiles import ContactChannel, Customer
from customers.models.scope import CustomerChild


class ResponseType(models.TextChoices):
    """What an interaction was about (回应类型)."""

    ORDER = "order", _("Order")
    INQUIRY = "inquiry", _("Inquiry")
    SURVEY = "survey", _("Survey")
    SPECIAL_OFFER = "special_offer", _("Special offer")
    CONTEST = "contest", _("Contest")
    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Meeting")
    NOTE = "note", _("Note")


class Direction(models.TextChoices):
    """Who turned to whom."""

    INBOUND = "inbound", _("From the customer")
    OUTBOUND = "outbound", _("From us")


@tracked()
class Interaction(CustomerChild):
    """One contact between a customer and us (往来)."""

    reference = models.CharField(_("reference"), max_length=60, null=True, blank=True, unique=True)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.CASCADE,
        related_name="interactions",
        db_index=False,
    )
    response_type = models.CharField(
        _("response type"), max_length=15, choices=ResponseType.choices, default=ResponseType.NOTE
    )
    channel = models.CharField(_("channel"), max_length=10, choices=ContactChannel.choices, blank=True)
    direction = models.CharField(
        _("direction"), max_length=10, choices=Direction.choices, default=Direction.OUTBOUND
    )
    occurred_at = models.DateTimeField(_("occurred at"))
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=2, null=True, blank=True)
    rep = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("rep"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="interactions",
    )
    product = models.ForeignKey(
        "customers.Product",
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    body = personal(models.TextField(_("body"), blank=True))

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        ordering: ClassVar = ["-occurred_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-occurred_at"], name="interaction_customer_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_response_type_display()} {self.occurred_at:%Y-%m-%d}"


class ComplaintType(models.TextChoices):
    """What a complaint is about."""

    DISPUTE = "dispute", _("Dispute")
    LATE_DELIVERY = "late_delivery", _("Late delivery")
    LATE_PAYMENT = "late_payment", _("Late payment")
    DEFECT = "defect", _("Defect")
    SERVICE = "service", _("Service")


@tracked()
class Complaint(CustomerChild):
    """An opinion, dispute or complaint, from when it happened until it was resolved (意见/纠纷/投诉)."""

    reference = models.CharField(_("reference"), max_length=60, null=True, blank=True, unique=True)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.CASCADE,
        related_name="complaints",
        db_index=False,
    )
    complaint_type = models.CharField(_("type"), max_length=15, choices=ComplaintType.choices)
    product = models.ForeignKey(
        "customers.Product",
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    rep = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("rep"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    region = models.ForeignKey(
        "customers.Region",
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    occurred_at = models.DateTimeField(_("occurred at"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    cause = personal(models.TextField(_("cause"), blank=True))
    resolution = personal(models.TextField(_("resolution"), blank=True))
    is_satisfied = models.BooleanField(_("satisfied"), null=True, blank=True)

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        ordering: ClassVar = ["-reported_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="complaint_resolved_after_report",
                condition=Q(resolved_at=None) | Q(resolved_at__gte=F("reported_at")),
            ),
            models.CheckConstraint(
                name="complaint_type_known", condition=Q(complaint_type__in=ComplaintType.values)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-reported_at"], name="complaint_customer_time"),
            models.Index(fields=["-reported_at"], name="complaint_open", condition=Q(resolved_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_complaint_type_display()} {self.reported_at:%Y-%m-%d}"
