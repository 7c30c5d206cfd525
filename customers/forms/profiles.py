"""The core facts of a customer as somebody types them."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.policy import Scope, scope_of
from customers.models import Customer, Region
from customers.models.scope import DECIDES_SCOPE
from customers.selectors import profiles
from customers.selectors.regions import RegionFinder

BIGGEST_VERSION = 2**31 - 1
NOTHING = "–"
SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("Who they are"), ("name", "english_name", "code", "kind", "region")),
    (
        _("Whose they are"),
        ("owner", "team", "lifecycle", "source", "campaign", "identification_method", "tags"),
    ),
    (_("Their business"), ("industry", "business_model", "ownership_type", "purchasing_power")),
    (_("Their potential"), ("potential", "potential_expires_on", "potential_reason")),
    (
        _("How to talk with them"),
        (
            "preferred_channel",
            "best_time_to_contact",
            "communication_style",
            "reputation",
            "opposes_us",
            "scoring_refused",
        ),
    ),
)
TAG_LENGTH = 50
_COMMAS = re.compile(r"[,，、;；\n]")
_CODED = re.compile(r"\(([0-9A-Za-z-]+)\)$")


if TYPE_CHECKING:
    _Base = forms.ModelForm[Customer]
else:
    _Base = forms.ModelForm


class RegionField(forms.CharField):
    """A region as people write it: by name, by name and code as suggestions have it, or with what it lies in."""

    def prepare_value(self, value: Any) -> Any:
        """Show a stored region as suggestions write it."""
        return suggestion(Region.objects.get(pk=value)) if isinstance(value, int) else value

    def clean(self, value: Any) -> Region | None:
        """Find the region; raises ValidationError when none or several are meant."""
        written = super().clean(value)
        if not written:
            return None
        coded = _CODED.search(written)
        found = RegionFinder().find(coded[1] if coded else written)
        if found is None:
            raise ValidationError(
                _("No single region is called so. Write what it lies in too, as in 广东 / 深圳.")
            )
        return Region.objects.get(pk=found)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether something else is written than was shown."""
        return (data or "").strip() != (self.prepare_value(initial) or "")


class TagsField(forms.CharField):
    """Words that somebody marks a customer with, separated by commas."""

    def prepare_value(self, value: Any) -> Any:
        """Write the words one after the other."""
        return value if isinstance(value, str) or value is None else ", ".join(value)

    def to_python(self, value: Any) -> Any:
        """Read the words, each once."""
        words = [each.strip() for each in _COMMAS.split(str(value or ""))]
        return list(dict.fromkeys(each[:TAG_LENGTH] for each in words if each))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other words are written than were shown."""
        return set(self.to_python(data)) != set(initial or ())


def suggestion(region: Region) -> str:
    """Write a region so that it can be mistaken for no other: 苏州市 (320500)."""
    return f"{region} ({region.code})"


class CustomerForm(_Base):
    """Core facts; ``version`` is the one that the person opened."""

    version = forms.IntegerField(
        min_value=1, max_value=BIGGEST_VERSION, required=False, widget=forms.HiddenInput
    )
    region = RegionField(
        label=_("Region"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": "regions"}),
        help_text=_("A name; where it is ambiguous, with what it lies in: 广东 / 深圳."),
    )

    tags = TagsField(label=_("Tags"), required=False, help_text=_("Words, separated by commas."))

    class Meta:
        model = Customer
        fields = tuple(name for _title, names in SECTIONS for name in names if name != "tags")
        help_texts = {
            "opposes_us": _(
                "Facts alone, as anybody could check them: when, who, what was said or done, and where it is on "
                "record. No opinion of a person, and nothing of their beliefs or health."
            )
        }
        widgets = {
            "potential_expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "reputation": forms.Textarea(attrs={"rows": 2}),
            "opposes_us": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance.pk is None
        self.fields["code"].required = False
        if not self.is_new:
            self.initial.setdefault("tags", profiles.tags_of(self.instance))
        if self.is_new:
            self.fields["code"].help_text = _("Left empty, it is given one.")
        else:
            self.fields["version"].required = True
            self.fields["version"].initial = self.instance.version
        self._offer_owners(user)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = NOTHING
            elif isinstance(field, forms.TypedChoiceField) and not field.required:
                field.choices = [("", NOTHING), *list(cast(Iterable[Any], field.choices))[1:]]

    def sections(self) -> list[tuple[str | Promise, list[forms.BoundField]]]:
        """Return the fields that the person may fill in, by section."""
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in SECTIONS]

    def _offer_owners(self, user: User) -> None:
        """Let those who see more than their own customers give them to others; whom one shares moves nothing."""
        if not self.is_new and not profiles.is_answerable(user, self.instance):
            for name in DECIDES_SCOPE:
                del self.fields[name]
            return
        scope = scope_of(user, "customer.edit")
        if scope < Scope.TEAM:
            del self.fields["owner"]
        else:
            among = profiles.possible_owners(user, beside=self.instance.owner_id)
            self.fields["owner"].queryset = among  # type: ignore[attr-defined]
        if scope is not Scope.ALL:
            del self.fields["team"]

    def clean_code(self) -> str:
        """Keep the code when the field was emptied; a code belongs to one customer for good."""
        return str(self.cleaned_data["code"] or self.instance.code)

    def changes(self) -> dict[str, Any]:
        """Return the values of the fields that differ from how the customer stands."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "version"}


class VersionForm(forms.Form):
    """The version of a record that somebody had before them."""

    version = forms.IntegerField(min_value=1, max_value=BIGGEST_VERSION)
