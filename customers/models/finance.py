"""Orders, payments, credit (财务资料).

Money is Decimal in the currency of its document. Order lines and payments also carry whole cents of the
company currency, written with the row at the document's stated rate: the facts that analysis adds up.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Sign
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.history import ledger_tracked, tracked
from customers.models.changes import marks_changed, marks_every_change
from customers.models.listing import day_or_last, notes_last_order
from customers.models.products import Product
from customers.models.profiles import Customer
from customers.models.scope import CustomerChild


class OrderStatus(models.TextChoices):
    """Where an order stands."""

    CONFIRMED = "confirmed", _("Confirmed")
    DELIVERED = "delivered", _("Delivered")
    RETURNED = "returned", _("Return")
    CANCELLED = "cancelled", _("Cancelled")


# An order counts as one; returns and cancelled orders do not.
COUNTED = (OrderStatus.CONFIRMED, OrderStatus.DELIVERED)


@ledger_tracked()
class Order(CustomerChild):
    """An order or a return. One without a customer counts in company totals and for no customer."""

    number = models.CharField(_("number"), max_length=60, unique=True)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
        db_index=False,
    )
    ordered_at = models.DateTimeField(_("ordered at"))
    ordered_on = models.DateField(_("ordered on"))
    status = models.CharField(
        _("status"), max_length=10, choices=OrderStatus.choices, default=OrderStatus.CONFIRMED
    )
    currency = models.CharField(_("currency"), max_length=3)
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=8, default=1)
    region = models.ForeignKey(
        "customers.Region",
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("salesperson"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    original_order = models.ForeignKey(
        "self",
        verbose_name=_("original order"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="returns",
    )
    promised_on = models.DateField(_("promised on"), null=True, blank=True)
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering: ClassVar = ["-ordered_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="order_rate_positive", condition=Q(exchange_rate__gt=0)),
            models.CheckConstraint(name="order_status_known", condition=Q(status__in=OrderStatus.values)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-ordered_on"], name="order_customer_date"),
            models.Index(fields=["-ordered_on", "-id"], name="order_newest"),
            models.Index(fields=["id"], name="order_cancelled", condition=Q(status=OrderStatus.CANCELLED)),
        ]
        triggers: ClassVar = [
            marks_changed(
                "Update",
                pgtrigger.Referencing(old="old_rows", new="new_rows"),
                """
                SELECT after.customer_id FROM new_rows AS after JOIN old_rows AS before USING (id)
                WHERE after.status <> before.status
                """,
            ),
            *notes_last_order(),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The order's page."""
        return reverse("customers:order", args=[self.pk])


@ledger_tracked(exclude=["quantity_sign", "is_sold"])
class OrderLine(CustomerChild):
    """One line of an order; a return is a line of negative quantity.

    ``amount`` is the net amount in the order's currency, after discount. The customer, the day and the cents
    stand on the line itself: analysis adds up tens of millions of lines and cannot afford a join for each.
    """

    # Its index is that of the constraint "line_once".
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line_no = models.PositiveIntegerField(_("line"))
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="lines"
    )
    customer = models.ForeignKey(
        Customer, null=True, editable=False, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    ordered_on = models.DateField(_("ordered on"), editable=False)
    attributed_on = models.DateField(_("attributed on"), editable=False)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=4)
    discount = models.DecimalField(_("discount"), max_digits=7, decimal_places=6, default=0)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    unit_cost = models.DecimalField(
        _("unit cost at sale"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    revenue_cents = models.BigIntegerField(_("revenue, cents of the company currency"), editable=False)
    # Null when nobody knows the cost: such a line counts in revenue, never in margin.
    cost_cents = models.BigIntegerField(_("cost, cents of the company currency"), null=True, editable=False)
    # What analysis asks of tens of millions of quantities, answered once: comparing decimals is dear.
    quantity_sign = models.GeneratedField(
        expression=Sign("quantity"), output_field=models.SmallIntegerField(), db_persist=True
    )
    is_sold = models.GeneratedField(
        expression=Q(quantity__gt=0, revenue_cents__gt=0),  # type: ignore[arg-type]  # the stubs know no conditions
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering: ClassVar = ["order", "line_no"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "line_no"], name="line_once"),
            models.CheckConstraint(name="line_discount_share", condition=Q(discount__gte=0, discount__lte=1)),
        ]
        indexes: ClassVar = [
            # All that the facts of a customer are made of, so that they are read from the index alone.
            models.Index(
                fields=["customer", "ordered_on", "order"],
                include=[
                    "product",
                    "revenue_cents",
                    "cost_cents",
                    "attributed_on",
                    "quantity_sign",
                    "is_sold",
                    "quantity",
                ],
                name="line_facts",
            ),
            models.Index(
                fields=["attributed_on"],
                name="line_attributed_elsewhere",
                condition=~Q(attributed_on=F("ordered_on")),
            ),
            # Tells at once that every cost is known, as it is for most companies.
            models.Index(fields=["id"], name="line_without_cost", condition=Q(cost_cents=None)),
        ]
        triggers: ClassVar = marks_every_change()

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_no}"


