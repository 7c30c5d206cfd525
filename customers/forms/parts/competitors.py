"""What a customer buys elsewhere, of whom, and who calls on them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.forms.parts.base import PartForm
from customers.forms.parts.fields import CompetitorField
from customers.models import CompetitorProduct, CompetitorRep, WalletShare


class CompetitorProductForm(PartForm):
    """A competitor's product that they use."""

    competitor = CompetitorField(label=_("Competitor"), max_length=200)

    class Meta:
        model = CompetitorProduct
        fields = ("competitor", "name", "is_new", "quantity", "usage", "satisfaction")


class CompetitorRepForm(PartForm):
    """A competitor's rep who works on them."""

    competitor = CompetitorField(label=_("Competitor"), max_length=200)

    class Meta:
        model = CompetitorRep
        fields = ("competitor", "name", "style", "relation")


class WalletShareForm(PartForm):
    """What they bought elsewhere in a period."""

    today = ("noted_on",)

    competitor = CompetitorField(label=_("From whom"), max_length=200, required=False)

    class Meta:
        model = WalletShare
        fields = (
            "category",
            "competitor",
            "amount_elsewhere",
            "period_start",
            "period_end",
            "confidence",
            "noted_on",
        )

    def clean(self) -> dict[str, Any]:
        """Ask for a period that has days, and for an amount."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("period_start"), cleaned.get("period_end")
        if start and end and end <= start:
            self.add_error("period_end", _("The period ends before it begins: look at both days again."))
        if (cleaned.get("amount_elsewhere") or 0) < 0:
            self.add_error("amount_elsewhere", _("Write an amount of zero or more."))
        return cleaned
