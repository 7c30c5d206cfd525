"""A customer's account, their history from before the system, and what serving them costs."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.forms.parts.base import PartForm
from customers.models import CreditAccount, OpeningBalance, ServiceCost


class CreditAccountForm(PartForm):
    """How a customer settles."""

    class Meta:
        model = CreditAccount
        fields = ("account_type", "credit_limit", "payment_terms_days")


class OpeningBalanceForm(PartForm):
    """What a customer bought and owed before the first order in the system."""

    class Meta:
        model = OpeningBalance
        fields = ("until", "first_order_on", "last_order_on", "orders", "revenue", "receivable")

    def clean(self) -> dict[str, Any]:
        """Ask for days in their order."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last, until = (cleaned.get(name) for name in ("first_order_on", "last_order_on", "until"))
        if first and last and last < first:
            self.add_error(
                "last_order_on", _("The last order stands before the first: look at both days again.")
            )
        if last and until and last > until:
            self.add_error(
                "last_order_on", _("This order is not from before the system: see “history until”.")
            )
        return cleaned


class ServiceCostForm(PartForm):
    """What serving a customer cost on one day."""

    today = ("incurred_on",)

    class Meta:
        model = ServiceCost
        fields = ("kind", "incurred_on", "amount", "hours")
