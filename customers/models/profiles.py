"""The customer: a person or a company, and how to reach them (客户)."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from crm.models import User
from crm.once import once
from crm.policy import Scope, scope_of
from crm.sensitivity import personal
from customers.models.acquisition import IdentificationMethod
from customers.models.listing import bigrams, keeps_activity
from customers.models.scope import CustomerChild, customers_in_scope


class CustomerKind(models.TextChoices):
    """A person (个人客户) or a company (企业客户)."""

    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")


class Lifecycle(models.TextChoices):
    """How far the relation has come (阶段)."""

    TARGET = "target", _("Target")
    LEAD = "lead", _("Lead")
    ACTIVE = "active", _("Active")
    DORMANT = "dormant", _("Dormant")
    LOST = "lost", _("Lost")
    ENDED = "ended", _("Ended")


class OwnershipType(models.TextChoices):
    """Who owns the company (企业性质)."""

    STATE_OWNED = "state_owned", _("State-owned")
    PRIVATE = "private", _("Private")
    FOREIGN = "foreign", _("Foreign")
    JOINT_VENTURE = "joint_venture", _("Joint venture")
    SOLE_TRADER = "sole_trader", _("Sole trader")
    COLLECTIVE = "collective", _("Collective")
    OTHER = "other", _("Other")


class BusinessModel(models.TextChoices):
    """How the customer does business (经营模式)."""

    WHOLESALE = "wholesale", _("Wholesale")
    RETAIL = "retail", _("Retail")
    AGENCY = "agency", _("Agency")
    CHAIN = "chain", _("Chain")
    DISTRIBUTOR = "distributor", _("Distributor")
    SUPPLIER = "supplier", _("Supplier")
    INTERNAL = "internal", _("Internal")
    END_CUSTOMER = "end_customer", _("End customer")


class Potential(models.TextChoices):
    """How far the customer can still grow (发展潜力); closing means that they are winding up."""

    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")
    CLOSING = "closing", _("Closing down")


class Grade(models.TextChoices):
    """High, medium or low."""

    HIGH = "high", _("High")
    MEDIUM = "medium", _("Medium")
    LOW = "low", _("Low")


class ContactChannel(models.TextChoices):
    """The ways to talk with a customer (方式)."""

    PHONE = "phone", _("Phone")
    FAX = "fax", _("Fax")
    EMAIL = "email", _("Email")
    VISIT = "visit", _("Visit")
    WECHAT = "wechat", _("WeChat")
    WEB = "web", _("Web")
    POST = "post", _("Post")


class Industry(models.Model):
    """An industry (行业)."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    english_name = models.CharField(_("English name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("industry")
        verbose_name_plural = _("industries")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return self.name if chinese or not self.english_name else self.english_name


