"""Who told us of a customer, and what for."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.forms.parts.base import ONCE, PartForm
from customers.models import Informant, Referral


class ReferralForm(PartForm):
    """That an informant told us of this customer."""

    today = ("referred_on",)

    class Meta:
        model = Referral
        fields = ("informant", "referred_on", "payout", "paid_on")
        error_messages = ONCE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        informant = cast("forms.ModelChoiceField[Informant]", self.fields["informant"])
        informant.queryset = Informant.objects.visible_to(self.user)
        informant.widget.attrs["data-enhance"] = ""

    def clean(self) -> dict[str, Any]:
        """Ask for days in their order."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        told, paid = cleaned.get("referred_on"), cleaned.get("paid_on")
        if told and paid and paid < told:
            self.add_error("paid_on", _("It was paid before they told us: look at both days again."))
        return cleaned
