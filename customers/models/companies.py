"""What we know about a company (企业客户资料), in four sections."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from customers.models.profiles import Customer
from customers.models.scope import CustomerChild


def _line(label: object, length: int = 300) -> models.CharField[str, str]:
    return models.CharField(label, max_length=length, blank=True)  # type: ignore[arg-type]


def _text(label: object) -> models.TextField[str, str]:
    return models.TextField(label, blank=True)  # type: ignore[arg-type]


@tracked()
class CompanyProfile(CustomerChild):
    """The four sections of a company; its addresses, phones and key people stand in tables of their own."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="company_profile"
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    unified_social_credit_code = _line(_("unified social credit code"), 18)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    trading_since = models.DateField(_("trading since"), null=True, blank=True)
    business_lines = _line(_("business lines"))

    service_area = _line(_("service area"))
    sales_capacity = _line(_("sales capacity"))
    growth_potential = _line(_("growth potential"))
    business_philosophy = _line(_("business philosophy"))
    business_direction = _line(_("business direction"))
    business_policy = _line(_("business policy"))
    business_features = _line(_("business features"))
    headcount = models.PositiveIntegerField(_("headcount"), null=True, blank=True)
    annual_turnover = models.DecimalField(
        _("annual turnover"), max_digits=18, decimal_places=2, null=True, blank=True
    )

    sales_performance = _text(_("sales performance"))
    staff_quality = _text(_("staff quality"))
    competitor_relations = _text(_("relations with competitors"))
    relationship_with_us = _text(_("relationship with us"))
    market_share = _line(_("market share"))
    competitiveness = _line(_("competitiveness"))
    market_position = _line(_("market position"))

    sales_activity = _text(_("sales activity"))
    problems = _text(_("problems"))
    advantages = _text(_("advantages"))
    credit_standing = _line(_("credit standing"))
    trading_terms = _line(_("trading terms"))
    strategy = _text(_("strategy"))
    outlook = _text(_("outlook"))
    public_image = _text(_("public image"))
    financial_condition = _text(_("financial condition"))

    class Meta:
        verbose_name = _("company profile")
        verbose_name_plural = _("company profiles")
        indexes: ClassVar = [
            models.Index(
                fields=["unified_social_credit_code"],
                name="company_credit_code",
                condition=~models.Q(unified_social_credit_code=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)
