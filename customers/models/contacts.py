"""How to reach a customer: phones, mails and other addresses (联系方式)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.history import tracked
from crm.sensitivity import personal
from customers.models.profiles import Customer
from customers.models.scope import CustomerChild


class ContactKind(models.TextChoices):
    """What a contact point is."""

    MOBILE = "mobile", _("Mobile")
    PHONE = "phone", _("Phone")
    FAX = "fax", _("Fax")
    EMAIL = "email", _("Email")
    WECHAT = "wechat", _("WeChat")


class ContactPlace(models.TextChoices):
    """Where a contact point or address belongs."""

    OFFICE = "office", _("Office")
    HOME = "home", _("Home")
    OTHER = "other", _("Other")


@tracked()
class ContactPoint(CustomerChild):
    """One phone (E.164), fax, mail address or WeChat name of a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=10, choices=ContactKind.choices)
    place = models.CharField(
        _("place"), max_length=10, choices=ContactPlace.choices, default=ContactPlace.OFFICE
    )
    value = personal(models.CharField(pgettext_lazy("how to reach somebody", "value"), max_length=254))
    is_primary = models.BooleanField(_("primary"), default=False)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering: ClassVar = ["-is_primary", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "kind", "value"], name="contact_once"),
            models.CheckConstraint(name="contact_has_value", condition=~models.Q(value="")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["value"], name="contact_value"),
            GinIndex(OpClass(Upper("value"), name="gin_trgm_ops"), name="contact_value_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


@tracked()
class Address(CustomerChild):
    """A postal address of a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    place = models.CharField(
        _("place"), max_length=10, choices=ContactPlace.choices, default=ContactPlace.OFFICE
    )
    region = models.ForeignKey(
        "customers.Region",
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    street = personal(models.CharField(_("street"), max_length=300, blank=True))
    postcode = personal(models.CharField(_("postcode"), max_length=20, blank=True))

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.street
