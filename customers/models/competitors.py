"""Who else sells to our customers, and how much (竞争对手)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from crm.sensitivity import personal
from customers.models.profiles import Customer, Grade
from customers.models.scope import CustomerChild


@tracked()
class Competitor(models.Model):
    """A company that sells what we could sell."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    sales_channels = models.CharField(_("sales channels"), max_length=300, blank=True)
    sales_model = models.CharField(_("sales model"), max_length=300, blank=True)
    service = models.TextField(_("service"), blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class CompetitorProduct(CustomerChild):
    """A competitor's product, as a customer uses it: how much of it, for what, how content they are."""

    competitor = models.ForeignKey(
        Competitor, verbose_name=_("competitor"), on_delete=models.CASCADE, related_name="products"
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="competitor_products")
    name = models.CharField(_("product"), max_length=200)
    is_new = models.BooleanField(_("new product"), default=False)
    quantity = models.CharField(_("quantity"), max_length=100, blank=True)
    usage = models.CharField(_("usage"), max_length=300, blank=True)
    satisfaction = models.CharField(_("satisfaction"), max_length=10, choices=Grade.choices, blank=True)

    class Meta:
        verbose_name = _("competitor's product")
        verbose_name_plural = _("competitors' products")
        ordering: ClassVar = ["competitor", "name", "id"]

    def __str__(self) -> str:
        return self.name


@tracked()
class CompetitorRep(CustomerChild):
    """A competitor's rep who works on one of our customers."""

    competitor = models.ForeignKey(
        Competitor, verbose_name=_("competitor"), on_delete=models.CASCADE, related_name="reps"
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="competitor_reps")
    name = personal(models.CharField(_("name"), max_length=100))
    style = personal(models.CharField(_("style"), max_length=300, blank=True))
    relation = personal(models.CharField(_("relation to the customer"), max_length=300, blank=True))

    class Meta:
        verbose_name = _("competitor's rep")
        verbose_name_plural = _("competitors' reps")
        ordering: ClassVar = ["competitor", "name", "id"]

    def __str__(self) -> str:
        return self.name


@tracked()
class WalletShare(CustomerChild):
    """What a customer bought elsewhere of one category in a period [start, end), in the company currency (份额)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="wallet_shares")
    category = models.ForeignKey(
        "customers.ProductCategory",
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    competitor = models.ForeignKey(
        Competitor,
        verbose_name=_("from whom"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="wallet_shares",
    )
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period until before"))
    amount_elsewhere = models.DecimalField(_("bought elsewhere"), max_digits=18, decimal_places=2)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Grade.choices, default=Grade.MEDIUM)
    noted_on = models.DateField(_("noted on"))

    class Meta:
        verbose_name = _("wallet share")
        verbose_name_plural = _("wallet shares")
        ordering: ClassVar = ["-period_start", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="wallet_period", condition=models.Q(period_end__gt=models.F("period_start"))
            ),
            models.CheckConstraint(name="wallet_not_negative", condition=models.Q(amount_elsewhere__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount_elsewhere}"
