"""What a run found about each customer, and the sums that the dashboard shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from analysis.measures.churn_reasons import ChurnReason
from analysis.models.results import RunRow
from analysis.models.runs import AnalysisRun
from customers.models import Customer, Region

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Tier(models.TextChoices):
    """ABC tiers (A 重点, B 主要, C 普通)."""

    A = "A", _("A")
    B = "B", _("B")
    C = "C", _("C")


class Mark(models.TextChoices):
    """Share-of-customers marks."""

    VIP = "vip", _("VIP")
    DRAG = "drag", _("Drag")
    YOUNG = "young", _("Too young to judge")


class ChurnStatus(models.TextChoices):
    """Whether a customer has a churn score, and why not."""

    SCORED = "scored", _("Scored")
    NO_ORDERS = "no_orders", _("Never ordered")
    NOT_PUBLISHED = "not_published", _("No sound model")


def _customer() -> models.ForeignKey[Customer, Customer]:
    # No constraint: it would be checked a million times a run, for rows that name their customer by id only.
    return models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="snapshots",
    )


def _region(label: _StrPromise) -> models.ForeignKey[Region | None, Region | None]:
    return models.ForeignKey(
        Region,
        verbose_name=label,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )


class CustomerSnapshot(RunRow):
    """One customer in one run. Money is cents of the company currency, ``value`` is by the policy's metric.

    The table is partitioned by run; each run's rows are written into a table of their own, which becomes a partition
    when the run is published. docs/measures tells what each figure means.
    """

    pk = models.CompositePrimaryKey("customer_id", "run_id")
    run = models.ForeignKey(
        AnalysisRun,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="snapshots",
    )
    customer = _customer()
    region = _region(_("region"))
    net_revenue = models.BigIntegerField(_("net revenue"))
    gross_revenue = models.BigIntegerField(_("gross revenue"))
    gross_margin = models.BigIntegerField(_("gross margin"))
    costed_revenue = models.BigIntegerField(
        _("net revenue whose cost is known"), null=True
    )  # in older runs not told
    net_revenue_before = models.BigIntegerField(_("net revenue in the window before"))
    orders = models.IntegerField(_("orders"))
    order_days = models.IntegerField(_("order days"))
    categories = models.IntegerField(_("product categories"))
    categories_before = models.IntegerField(_("product categories in the window before"))
    value = models.BigIntegerField(_("value"))
    rank = models.IntegerField(_("rank"))
    share = models.FloatField(_("share"), null=True)
    cumulative_share_before = models.FloatField(_("cumulative share before"), null=True)
    tier_amount = models.CharField(max_length=1, choices=Tier.choices)
    tier_pareto = models.CharField(max_length=1, choices=Tier.choices)
    tier_raw = models.CharField(_("tier by value"), max_length=1, choices=Tier.choices)
    tier_kept = models.CharField(_("tier after hysteresis"), max_length=1, choices=Tier.choices)
    tier = models.CharField(_("tier"), max_length=1, choices=Tier.choices)
    previous_tier = models.CharField(_("tier kept by the run before"), max_length=1, blank=True)
    tier_before = models.CharField(_("tier in the run before"), max_length=1, blank=True)
    tier_scheme = models.CharField(_("tier scheme"), max_length=6)
    threshold_region = _region(_("region of the threshold"))
    threshold_a = models.BigIntegerField(_("threshold of A"), null=True)
    threshold_b = models.BigIntegerField(_("threshold of B"), null=True)
    kept_above = models.BigIntegerField(_("tier kept down to"), null=True)
    potential = models.CharField(_("potential"), max_length=7, blank=True)
    potential_rule = models.CharField(_("rule of potential"), max_length=7)
    marks = models.CharField(_("mark"), max_length=5, choices=Mark.choices, blank=True)
    first_order_on = models.DateField(_("first order on"), null=True)
    last_order_on = models.DateField(_("last order on"), null=True)
    lifetime_order_days = models.IntegerField(_("order days ever"))
    median_interval_days = models.FloatField(_("median days between orders"), null=True)
    payments_settled = models.IntegerField(_("payments settled"))
    payments_late = models.IntegerField(_("payments late"))
    open_complaints = models.IntegerField(_("open complaints"))
    elsewhere = models.BigIntegerField(_("bought elsewhere"), null=True)  # null: nobody noted it
    elsewhere_before = models.BigIntegerField(_("bought elsewhere in the window before"), null=True)
    churn_status = models.CharField(_("churn status"), max_length=13, choices=ChurnStatus.choices)
    churn_probability = models.FloatField(_("probability of no order"), null=True)
    p_alive = models.FloatField(_("probability of being active"), null=True)
    expected_orders = models.FloatField(_("expected order days"), null=True)
    churn_flag = models.BooleanField(_("flagged"), null=True)
    churn_reasons = models.CharField(_("reasons"), max_length=len("|".join(ChurnReason)), blank=True)

    class Meta:
        verbose_name = _("customer in a run")
        verbose_name_plural = _("customers in runs")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.tier}"


class TierSummary(models.Model):
    """The sums over one region's customers of one tier, as of the run. Whoever sees the company is shown their sum;
    nobody else is shown any of it.

    A row is about the customers of the region itself (of no region without one), or ``with_below`` about everything
    below it too (the whole company without one): a page reads the few rows that it shows.
    """

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="tier_summaries")
    region = _region(_("region"))
    tier = models.CharField(max_length=1, choices=Tier.choices)
    with_below = models.BooleanField(default=False, db_default=False)
    customers = models.IntegerField()
    positive_customers = models.IntegerField()
    total_value = models.BigIntegerField()
    total_positive_value = models.BigIntegerField()
    total_net_revenue = models.BigIntegerField()
    total_gross_revenue = models.BigIntegerField()
    total_gross_margin = models.BigIntegerField()
    total_costed_revenue = models.BigIntegerField(null=True)
    total_net_revenue_before = models.BigIntegerField()
    total_orders = models.BigIntegerField()
    up = models.IntegerField()  # came from a lower tier
    down = models.IntegerField()  # came from a higher one
    down_from_a = models.IntegerField()
    down_from_b = models.IntegerField()
    fresh = models.IntegerField()  # in no run before
    near = models.IntegerField()  # a tenth or less below the next threshold
    high_potential = models.IntegerField()
    scored = models.IntegerField()
    flagged = models.IntegerField()
    flagged_value = models.BigIntegerField()

    class Meta:
        verbose_name = _("tier summary")
        verbose_name_plural = _("tier summaries")
        indexes: ClassVar = [models.Index(fields=["run", "region"], name="tier_summary_place")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.region_id} {self.tier}"
