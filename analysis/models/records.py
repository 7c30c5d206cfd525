"""What the records tell, as a run found it: composition, sales by period, sources, attention, effort, data quality.

Money is cents of the company currency. Tables with a row per customer are partitioned by run; the others are the
company's own and shown only to whoever sees the company.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from analysis.models.results import CustomerRow, RunRow, customer_of_row


def _cents() -> models.BigIntegerField[int, int]:
    return models.BigIntegerField()


def _by_run(name: str) -> list[models.Index]:
    return [models.Index(fields=["run"], name=name)]


class Dimension(models.TextChoices):
    """What customers are told apart by in a composition."""

    OWNERSHIP_TYPE = "ownership_type", _("Ownership type")
    BUSINESS_MODEL = "business_model", _("Business model")
    INDUSTRY = "industry", _("Industry")
    REGION = "region", _("Region")
    SIZE = "size", _("Company size")

    @property
    def column(self) -> str:
        """The column of :class:`CompositionRow` that tells it."""
        return f"{self.value}_id" if self in {Dimension.INDUSTRY, Dimension.REGION} else str(self.value)


class CompanySize(models.TextChoices):
    """How large a company is, by head count and turnover."""

    MICRO = "micro", _("Micro")
    SMALL = "small", _("Small")
    MEDIUM = "medium", _("Medium-sized")
    LARGE = "large", _("Large")


class CompositionRow(CustomerRow):
    """What a customer was, as of the run, and what it brought in the window."""

    ownership_type = models.CharField(max_length=15, blank=True)
    business_model = models.CharField(max_length=15, blank=True)
    industry_id = models.BigIntegerField(null=True)
    region_id = models.BigIntegerField(null=True)
    size = models.CharField(max_length=6, choices=CompanySize.choices, blank=True)
    net_revenue = _cents()
    gross_margin = _cents()
    net_revenue_before = _cents()
    orders = models.IntegerField()

    class Meta:
        verbose_name = _("customer in the composition")
        verbose_name_plural = _("customers in the composition")

    def __str__(self) -> str:
        return str(self.customer_id)


class CompositionGroup(RunRow):
    """The company's customers alike in one dimension; ``key`` is a word or an id, "" for the unknown."""

    dimension = models.CharField(max_length=14, choices=Dimension.choices)
    key = models.CharField(max_length=20, blank=True)
    customers = models.IntegerField()
    buyers = models.IntegerField()
    net_revenue = _cents()
    gross_margin = _cents()
    net_revenue_before = _cents()

    class Meta:
        verbose_name = _("group of the composition")
        verbose_name_plural = _("groups of the composition")
        indexes: ClassVar = _by_run("composition_run")

    def __str__(self) -> str:
        return f"{self.dimension} {self.key}"


class PeriodSale(RunRow):
    """A customer's sales in a month or year, beside the period before and the same one a year ago."""

    pk = models.CompositePrimaryKey("customer_id", "kind", "starts_on", "run_id")
    customer = customer_of_row()
    kind = models.CharField(max_length=5)
    starts_on = models.DateField()
    net_revenue = _cents()
    gross_margin = _cents()
    orders = models.IntegerField()
    rank = models.IntegerField()
    share = models.FloatField(null=True)
    net_revenue_before = _cents()
    net_revenue_year_ago = _cents()

    class Meta:
        verbose_name = _("sales in a period")
        verbose_name_plural = _("sales in periods")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.starts_on}"


class SourceRow(CustomerRow):
    """Where a customer came from, and what has come of it since."""

    channel_id = models.BigIntegerField(null=True)
    campaign_id = models.BigIntegerField(null=True)
    known_since = models.DateField()
    first_order_on = models.DateField(null=True)
    last_order_on = models.DateField(null=True)
    lifetime_order_days = models.IntegerField()
    net_revenue_ever = _cents()
    gross_margin_ever = _cents()

    class Meta:
        verbose_name = _("customer by source")
        verbose_name_plural = _("customers by source")

    def __str__(self) -> str:
        return str(self.customer_id)


class SourceReturn(RunRow):
    """What came of a channel or campaign, beside what it cost; ``source_id`` is null for customers without one."""

    source = models.CharField(max_length=8)  # channel, campaign
    source_id = models.BigIntegerField(null=True)
    customers = models.IntegerField()
    new = models.IntegerField()
    buyers = models.IntegerField()
    repeaters = models.IntegerField()
    to_retain = models.IntegerField()
    retained = models.IntegerField()
    net_revenue = _cents()
    gross_margin = _cents()
    cost = _cents()
    conversion = models.FloatField(null=True)
    days_to_first_order = models.FloatField(null=True)
    acquisition_cost = models.FloatField(null=True)
    return_on_cost = models.FloatField(null=True)
    repeat_rate = models.FloatField(null=True)
    retention = models.FloatField(null=True)

    class Meta:
        verbose_name = _("return of a source")
        verbose_name_plural = _("returns of sources")
        indexes: ClassVar = _by_run("source_return_run")

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"


class ReferralRow(RunRow):
    """A customer that an informant told of, the reward paid for it, and what it has brought since."""

    customer = customer_of_row()
    informant_id = models.BigIntegerField()
    referred_on = models.DateField()
    reward = _cents()
    lifetime_order_days = models.IntegerField()
    net_revenue_ever = _cents()
    gross_margin_ever = _cents()

    class Meta:
        verbose_name = _("referral in a run")
        verbose_name_plural = _("referrals in runs")
        indexes: ClassVar = _by_run("referral_row_run")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.referred_on}"


