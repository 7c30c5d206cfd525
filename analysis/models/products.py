"""What products tell, as a run found it: profit, margins and mix, where what sells, what goes with what, whom to offer.

Money is cents of the company currency, shares and rates are floats. Rows of customers are partitioned by run and shown
to whoever sees the customer; the others are the company's own and shown only to whoever sees the company.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analysis.measures.mix_advice import Advice as AdviceCode
from analysis.measures.narrow_buyers import Basis
from analysis.measures.profitability import Standing
from analysis.models.results import CustomerRow, RunRow, customer_of_row
from customers.models import Product, ProductCategory, PropertyType, Region

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class ProfitStanding(models.TextChoices):
    """What a customer's profit says."""

    EARNS = Standing.EARNS.value, _("Earns")
    EVEN = Standing.EVEN.value, _("Breaks even")
    LOSES = Standing.LOSES.value, _("Loses money")
    UNKNOWN = Standing.UNKNOWN.value, _("Costs unknown")


class Advice(models.TextChoices):
    """What to do about a product with a customer."""

    PUSH = AdviceCode.PUSH.value, _("Push")
    REPRICE = AdviceCode.REPRICE.value, _("Reprice")
    STOP = AdviceCode.STOP.value, _("Stop")


class ElsewhereBasis(models.TextChoices):
    """What a customer's spend elsewhere rests on."""

    RECORDED = Basis.RECORDED.value, _("Recorded")
    ESTIMATED = Basis.ESTIMATED.value, _("Estimated from peers")


class PlaceKind(models.TextChoices):
    """What kind of place an affinity is about."""

    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    PROPERTY = "property", _("Property type")


