"""What scores say of each customer, as a run found it: RFM, lifetime value, gold, loyalty, cohorts, retention, credit.

One row per customer, partitioned by run. Money is cents of the company currency, shares are floats.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from analysis.models.results import CustomerRow
from crm.models import Team
from customers.models import Grade


class RfmSegment(models.TextChoices):
    """What recency, frequency and value together make of a customer; key customers are those of high value."""

    KEY_VALUE = "key_value", _("Key: value")
    KEY_DEVELOP = "key_develop", _("Key: develop")
    KEY_KEEP = "key_keep", _("Key: keep")
    KEY_WIN_BACK = "key_win_back", _("Key: win back")
    VALUE = "value", _("Ordinary: value")
    DEVELOP = "develop", _("Ordinary: develop")
    KEEP = "keep", _("Ordinary: keep")
    WIN_BACK = "win_back", _("Ordinary: win back")


class RetentionStatus(models.TextChoices):
    """Whether a customer bought in the window, in the one before, or in both."""

    KEPT = "kept", _("Kept")
    LOST = "lost", _("Lost")
    NEW = "new", _("New")
    REGAINED = "regained", _("Regained")
    IDLE = "idle", _("Idle")


class RfmRow(CustomerRow):
    """A customer with an order in the window: recency, frequency and value as scores from 1 to 5."""

    recency_days = models.IntegerField(_("days since the last order"))
    orders = models.IntegerField(_("orders"))
    value = models.BigIntegerField(_("value"))
    recency = models.SmallIntegerField(_("recency"))
    frequency = models.SmallIntegerField(_("frequency"))
    monetary = models.SmallIntegerField(_("monetary value"))
    segment = models.CharField(_("segment"), max_length=12, choices=RfmSegment.choices)

    class Meta:
        verbose_name = _("customer by RFM")
        verbose_name_plural = _("customers by RFM")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.recency}{self.frequency}{self.monetary}"


class LifetimeValue(CustomerRow):
    """What the coming years' orders of a customer are worth today, beside last year's margin going on."""

    expected_orders = models.FloatField(_("expected order days"))
    expected_value = models.BigIntegerField(_("expected value of an order day"))
    clv = models.BigIntegerField(_("lifetime value"))
    naive = models.BigIntegerField(_("last year's margin going on"))

    class Meta:
        verbose_name = _("lifetime value")
        verbose_name_plural = _("lifetime values")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.clv}"


class GoldRow(CustomerRow):
    """What a customer with an order is expected to spend in the next fiscal year, and whether that makes it gold."""

    expected_spend = models.BigIntegerField(_("expected spend"))
    gold_rank = models.IntegerField(_("rank"))
    is_gold = models.BooleanField(_("gold customer"))
    last_year = models.BigIntegerField(_("net revenue of the last twelve months"))
    was_top = models.BooleanField(_("top of the last twelve months"))

    class Meta:
        verbose_name = _("expected spend")
        verbose_name_plural = _("expected spend")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.expected_spend}"


class LoyaltyRow(CustomerRow):
    """A customer's signs of loyalty; unknown is null."""

    is_repeat = models.BooleanField(_("ordered again"))
    tenure_days = models.IntegerField(_("days since the first order"), null=True)
    orders_a_year = models.FloatField(_("order days a year"), null=True)
    breadth = models.FloatField(_("share of our categories"), null=True)
    elsewhere = models.BigIntegerField(_("bought elsewhere"), null=True)
    share_of_wallet = models.FloatField(_("share of wallet"), null=True)

    class Meta:
        verbose_name = _("customer's loyalty")
        verbose_name_plural = _("customers' loyalty")

    def __str__(self) -> str:
        return str(self.customer_id)


class CohortRow(CustomerRow):
    """The month of a customer's first order, and as bits the months after it in which orders came."""

    cohort = models.DateField(_("cohort"))
    months = models.BigIntegerField(_("months with an order"))
    is_repeat = models.BooleanField(_("ordered again"))

    class Meta:
        verbose_name = _("customer in a cohort")
        verbose_name_plural = _("customers in cohorts")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.cohort}"


class RetentionRow(CustomerRow):
    """Whether a customer was kept, and its place in its branch by orders, amount and payment cycle."""

    branch = models.ForeignKey(
        Team,
        verbose_name=_("branch"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    retention_status = models.CharField(_("retention"), max_length=8, choices=RetentionStatus.choices)
    net_revenue = models.BigIntegerField(_("net revenue"))
    net_revenue_before = models.BigIntegerField(_("net revenue in the window before"))
    orders_a_month = models.FloatField(_("orders a month"), null=True)
    amount_a_month = models.BigIntegerField(_("amount a month"), null=True)
    payment_cycle = models.FloatField(_("payment cycle, days"), null=True)
    orders_rank = models.IntegerField(_("rank by orders"), null=True)
    amount_rank = models.IntegerField(_("rank by amount"), null=True)
    payment_rank = models.IntegerField(_("rank by payment cycle"), null=True)

    class Meta:
        verbose_name = _("customer's retention")
        verbose_name_plural = _("customers' retention")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.retention_status}"


class CreditRow(CustomerRow):
    """How a customer pays, what it owes beside its limit, and what it can afford beside the recorded grade."""

    payments_settled = models.IntegerField(_("payments settled"))
    payments_late = models.IntegerField(_("payments late"))
    late_share = models.FloatField(_("late share"), null=True)
    days_to_pay = models.FloatField(_("days to pay"), null=True)
    days_late = models.FloatField(_("days late"), null=True)
    unpaid = models.BigIntegerField(_("unpaid"))
    overdue = models.BigIntegerField(_("overdue"))
    overdue_days = models.IntegerField(_("days overdue"), null=True)
    credit_limit = models.BigIntegerField(_("credit limit"), null=True)
    limit_used = models.FloatField(_("credit limit used"), null=True)
    is_over_limit = models.BooleanField(_("over the limit"))
    spend = models.BigIntegerField(_("spend, ours and elsewhere"))
    purchasing_power = models.CharField(
        _("purchasing power"), max_length=6, choices=Grade.choices, blank=True
    )
    recorded_grade = models.CharField(
        _("purchasing power as recorded"), max_length=6, choices=Grade.choices, blank=True
    )
    grades_differ = models.BooleanField(_("differs from the record"), null=True)

    class Meta:
        verbose_name = _("customer's credit")
        verbose_name_plural = _("customers' credit")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.unpaid}"
