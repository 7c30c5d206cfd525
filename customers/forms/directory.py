"""Competitors, channels, campaigns, informants and territories as somebody types them."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import Role, User
from customers.forms.meanwhile import SEEN, remember
from customers.forms.parts.fields import CustomerField
from customers.forms.profiles import NOTHING, suggestion
from customers.models import (
    Campaign,
    Channel,
    ChannelKind,
    Competitor,
    Customer,
    CustomerKind,
    Informant,
    Region,
    Territory,
)
from customers.selectors.parts import state_of
from customers.selectors.regions import RegionFinder


class EntryForm(forms.ModelForm):  # type: ignore[type-arg]
    """One entry; what its days and choices look like is the same everywhere."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            elif isinstance(field, forms.ModelChoiceField):
                field.empty_label = NOTHING
            elif isinstance(field, forms.TypedChoiceField):
                given = cast(Iterable[Any], field.choices)
                field.choices = [(value, label if value else NOTHING) for value, label in given]
            elif isinstance(field, CustomerField):
                field.among = Customer.objects.visible_to(user).filter(kind=CustomerKind.PERSON)
        if self.instance.pk:
            remember(self, state_of(self.instance))

    def changes(self) -> dict[str, Any]:
        """Return what is to be written."""
        names = self.changed_data if self.instance.pk else self.fields
        return {name: self.cleaned_data[name] for name in names if name != SEEN}


class CompetitorForm(EntryForm):
    """What is known of a competitor."""

    class Meta:
        model = Competitor
        fields = ("name", "sales_channels", "sales_model", "service", "note")
        widgets = {
            "service": forms.Textarea(attrs={"rows": 3}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }


class ChannelForm(EntryForm):
    """A source of customers; a rented list says whose it is and by what right it is used."""

    class Meta:
        model = Channel
        fields = ("name", "kind", "supplier", "licence_expires_on", "legal_basis")

    def clean(self) -> dict[str, Any]:
        """Ask of a rented list what the law asks."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kind") == ChannelKind.RENTED_LIST:
            for name in ("supplier", "legal_basis"):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(
                        name, _("A rented list needs this: whose it is and by what right it is used.")
                    )
        return cleaned


class CampaignForm(EntryForm):
    """What was done by a channel, when, and what it cost."""

    class Meta:
        model = Campaign
        fields = ("code", "name", "channel", "starts_on", "ends_on", "cost")

    def clean(self) -> dict[str, Any]:
        """Ask for days in their order, and for a cost."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("It ends before it begins: look at both days again."))
        if (cleaned.get("cost") or 0) < 0:
            self.add_error("cost", _("Write an amount of zero or more."))
        return cleaned


class InformantForm(EntryForm):
    """Somebody who tells us of customers."""

    customer = CustomerField(
        label=_("Person, if a customer"), kind=CustomerKind.PERSON, required=False, empty_value=None
    )

    class Meta:
        model = Informant
        fields = ("name", "customer", "occupation", "reward_per_sale")


class RegionsField(forms.CharField):
    """Regions as people write them, one on a line: by name, by code, or with what each lies in."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show stored regions as suggestions write them."""
        return "\n".join(map(suggestion, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[Region]:
        """Find the regions; raises ValidationError with the lines that name no single one."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        finder = RegionFinder()
        found = [finder.find(line) or finder.find(line.rpartition("(")[2].rstrip(")")) for line in lines]
        unknown = [line for line, region in zip(lines, found, strict=True) if not region]
        if unknown:
            raise ValidationError(
                _("No single region is called so: %(lines)s. Write what it lies in too, as in 广东 / 深圳."),
                params={"lines": ", ".join(unknown)},
            )
        return list(Region.objects.filter(pk__in=[each for each in found if each]))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether something else is written than was shown."""
        return (data or "").split() != (self.prepare_value(initial) or "").split()


class TerritoryForm(EntryForm):
    """A sales territory: who answers for which regions, with all that lies in them."""

    manager = forms.ModelChoiceField(User.objects.none(), label=_("Manager"), required=False)
    regions = RegionsField(
        label=_("Regions"), required=False, help_text=_("One on a line; what lies in a region belongs to it.")
    )

    class Meta:
        model = Territory
        fields = ("name", "team", "manager", "regions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        among = User.objects.filter(Q(is_active=True, role=Role.MANAGER) | Q(pk=self.instance.manager_id))
        self.fields["manager"].queryset = among  # type: ignore[attr-defined]
