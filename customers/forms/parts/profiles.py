"""How to reach a customer, what they need, and what we wish of them."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.forms.parts.base import ONCE, PartForm
from customers.forms.profiles import RegionField
from customers.imports.cleaning.contacts import phone_number
from customers.imports.problems import CellError
from customers.models import Address, ContactKind, ContactPoint, Need, WishListEntry

PHONES = (ContactKind.MOBILE, ContactKind.PHONE, ContactKind.FAX)
YEARS_AHEAD = 10


class ContactPointForm(PartForm):
    """A phone, fax, mail address or WeChat name; numbers are kept as E.164."""

    sourced = True

    class Meta:
        model = ContactPoint
        fields = ("kind", "value", "place", "is_primary")
        error_messages = ONCE

    def clean(self) -> dict[str, Any]:
        """Write numbers and mail addresses as they are looked up."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind, value = cleaned.get("kind"), cleaned.get("value")
        if kind and value:
            try:
                cleaned["value"] = _normalised(kind, value)
            except (ValidationError, CellError) as error:
                self.add_error("value", error if isinstance(error, ValidationError) else str(error))
        return cleaned


def _normalised(kind: str, value: str) -> str:
    if kind in PHONES:
        return phone_number(value, settings.COMPANY_COUNTRY)
    if kind == ContactKind.EMAIL:
        validate_email(value)
        name, _at, domain = value.rpartition("@")
        return f"{name}@{domain.lower()}"
    return value.strip()


class AddressForm(PartForm):
    """A postal address."""

    sourced = True

    region = RegionField(label=_("Region"), required=False, max_length=200)

    class Meta:
        model = Address
        fields = ("place", "region", "street", "postcode")

    def clean(self) -> dict[str, Any]:
        """Ask for something to find the place by."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("street") and not cleaned.get("region"):
            self.add_error("street", _("Write the street, or at least the region."))
        return cleaned


class NeedForm(PartForm):
    """A need, pain or motive."""

    today = ("noted_on",)
    sourced = True

    class Meta:
        model = Need
        fields = ("statement", "is_met", "noted_on")


class WishForm(PartForm):
    """A customer that we most want to build a relation with this year."""

    signed = "owner"

    class Meta:
        model = WishListEntry
        fields = ("year", "next_step", "owner")
        error_messages = ONCE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this_year = timezone.localdate().year
        self.fields["year"] = forms.IntegerField(
            label=_("Year"), min_value=this_year - YEARS_AHEAD, max_value=this_year + YEARS_AHEAD
        )
        if self.is_new:
            self.initial["year"] = this_year