class Tag(models.Model):
    """A word that somebody marks customers with."""

    name = models.CharField(_("name"), max_length=50, unique=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Customers; every list that a user can reach begins with ``visible_to``."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Keep the customers that ``user`` may see; the deleted and the merged-away are nobody's."""
        return self.filter(customers_in_scope(user), deleted_at=None)

    def owned_by(self, user: User) -> Self:
        """Keep the customers that ``user`` owns. They are visible to their owner, and one index finds them: asked who
        is owned *or* shared, and owned, PostgreSQL reads every row."""
        return (
            self.none()
            if scope_of(user, "customer.view") is Scope.NONE
            else self.filter(owner=user, deleted_at=None)
        )


@tracked(exclude=["pinyin", "initials"])
class Customer(models.Model):
    """A person or company we deal with, wish to deal with, or dealt with. Only the name is required."""

    code = models.CharField(_("customer code"), max_length=40, unique=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=CustomerKind.choices, default=CustomerKind.COMPANY
    )
    name = personal(models.CharField(_("name"), max_length=200))
    english_name = personal(models.CharField(_("English name"), max_length=200, blank=True))
    pinyin = models.TextField(_("pinyin"), blank=True, editable=False)
    initials = models.CharField(_("initials"), max_length=200, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        db_index=False,  # an index of its own, below
        related_name="customers",
    )
    team = models.ForeignKey(
        "crm.Team",
        verbose_name=_("team or branch"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        db_index=False,  # an index of its own, below
        related_name="customers",
    )
    region = models.ForeignKey(
        "customers.Region",
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # an index of its own, below
        related_name="customers",
    )
    source = models.ForeignKey(
        "customers.Channel",
        verbose_name=_("customer source"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
    )
    campaign = models.ForeignKey(
        "customers.Campaign",
        verbose_name=_("campaign"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
    )
    identification_method = models.CharField(
        _("identification method"),
        max_length=13,
        choices=IdentificationMethod.choices,
        blank=True,
        db_default="",
        default="",
    )
    lifecycle = models.CharField(
        _("lifecycle"), max_length=10, choices=Lifecycle.choices, default=Lifecycle.ACTIVE
    )
    industry = models.ForeignKey(
        Industry,
        verbose_name=_("industry"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
    )
    ownership_type = models.CharField(
        _("ownership type"), max_length=15, choices=OwnershipType.choices, blank=True
    )
    business_model = models.CharField(
        _("business model"), max_length=15, choices=BusinessModel.choices, blank=True
    )
    potential = models.CharField(_("potential"), max_length=10, choices=Potential.choices, blank=True)
    potential_reason = models.CharField(_("reason for potential"), max_length=300, blank=True)
    potential_author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("potential judged by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    potential_expires_on = models.DateField(_("potential expires on"), null=True, blank=True)
    purchasing_power = models.CharField(
        _("purchasing power"), max_length=10, choices=Grade.choices, blank=True
    )
    reputation = models.TextField(_("reputation"), blank=True)
    opposes_us = personal(models.TextField(_("opposes us (facts only)"), blank=True))
    preferred_channel = models.CharField(
        _("preferred channel"), max_length=10, choices=ContactChannel.choices, blank=True
    )
    communication_style = personal(models.CharField(_("communication style"), max_length=300, blank=True))
    best_time_to_contact = models.CharField(_("best time to contact"), max_length=100, blank=True)
    scoring_refused = models.BooleanField(_("refuses automated scoring"), default=False)
    tags = models.ManyToManyField(Tag, verbose_name=_("tags"), related_name="customers", blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="customer_named", condition=~models.Q(name="")),
            models.CheckConstraint(name="customer_coded", condition=~models.Q(code="")),
            models.CheckConstraint(
                name="customer_kind_known", condition=models.Q(kind__in=CustomerKind.values)
            ),
            models.CheckConstraint(
                name="customer_lifecycle_known", condition=models.Q(lifecycle__in=Lifecycle.values)
            ),
            models.CheckConstraint(
                name="customer_potential_known", condition=models.Q(potential__in=["", *Potential.values])
            ),
        ]
        indexes: ClassVar = [
            # With what tells the deleted, so that customers are counted in the index alone.
            models.Index(fields=["owner", "-id"], include=["deleted_at"], name="customer_of_owner"),
            models.Index(fields=["team", "-id"], include=["deleted_at"], name="customer_of_team"),
            models.Index(fields=["region", "-id"], include=["deleted_at"], name="customer_of_region"),
            models.Index(
                fields=["id"], name="customer_deleted", condition=models.Q(deleted_at__isnull=False)
            ),
            models.Index(fields=["id"], name="customer_unscored", condition=models.Q(scoring_refused=True)),
            models.Index(fields=["pinyin", "id"], name="customer_pinyin"),
            models.Index(fields=["-created_at", "-id"], name="customer_newest"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="customer_name_trgm"),
            GinIndex(OpClass("pinyin", name="gin_trgm_ops"), name="customer_pinyin_trgm"),
            GinIndex(OpClass("initials", name="gin_trgm_ops"), name="customer_initials_trgm"),
            GinIndex(OpClass(Upper("english_name"), name="gin_trgm_ops"), name="customer_english_trgm"),
            GinIndex(bigrams("name"), name="customer_name_bigrams"),
            # Choices that few customers have are found by it; those that most have need no index.
            GinIndex(
                fields=[
                    "kind",
                    "lifecycle",
                    "business_model",
                    "ownership_type",
                    "potential",
                    "purchasing_power",
                ],
                name="customer_choices",
            ),
        ]
        triggers: ClassVar = keeps_activity()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The customer's record page."""
        return reverse("customers:record", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        """Whether ``user`` may see this customer."""
        return sees_customer(user, self.pk)


def sees_customer(user: User, customer_id: int) -> bool:
    """Whether ``user`` may see a customer."""
    found = Customer.objects.visible_to(user).filter(pk=customer_id)
    return once(("sees customer", user.pk, customer_id), found.exists)


@tracked()
class Need(CustomerChild):
    """A need, pain or motive that the customer spoke of (需求/痛点/动机)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="needs")
    statement = personal(models.CharField(_("statement"), max_length=300))
    is_met = models.BooleanField(_("met"), default=False)
    noted_on = models.DateField(_("noted on"))

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering: ClassVar = ["is_met", "-noted_on"]

    def __str__(self) -> str:
        return self.statement


@tracked()
class WishListEntry(CustomerChild):
    """A customer we most want to build a relation with this year (最想建立关系)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="wishes")
    year = models.PositiveSmallIntegerField(_("year"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    next_step = models.CharField(_("next step"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("wish-list entry")
        verbose_name_plural = _("wish list")
        ordering: ClassVar = ["-year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "year"], name="wish_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.year}"