@ledger_tracked()
class Payment(CustomerChild):
    """A payment due or made."""

    reference = models.CharField(_("reference"), max_length=60, unique=True)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        related_name="payments",
        db_index=False,
    )
    order = models.ForeignKey(
        Order,
        verbose_name=_("order"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="payments",
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=8, default=1)
    amount_cents = models.BigIntegerField(_("amount, cents of the company currency"), editable=False)
    account = models.CharField(_("account"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering: ClassVar = ["-due_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="payment_rate_positive", condition=Q(exchange_rate__gt=0)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "paid_on"], include=["due_on"], name="payment_facts"),
            models.Index(fields=["paid_on"], name="payment_day"),
            models.Index(day_or_last("due_on"), "id", name="payment_by_due_day"),
            models.Index(day_or_last("paid_on"), "id", name="payment_by_paid_day"),
            models.Index(fields=["amount_cents", "id"], name="payment_by_amount"),
        ]
        triggers: ClassVar = marks_every_change()

    def __str__(self) -> str:
        return self.reference


class AccountType(models.TextChoices):
    """How a customer settles (账户类型)."""

    PREPAID = "prepaid", _("Prepaid")
    CASH = "cash", _("Cash on delivery")
    MONTHLY = "monthly", _("Monthly account")
    CREDIT = "credit", _("Credit account")


@tracked()
class CreditAccount(CustomerChild):
    """A customer's account with us: type, limit and terms."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="credit_account")
    account_type = models.CharField(_("account type"), max_length=10, choices=AccountType.choices)
    credit_limit = models.DecimalField(
        _("credit limit"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    payment_terms_days = models.PositiveSmallIntegerField(_("payment terms, days"), default=0)

    class Meta:
        verbose_name = _("credit account")
        verbose_name_plural = _("credit accounts")

    def __str__(self) -> str:
        return str(self.get_account_type_display())


class ServiceKind(models.TextChoices):
    """What serving a customer consists of."""

    VISIT = "visit", _("Visit")
    DISCOUNT = "discount", _("Discount")
    SUPPORT = "support", _("Support hours")


@tracked()
class ServiceCost(CustomerChild):
    """What serving a customer cost on one day, in the company currency (服务成本)."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="service_costs")
    kind = models.CharField(_("kind"), max_length=10, choices=ServiceKind.choices)
    incurred_on = models.DateField(_("incurred on"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    hours = models.DecimalField(_("hours"), max_digits=7, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("service cost")
        verbose_name_plural = _("service costs")
        ordering: ClassVar = ["-incurred_on"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"


@tracked()
class OpeningBalance(CustomerChild):
    """A customer's history from before the system (期初), in the company currency."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="opening_balance")
    until = models.DateField(_("history until"))
    first_order_on = models.DateField(_("first order on"), null=True, blank=True)
    last_order_on = models.DateField(_("last order on"), null=True, blank=True)
    orders = models.PositiveIntegerField(_("orders"), default=0)
    revenue = models.DecimalField(_("revenue"), max_digits=18, decimal_places=2, default=0)
    receivable = models.DecimalField(_("receivable"), max_digits=18, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("opening balance")
        verbose_name_plural = _("opening balances")

    def __str__(self) -> str:
        return f"{self.until}"
