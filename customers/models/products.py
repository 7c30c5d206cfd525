"""Products, their categories and what they cost us (产品)."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from crm.history import tracked
from customers.models.changes import marks_changed


class ProductCategory(models.Model):
    """A category of products (商品类别)."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    english_name = models.CharField(_("English name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("product category")
        verbose_name_plural = _("product categories")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Product(models.Model):
    """Something we sell, or, when ``not_merchandise``, something that only appears on invoices (postage …)."""

    sku = models.CharField(_("SKU"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=300)
    category = models.ForeignKey(
        ProductCategory,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
    )
    list_price = models.DecimalField(_("list price"), max_digits=18, decimal_places=4, null=True, blank=True)
    launched_on = models.DateField(_("launched on"), null=True, blank=True)
    not_merchandise = models.BooleanField(_("not merchandise"), default=False)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering: ClassVar = ["sku"]
        constraints: ClassVar = [
            models.CheckConstraint(name="product_has_sku", condition=~Q(sku="")),
        ]
        triggers: ClassVar = [
            marks_changed(
                "Update",
                pgtrigger.Referencing(old="old_rows", new="new_rows"),
                """
                SELECT line.customer_id FROM new_rows AS after JOIN old_rows AS before USING (id)
                JOIN customers_orderline AS line ON line.product_id = after.id
                WHERE (after.category_id, after.not_merchandise)
                    IS DISTINCT FROM (before.category_id, before.not_merchandise)
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.sku


_VALID_DAYS = Func("valid_from", "valid_until", function="DATERANGE", output_field=DateRangeField())


@tracked()
class ProductCost(models.Model):
    """What a product costs us, in the company currency, from one day until before another."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="costs")
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=4)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("product cost")
        verbose_name_plural = _("product costs")
        ordering: ClassVar = ["product", "valid_from"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_cost_a_day",
                expressions=[
                    (_VALID_DAYS, RangeOperators.OVERLAPS),
                    ("product", RangeOperators.EQUAL),
                ],
            ),
            models.CheckConstraint(name="cost_not_negative", condition=Q(cost__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.cost} @ {self.valid_from}"
