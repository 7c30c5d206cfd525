"""A section of a profile as somebody types it, with the fields that an administrator added."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.models import fields_for_model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.models import User
from customers.forms.parts.fields import CustomerField
from customers.forms.profiles import BIGGEST_VERSION, NOTHING
from customers.imports.cleaning.identifiers import unified_social_credit_code
from customers.imports.problems import CellError
from customers.models import (
    ChannelKind,
    CompanyProfile,
    Customer,
    CustomerKind,
    CustomField,
    CustomKind,
    PersonProfile,
)
from customers.selectors.catalogue import fields_of

CUSTOM = "custom-"
CUSTOM_LENGTH = 500
_LIMITS = {"height_cm": (30, 280), "weight_kg": (1, 700)}
_YES_NO = (("", NOTHING), ("yes", _("Yes")), ("no", _("No")))
_EMPLOYER = "person-employer-choices"


def columns_of(section: str) -> list[str]:
    """Return the columns of a profile that are typed in in a section."""
    own = [each for each in fields_of(section) if each.model in {PersonProfile, CompanyProfile}]
    return [name for each in own if not (each.is_sealed or each.is_derived) for name in each.columns]


class SectionForm(forms.Form):
    """The columns of one section; ``version`` is the profile's when it was opened, 0 when there was none."""

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        section: str,
        profile: PersonProfile | CompanyProfile,
        custom: Sequence[tuple[CustomField, Any]] = (),
    ) -> None:
        self.columns = columns_of(section)
        stem = section.partition(".")[2].replace("_", "-")
        values = {name: getattr(profile, profile._meta.get_field(name).attname) for name in self.columns}  # type: ignore[union-attr]
        given = {f"{CUSTOM}{field.key}": shown(field, value) for field, value in custom}
        initial = {**values, **given, "version": profile.version}
        super().__init__(data, auto_id=f"{stem}-%s", initial=initial)
        self.user, self.custom = user, {field.key: field for field, _value in custom}
        self.fields["version"] = forms.IntegerField(
            min_value=0, max_value=BIGGEST_VERSION, widget=forms.HiddenInput
        )
        self.fields.update(fields_for_model(type(profile), fields=self.columns))
        self._limit(profile)
        for field, value in custom:
            self.fields[f"{CUSTOM}{field.key}"] = _custom_field(field, value)
        self.fields["collected_by"] = forms.ChoiceField(
            label=_("How we learned it"), choices=[("", NOTHING), *ChannelKind.choices], required=False
        )
        self._dress()

    def _limit(self, profile: PersonProfile | CompanyProfile) -> None:
        """Refuse what the column can't hold, or what no human measures, before the database does."""
        for name in self.columns:
            column: Any = profile._meta.get_field(name)
            self.fields[name].validators = [*self.fields[name].validators, *column.validators]
            if name in _LIMITS:
                lowest, highest = _LIMITS[name]
                limits = [MinValueValidator(lowest), MaxValueValidator(highest)]
                self.fields[name].validators = [*self.fields[name].validators, *limits]

    def _dress(self) -> None:
        """Give each field the widget that fits what it holds."""
        for name, field in self.fields.items():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            elif isinstance(field, forms.TypedChoiceField) and not field.required:
                field.choices = [("", NOTHING), *list(cast(Iterable[Any], field.choices))[1:]]
            elif isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 2
            if name == "employer":
                self.fields[name] = self._employer()

    def _employer(self) -> CustomerField:
        field = CustomerField(kind=CustomerKind.COMPANY, label=_("Employer, if a customer"), required=False)
        field.among = Customer.objects.visible_to(self.user).filter(kind=CustomerKind.COMPANY)
        field.widget.attrs |= {
            "list": _EMPLOYER,
            "autocomplete": "off",
            "hx-get": f"{reverse('customers:choices', args=['company'])}?for=employer",
            "hx-trigger": "input changed delay:150ms, focus once",
            "hx-target": f"#{_EMPLOYER}",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }
        return field

    def suggesting(self) -> list[str]:
        """Return the ids of the lists in which suggestions appear."""
        return [_EMPLOYER] if "employer" in self.fields else []

    def clean_unified_social_credit_code(self) -> str:
        """Ask for a code whose check character fits."""
        try:
            return unified_social_credit_code(self.cleaned_data["unified_social_credit_code"]) or ""
        except CellError as error:
            raise ValidationError(str(error)) from error

    def changes(self) -> dict[str, Any]:
        """Return the columns that differ from how they stood."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.columns}

    def custom_changes(self) -> dict[str, Any]:
        """Return the values of custom fields that differ, None for one that was emptied."""
        keys = [name for name in self.changed_data if name.startswith(CUSTOM)]
        values = {name.removeprefix(CUSTOM): self.cleaned_data[name] for name in keys}
        return {key: _meant(self.custom[key], value) for key, value in values.items()}

    def custom_typed(self) -> list[tuple[CustomField, Any]]:
        """Return all custom fields with what they hold now, None for nothing."""
        return [
            (field, _meant(field, self.cleaned_data[f"{CUSTOM}{key}"])) for key, field in self.custom.items()
        ]


def _custom_field(field: CustomField, held: Any) -> forms.Field:
    """Return the form field that fits what an administrator declared, and what is ``held`` from before."""
    label, kind = str(field), field.kind
    if kind == CustomKind.NUMBER:
        return forms.DecimalField(label=label, required=False, max_digits=18, decimal_places=4)
    if kind == CustomKind.DATE:
        return forms.DateField(label=label, required=False)
    if kind == CustomKind.CHOICE:
        # What is no longer a choice stays one for whom it was chosen: saved again, it would be gone.
        offered = [*field.choices, *([held] if held and held not in field.choices else [])]
        choices = [("", NOTHING), *((each, each) for each in offered)]
        return forms.ChoiceField(label=label, required=False, choices=choices)
    if kind == CustomKind.YES_NO:
        return forms.ChoiceField(label=label, required=False, choices=_YES_NO)
    return forms.CharField(label=label, required=False, max_length=CUSTOM_LENGTH)


def shown(field: CustomField, value: Any) -> Any:
    """Return the value of a custom field as its form field has it."""
    if field.kind == CustomKind.YES_NO and value is not None:
        return "yes" if value else "no"
    return Decimal(value) if field.kind == CustomKind.NUMBER and value is not None else value


def _meant(field: CustomField, value: Any) -> Any:
    if value in (None, ""):
        return None
    return value == "yes" if field.kind == CustomKind.YES_NO else value


class CustomFieldForm(forms.ModelForm):  # type: ignore[type-arg]
    """A field that an administrator adds; its key and kind stay what they were."""

    choices = forms.CharField(
        label=_("Choices, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    class Meta:
        model = CustomField
        fields = (
            "label", "english_label", "key", "kind", "choices", "customer_kind", "is_personal", "is_active",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer_kind"].choices = [  # type: ignore[attr-defined]
            ("", _("People and companies")),
            *CustomerKind.choices,
        ]
        kind = cast(forms.TypedChoiceField, self.fields["kind"])
        kind.choices = [("", NOTHING), *list(cast(Iterable[Any], kind.choices))[1:]]
        self.fields["label"].help_text = _(
            "Not for what the law calls sensitive, such as religion, health or an identity number: that has fields of "
            "its own, kept sealed and by consent."
        )
        self.fields["key"].help_text = _(
            "Letters, digits and hyphens; programs and files know the field by it."
        )
        self.initial["choices"] = "\n".join(self.instance.choices or [])
        if self.instance.pk:
            del self.fields["key"], self.fields["kind"]

    def clean_choices(self) -> list[str]:
        """Read one choice from each line, none of them twice."""
        lines = re.split(r"[\r\n]+", self.cleaned_data["choices"])
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def clean(self) -> dict[str, Any]:
        """Ask for choices where they are to be chosen from."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind = cleaned.get("kind", self.instance.kind)
        if kind == CustomKind.CHOICE and not cleaned.get("choices"):
            self.add_error("choices", _("Name at least one choice."))
        return cleaned
