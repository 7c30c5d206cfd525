"""What the table of current facts is true for."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.selectors.facts import FactsSpec, ReturnsCountOn


class CustomerMonth(models.Model):
    """What a customer brought in one month, in cents; kept by services in an unlogged table, like the facts."""

    pk = models.CompositePrimaryKey("customer_id", "month")
    customer = models.ForeignKey(
        Customer, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="months"
    )
    month = models.DateField()
    net_revenue = models.BigIntegerField()
    gross_margin = models.BigIntegerField()
    orders = models.IntegerField()

    class Meta:
        managed = False
        db_table = "analysis_customermonth"

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month}"


class FactsState(models.Model):
    """The days and choices that the current facts were added up for; one row, or none before the first run.

    The facts themselves stand in an unlogged table that services keep (``analysis.services.facts``): they can always
    be added up again, so they are not worth a transaction log.
    """

    ONLY: ClassVar = 1

    as_of = models.DateField(_("as of"))
    start = models.DateField(_("window from"))
    end = models.DateField(_("window until before"))
    cut = models.DateField(_("backtest cut"))
    returns_count_on = models.CharField(max_length=20)
    count_free_orders = models.BooleanField(default=False)
    customers = models.PositiveIntegerField(_("customers"))
    refreshed_at = models.DateTimeField(_("refreshed at"))

    class Meta:
        verbose_name = _("state of the facts")
        verbose_name_plural = _("states of the facts")
        constraints: ClassVar = [
            models.CheckConstraint(name="one_facts_state", condition=models.Q(id=1)),
        ]

    def __str__(self) -> str:
        return str(self.as_of)

    def spec(self) -> FactsSpec:
        """The days and choices, as they are asked for."""
        choice = ReturnsCountOn(self.returns_count_on)
        return FactsSpec(self.as_of, self.start, self.end, self.cut, choice, self.count_free_orders)


class ProductFactsState(models.Model):
    """The days and choices that the current facts of customers' products were added up for; one row or none."""

    ONLY: ClassVar = 1

    as_of = models.DateField(_("as of"))
    start = models.DateField(_("window from"))
    end = models.DateField(_("window until before"))
    returns_count_on = models.CharField(max_length=20)
    has_rows = models.BooleanField()  # an unlogged table that is empty without reason was emptied by a crash
    refreshed_at = models.DateTimeField(_("refreshed at"))

    class Meta:
        verbose_name = _("state of the product facts")
        verbose_name_plural = _("states of the product facts")
        constraints: ClassVar = [
            models.CheckConstraint(name="one_product_facts_state", condition=models.Q(id=1)),
        ]

    def __str__(self) -> str:
        return str(self.as_of)

    def spec(self) -> FactsSpec:
        """The days and choices, as they are asked for; these facts know no cut."""
        choice = ReturnsCountOn(self.returns_count_on)
        return FactsSpec(self.as_of, self.start, self.end, self.as_of, choice)


class ProductFactsChange(models.Model):
    """A customer whose lines have changed, which the product facts have not been told yet."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )

    class Meta:
        verbose_name = _("change for the product facts")
        verbose_name_plural = _("changes for the product facts")

    def __str__(self) -> str:
        return str(self.customer_id)