class InformantReturn(RunRow):
    """What an informant was paid and brought."""

    informant_id = models.BigIntegerField()
    referrals = models.IntegerField()
    customers = models.IntegerField()
    buyers = models.IntegerField()
    rewards = _cents()
    net_revenue = _cents()
    gross_margin = _cents()
    last_referral_on = models.DateField(null=True)
    days_silent = models.IntegerField(null=True)
    voice = models.CharField(max_length=11)
    return_on_reward = models.FloatField(null=True)

    class Meta:
        verbose_name = _("return of an informant")
        verbose_name_plural = _("returns of informants")
        indexes: ClassVar = _by_run("informant_return_run")

    def __str__(self) -> str:
        return str(self.informant_id)


class AttentionGroup(RunRow):
    """The company's complaints or opinions alike in one dimension, and how they were dealt with.

    ``key`` is a word or an id; of causes it is the cause, "" for those named by too few, null for none.
    """

    subject = models.CharField(max_length=9)  # complaint, opinion
    dimension = models.CharField(max_length=7)  # type, product, rep, region, cause
    key = models.TextField(null=True)  # noqa: DJ001 - no cause is not an unnamed one
    cases = models.IntegerField()
    resolved = models.IntegerField()
    judged = models.IntegerField()
    satisfied = models.IntegerField()
    customers = models.IntegerField()
    value = _cents()
    resolved_share = models.FloatField(null=True)
    satisfied_share = models.FloatField(null=True)
    hours_median = models.FloatField(null=True)
    hours_90 = models.FloatField(null=True)

    class Meta:
        verbose_name = _("group of complaints or opinions")
        verbose_name_plural = _("groups of complaints or opinions")
        indexes: ClassVar = _by_run("attention_group_run")

    def __str__(self) -> str:
        return f"{self.subject} {self.dimension} {self.key}"


class CustomerAttention(CustomerRow):
    """A customer's complaints in the window, and whether it is a complaining key account; ``alerts`` "code|code"."""

    cases = models.IntegerField()
    resolved = models.IntegerField()
    judged = models.IntegerField()
    satisfied = models.IntegerField()
    open = models.IntegerField()
    longest_open_days = models.IntegerField(null=True)
    hours_median = models.FloatField(null=True)
    last_reported_on = models.DateField()
    value = _cents()
    is_key = models.BooleanField()
    alerts = models.CharField(max_length=26, blank=True)

    class Meta:
        verbose_name = _("customer's complaints in a run")
        verbose_name_plural = _("customers' complaints in runs")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.alerts}"


class DragCost(CustomerRow):
    """What a customer who drags behind brought and cost in the window."""

    net_revenue = _cents()
    gross_margin = _cents()
    orders = models.IntegerField()
    visit_cost = _cents()
    discount_cost = _cents()
    support_cost = _cents()
    service_cost = _cents()
    profit = _cents()
    cost_share = models.FloatField(null=True)
    verdict = models.CharField(max_length=24)

    class Meta:
        verbose_name = _("cost of a drag customer")
        verbose_name_plural = _("costs of drag customers")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.verdict}"


class WishStatus(CustomerRow):
    """How far we have come this year with a customer on the wish list."""

    owner_id = models.BigIntegerField(null=True)
    has_next_step = models.BooleanField()
    orders = models.IntegerField()
    net_revenue = _cents()
    contacts = models.IntegerField()
    last_contact_on = models.DateField(null=True)
    days_since_contact = models.IntegerField(null=True)
    status = models.CharField(max_length=10)
    needs_step = models.BooleanField()

    class Meta:
        verbose_name = _("wish in a run")
        verbose_name_plural = _("wishes in runs")
        indexes: ClassVar = _by_run("wish_status_run")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.status}"


class ResourceUse(CustomerRow):
    """What a customer took of our effort in the window and gave back; customers with neither are left out."""

    tier = models.CharField(max_length=1)
    visits = models.IntegerField()
    visit_cost = _cents()
    discount_cost = _cents()
    support_cost = _cents()
    service_cost = _cents()
    net_revenue = _cents()
    gross_margin = _cents()
    profit = _cents()
    mismatch = models.CharField(max_length=25, blank=True)

    class Meta:
        verbose_name = _("effort for a customer")
        verbose_name_plural = _("effort for customers")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.mismatch}"


class CustomerQuality(CustomerRow):
    """How complete and fresh a customer's record is; ``filled_n`` are bits, one a field."""

    kind = models.CharField(max_length=10)
    filled_0 = models.BigIntegerField()
    filled_1 = models.BigIntegerField()
    filled = models.IntegerField()
    applicable = models.IntegerField()
    completeness = models.FloatField(null=True)
    checked_on = models.DateField(null=True)
    age_days = models.IntegerField(null=True)
    is_fresh = models.BooleanField()

    class Meta:
        verbose_name = _("quality of a record")
        verbose_name_plural = _("quality of records")

    def __str__(self) -> str:
        return str(self.customer_id)


class FieldQuality(RunRow):
    """How far a field is filled in among the company's customers that it applies to."""

    field = models.CharField(max_length=60)
    customers = models.IntegerField()
    filled = models.IntegerField()
    completeness = models.FloatField(null=True)
    is_unused = models.BooleanField()

    class Meta:
        verbose_name = _("quality of a field")
        verbose_name_plural = _("quality of fields")
        indexes: ClassVar = _by_run("field_quality_run")

    def __str__(self) -> str:
        return self.field
