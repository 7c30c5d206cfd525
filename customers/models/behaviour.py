"""What customers do and say: interactions and complaints (行为资料)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.history import tracked
from crm.sensitivity import personal
from customers.models.listing import open_first
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
    channel = models.CharField(
        pgettext_lazy("way of contact", "channel"), max_length=10, choices=ContactChannel.choices, blank=True
    )
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
            models.Index(fields=["-occurred_at", "-id"], name="interaction_newest"),
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
            models.Index(fields=["-reported_at", "-id"], name="complaint_newest"),
            models.Index(fields=["-reported_at"], name="complaint_open", condition=Q(resolved_at=None)),
            models.Index(open_first("resolved_at"), "reported_at", "id", name="complaint_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.get_complaint_type_display()} {self.reported_at:%Y-%m-%d}"


class Stance(models.TextChoices):
    """How a customer finds a product."""

    LIKES = "likes", _("Likes it")
    NEUTRAL = "neutral", _("Neutral")
    DISLIKES = "dislikes", _("Dislikes it")


class NewProductAttitude(models.TextChoices):
    """How soon a customer takes to new products."""

    ADOPTS_EARLY = "adopts_early", _("Adopts early")
    FOLLOWS = "follows", _("Follows others")
    WAITS = "waits", _("Waits")
    RESISTS = "resists", _("Resists")


@tracked()
class Opinion(CustomerChild):
    """What a customer thinks of a product (产品意见), and when somebody dealt with it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="opinions")
    product = models.ForeignKey(
        "customers.Product",
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opinions",
    )
    stance = models.CharField(_("stance"), max_length=8, choices=Stance.choices)
    new_product_attitude = models.CharField(
        _("attitude to new products"), max_length=12, choices=NewProductAttitude.choices, blank=True
    )
    statement = personal(models.TextField(_("statement"), blank=True))
    stated_on = models.DateField(_("stated on"))
    rep = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("rep"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    handled_on = models.DateField(_("handled on"), null=True, blank=True)

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering: ClassVar = ["-stated_on", "-id"]

    def __str__(self) -> str:
        return f"{self.get_stance_display()} {self.stated_on}"


@tracked()
class Survey(models.Model):
    """A questionnaire (问卷): its questions, in the order asked."""

    title = models.CharField(_("title"), max_length=200, unique=True)
    asked_on = models.DateField(_("asked on"))
    questions = models.JSONField(_("questions"), default=list, blank=True)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering: ClassVar = ["-asked_on", "-id"]

    def __str__(self) -> str:
        return self.title


@tracked()
class SurveyAnswer(CustomerChild):
    """What one customer answered to one question of a survey."""

    survey = models.ForeignKey(
        Survey, verbose_name=_("survey"), on_delete=models.PROTECT, related_name="answers"
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="survey_answers")
    question = models.CharField(_("question"), max_length=300)
    answer = personal(models.TextField(_("answer")))
    answered_on = models.DateField(_("answered on"))

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        ordering: ClassVar = ["-answered_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["survey", "customer", "question"], name="answer_once"),
        ]

    def __str__(self) -> str:
        return self.question


@tracked()
class Interview(CustomerChild):
    """Notes of an interview (访谈)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="interviews")
    held_on = models.DateField(_("held on"))
    interviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("interviewer"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    notes = personal(models.TextField(_("notes")))

    class Meta:
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        ordering: ClassVar = ["-held_on", "-id"]

    def __str__(self) -> str:
        return f"{self.held_on}"
