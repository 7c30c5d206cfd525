"""A note as somebody types it between two calls."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import User
from customers.models import ContactChannel, Customer, ResponseType

LONGEST_BODY = 10_000
NEVER, CHOSEN = "", "on"
FOLLOW_UPS = (
    (NEVER, _("No follow-up")),
    ("1", _("Tomorrow")),
    ("3", _("In 3 days")),
    ("7", _("In a week")),
    (CHOSEN, _("On a day")),
)


class QuickLogForm(forms.Form):
    """Who, what kind, by which way, the words, and when to follow it up."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(), required=True, error_messages={"required": _("Choose the customer.")}
    )
    response_type = forms.ChoiceField(
        label=_("Type"), choices=ResponseType.choices, initial=ResponseType.NOTE, widget=forms.RadioSelect
    )
    channel = forms.ChoiceField(
        label=_("Way of contact"),
        choices=ContactChannel.choices,
        initial=ContactChannel.PHONE,
        widget=forms.RadioSelect,
    )
    body = forms.CharField(
        label=_("What was said"),
        max_length=LONGEST_BODY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    follow_up = forms.ChoiceField(
        label=_("Follow up"), choices=FOLLOW_UPS, required=False, widget=forms.RadioSelect
    )
    follow_up_on = forms.DateField(
        label=_("Follow up on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_follow_up_on(self) -> date | None:
        """A follow-up lies ahead."""
        chosen: date | None = self.cleaned_data["follow_up_on"]
        if chosen and chosen < timezone.localdate():
            raise ValidationError(_("This day has passed."))
        return chosen

    @property
    def due_on(self) -> date | None:
        """The day to follow up: one that was typed, else the one that was tapped; None without either."""
        typed: date | None = self.cleaned_data.get("follow_up_on")
        tapped = self.cleaned_data.get("follow_up", "")
        if typed or not tapped.isdigit():
            return typed
        return timezone.localdate() + timedelta(days=int(tapped))
