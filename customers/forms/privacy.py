"""What somebody types around a sensitive value: consent, the value itself, and what it is needed for."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from customers.models import ChannelKind
from customers.selectors.catalogue import ProfileField

LONGEST_PURPOSE = 200


class ConsentForm(forms.Form):
    """A person's consent that one field be kept."""

    evidence = forms.CharField(
        label=_("How it was given"),
        max_length=300,
        help_text=_("As in: signed form of 3 May, kept with the contract."),
    )
    given_on = forms.DateField(
        label=_("Given on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    is_guardians = forms.BooleanField(label=_("Given by a guardian"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("given_on", timezone.localdate())


class ValueForm(forms.Form):
    """A sensitive value; what is kept is never shown in it."""

    collected_by = forms.ChoiceField(
        label=_("How we learned it"), choices=[("", "–"), *ChannelKind.choices], required=False
    )

    def __init__(self, *args: Any, field: ProfileField, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value = field.plain_field.formfield(label=capfirst(str(field.title)), required=False)
        value.help_text = _("Left empty, what is kept is removed.")
        value.widget.attrs |= {"autocomplete": "off"}
        if isinstance(value, forms.DateField):
            value.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        self.fields = {"value": value, **self.fields}


class RevealForm(forms.Form):
    """What a sensitive value is needed for; it goes on record with the name of whoever reads it."""

    purpose = forms.CharField(
        label=_("What do you need it for?"),
        min_length=4,
        max_length=LONGEST_PURPOSE,
        help_text=_("Goes on record with your name. Don't write the value itself."),
    )


class SwitchForm(forms.Form):
    """Whether a sensitive field may be kept."""

    is_on = forms.BooleanField(label=_("May be kept"), required=False)
    purpose = forms.CharField(label=_("Purpose"), max_length=300, required=False)
    assessment = forms.CharField(
        label=_("Assessment of the risk"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
