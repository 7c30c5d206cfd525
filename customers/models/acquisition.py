"""Where customers come from (客户来源)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.history import tracked


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


@tracked()
class Channel(models.Model):
    """One source of customers, by name."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=ChannelKind.choices)

    class Meta:
        verbose_name = _("source channel")
        verbose_name_plural = _("source channels")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