def _product(related: str = "+") -> models.ForeignKey[Product, Product]:
    # Named by id only, like the customer of a row.
    return models.ForeignKey(
        Product,
        verbose_name=_("product"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name=related,
    )


def _category(label: _StrPromise) -> models.ForeignKey[ProductCategory | None, ProductCategory | None]:
    return models.ForeignKey(
        ProductCategory,
        verbose_name=label,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


def _region() -> models.ForeignKey[Region | None, Region | None]:
    return models.ForeignKey(
        Region,
        verbose_name=_("region"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


class CustomerProfit(CustomerRow):
    """What is left of a customer's revenue after goods and service."""

    net_revenue = models.BigIntegerField(_("net revenue"))
    uncosted_revenue = models.BigIntegerField(_("revenue of unknown cost"))
    cost_of_goods = models.BigIntegerField(_("cost of goods"))
    gross_margin = models.BigIntegerField(_("gross margin"))
    service_cost = models.BigIntegerField(_("service cost"))
    profit = models.BigIntegerField(_("profit"))
    profit_rate = models.FloatField(_("profit rate"), null=True)
    cost_coverage = models.FloatField(_("cost coverage"))
    standing = models.CharField(_("standing"), max_length=7, choices=ProfitStanding.choices)
    rank = models.IntegerField(_("rank"), null=True)

    class Meta:
        verbose_name = _("profit of a customer")
        verbose_name_plural = _("profits of customers")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.profit}"


class ProductMargin(RunRow):
    """What a product earns over all customers."""

    product = _product()
    quantity = models.FloatField(_("quantity"))
    customers = models.IntegerField(_("customers"))
    net_revenue = models.BigIntegerField(_("net revenue"))
    costed_revenue = models.BigIntegerField(_("revenue of known cost"))
    gross_margin = models.BigIntegerField(_("gross margin"))
    margin_rate = models.FloatField(_("gross margin %"), null=True)
    cost_coverage = models.FloatField(_("cost coverage"))
    revenue_share = models.FloatField(_("share of revenue"), null=True)
    rank = models.IntegerField(_("rank"), null=True)

    class Meta:
        verbose_name = _("margin of a product")
        verbose_name_plural = _("margins of products")
        indexes: ClassVar = [models.Index(fields=["run"], name="product_margin_run")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.gross_margin}"


class MixAdvice(RunRow):
    """A product to push, reprice or stop with a customer. What is usual is the company's, over all customers."""

    pk = models.CompositePrimaryKey("customer_id", "product_id", "run_id")
    customer = customer_of_row()
    product = _product()
    net_revenue = models.BigIntegerField(_("net revenue"))
    gross_margin = models.BigIntegerField(_("gross margin"))
    margin_rate = models.FloatField(_("gross margin %"))
    revenue_share = models.FloatField(_("share of revenue"), null=True)
    usual_rate = models.FloatField(_("usual gross margin %"), null=True)
    usual_share = models.FloatField(_("usual share of revenue"), null=True)
    advice = models.CharField(_("advice"), max_length=7, choices=Advice.choices)
    gain = models.BigIntegerField(_("gain"))
    place = models.SmallIntegerField(pgettext_lazy("in a list", "place"))

    class Meta:
        verbose_name = _("advice on the mix")
        verbose_name_plural = _("advice on the mix")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.product_id} {self.advice}"


class SalesCell(RunRow):
    """What was sold of a category in a region and month; regions as they stood in the run."""

    region = _region()
    month = models.DateField(_("month"))
    category = _category(_("category"))
    quantity = models.FloatField(_("quantity"))
    net_revenue = models.BigIntegerField(_("net revenue"))

    class Meta:
        verbose_name = _("sales of a category in a region and month")
        verbose_name_plural = _("sales of categories by region and month")
        indexes: ClassVar = [models.Index(fields=["run"], name="sales_cell_run")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.month} {self.category_id}"


class ProductPair(RunRow):
    """Two products that are bought together more often than chance has it, seen from one of them."""

    pk = models.CompositePrimaryKey("product_id", "other_id", "run_id")
    product = _product()
    other = _product()
    together = models.IntegerField(_("baskets with both"))
    support = models.FloatField(_("support"))
    confidence = models.FloatField(pgettext_lazy("of a pair", "confidence"))
    lift = models.FloatField(_("lift"))
    llr = models.FloatField(_("log-likelihood ratio"))
    place = models.SmallIntegerField(pgettext_lazy("in a list", "place"))

    class Meta:
        verbose_name = _("pair of products")
        verbose_name_plural = _("pairs of products")

    def __str__(self) -> str:
        return f"{self.product_id} {self.other_id}"


class Recommendation(RunRow):
    """A product that a customer lacks, and the one they own that speaks for it most."""

    pk = models.CompositePrimaryKey("customer_id", "product_id", "run_id")
    customer = customer_of_row()
    product = _product()
    score = models.FloatField(_("score"))
    place = models.SmallIntegerField(pgettext_lazy("in a list", "place"))
    because = _product()
    because_llr = models.FloatField(_("log-likelihood ratio"))

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.product_id}"


class NarrowBuyer(CustomerRow):
    """A customer who buys little of our range, and what they spend elsewhere."""

    categories = models.SmallIntegerField(_("product categories"))
    net_revenue = models.BigIntegerField(_("net revenue"))
    elsewhere = models.BigIntegerField(_("spend elsewhere"))
    basis = models.CharField(_("basis"), max_length=9, choices=ElsewhereBasis.choices)
    our_share = models.FloatField(_("our share"))
    peers = models.IntegerField(_("peers"), null=True)
    peer_share = models.FloatField(_("peers' share in these categories"), null=True)
    lacking = _category(_("category lacking"))

    class Meta:
        verbose_name = _("narrow buyer")
        verbose_name_plural = _("narrow buyers")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.elsewhere}"


class UpsellCandidate(CustomerRow):
    """A customer whose next purchase is due and whose credit is good."""

    due_on = models.DateField(pgettext_lazy("of a purchase", "due on"))
    days_until_due = models.IntegerField(_("days until due"))
    typical_order = models.BigIntegerField(_("typical order"))
    late_share = models.FloatField(_("late payments"), null=True)
    room = models.BigIntegerField(_("credit left"), null=True)

    class Meta:
        verbose_name = _("upsell candidate")
        verbose_name_plural = _("upsell candidates")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.due_on}"


class Affinity(RunRow):
    """How much more often a category is bought in a place, or kind of property, than everywhere."""

    kind = models.CharField(_("kind of place"), max_length=8, choices=PlaceKind.choices)
    region = _region()
    property_type = models.CharField(
        _("property type"), max_length=10, choices=PropertyType.choices, blank=True
    )
    category = _category(_("category"))
    customers = models.IntegerField(_("customers"))
    buyers = models.IntegerField(_("buyers"))
    share = models.FloatField(_("share"))
    overall_share = models.FloatField(_("overall share"))
    lift = models.FloatField(_("lift"))
    llr = models.FloatField(_("log-likelihood ratio"))

    class Meta:
        verbose_name = _("regional affinity")
        verbose_name_plural = _("regional affinities")
        indexes: ClassVar = [models.Index(fields=["run"], name="affinity_run")]

    def __str__(self) -> str:
        return f"{self.region_id or self.property_type} {self.category_id}"
