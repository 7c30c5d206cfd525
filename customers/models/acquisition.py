"""Where customers come from (客户来源)."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from crm.models import User
from crm.policy import Scope, scope_of
from crm.sensitivity import personal
from customers.models.scope import CustomerChild, CustomerChildQuerySet, customers_in_scope


class ChannelKind(models.TextChoices):
    """The ways by which a company collects customers."""

    DIRECT_RESPONSE_AD = "direct_response_ad", _("Direct-response ad")
    OFFER_OR_CONTEST = "offer_or_contest", _("Special offers and contests")
    RENTED_LIST = "rented_list", _("Rented list")
    EVENT = "event", _("Event")
    POINT_OF_SALE = "point_of_sale", _("Point of sale")
    MARKET_RESEARCH = "market_research", _("Market research")
    REFERRAL = "referral", _("Referral")
    EXHIBITION = "exhibition", _("Exhibition")
    DIRECTORY = "directory", _("Directory")
    WEB = "web", _("Web")
    MEDIA = "media", _("Media")
    INTERNAL_RECORDS = "internal_records", _("Internal records")


class IdentificationMethod(models.TextChoices):
    """How a customer was found (识别方法)."""

    DOOR_TO_DOOR = "door_to_door", _("Door to door")
    ADVERTISING = "advertising", _("Advertising")
    INTRODUCTION = "introduction", _("Introduction")
    DESK_RESEARCH = "desk_research", _("Desk research")


@tracked()
class Channel(models.Model):
    """One source of customers, by name. A rented list also has its supplier, licence and legal basis."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=ChannelKind.choices)
    supplier = models.CharField(_("supplier"), max_length=200, blank=True, db_default="")
    licence_expires_on = models.DateField(_("licence expires on"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = _("source channel")
        verbose_name_plural = _("source channels")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Campaign(models.Model):
    """What was done by a channel to win customers, and what it cost in the company currency (营销活动)."""

    code = models.CharField(_("campaign code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    channel = models.ForeignKey(
        Channel, verbose_name=_("channel"), on_delete=models.PROTECT, related_name="campaigns"
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering: ClassVar = ["-starts_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="campaign_ends_after_start",
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
            ),
            models.CheckConstraint(name="campaign_cost_not_negative", condition=models.Q(cost__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name


class InformantQuerySet(CustomerChildQuerySet["Informant"]):
    """Informants: seen by whoever they tell, and by whoever sees the customer that they are."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Keep those that ``user`` may see; the customer behind one may still be out of their scope."""
        scope = scope_of(user, "customer.view")
        if scope is Scope.ALL:
            return self
        if scope is Scope.NONE or not isinstance(user, User):
            return self.none()
        seen = Q(owner=user) | Q(customers_in_scope(user, "customer__"), customer__deleted_at=None)
        if scope is Scope.TEAM and user.team_id is not None:
            seen |= Q(owner__team=user.team_id)
        return self.filter(seen)


@tracked()
class Informant(CustomerChild):
    """Somebody who tells us of customers (信息提供者); ``customer`` where the person is one of ours."""

    name = personal(models.CharField(_("name"), max_length=100))
    customer = models.ForeignKey(
        "customers.Customer",
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="informant_of",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    occupation = personal(models.CharField(_("occupation"), max_length=100, blank=True))
    reward_per_sale = models.DecimalField(_("reward per sale"), max_digits=12, decimal_places=2, default=0)

    objects = InformantQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("informant")
        verbose_name_plural = _("informants")
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Referral(CustomerChild):
    """A customer that an informant told us of, and the reward paid for it."""

    informant = models.ForeignKey(
        Informant, verbose_name=_("informant"), on_delete=models.CASCADE, related_name="referrals"
    )
    customer = models.ForeignKey(
        "customers.Customer", verbose_name=_("customer"), on_delete=models.CASCADE, related_name="referrals"
    )
    referred_on = models.DateField(_("referred on"))
    payout = models.DecimalField(_("payout"), max_digits=12, decimal_places=2, default=0)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering: ClassVar = ["-referred_on", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["informant", "customer"], name="referral_once"),
        ]

    def __str__(self) -> str:
        return f"{self.referred_on}"
