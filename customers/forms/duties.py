"""What the officer who answers for privacy types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.forms.directory import EntryForm
from customers.models import Incident, ProcessingActivity, RequestKind
from customers.services.duties.erasing import LEAST_REASON

MOMENT = "%Y-%m-%dT%H:%M"


class ActivityForm(EntryForm):
    """An entry of the processing register."""

    class Meta:
        model = ProcessingActivity
        fields = (
            "name",
            "purpose",
            "legal_basis",
            "people",
            "data",
            "recipients",
            "transfers",
            "retention",
            "safeguards",
            "assessment",
            "responsible",
            "reviewed_on",
            "is_ended",
        )
        widgets = {
            name: forms.Textarea(attrs={"rows": 3}) for name in ("purpose", "safeguards", "assessment")
        }


class IncidentForm(EntryForm):
    """An incident; closing it asks for what was done, and why somebody was not told."""

    class Meta:
        model = Incident
        fields = (
            "title",
            "description",
            "data",
            "people_affected",
            "risk",
            "began_at",
            "noticed_at",
            "measures",
            "authority_told_at",
            "people_told_at",
            "why_not_told",
            "closed_at",
        )
        widgets = {
            name: forms.Textarea(attrs={"rows": 3}) for name in ("description", "measures", "why_not_told")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.DateTimeField):
                field.widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        self.fields["title"].help_text = _("Kinds of data and numbers of people, never a name or a value.")
        if not self.instance.pk:
            self.initial.setdefault("noticed_at", timezone.localtime())

    def clean(self) -> dict[str, Any]:
        """Ask for the order of things, and for reasons."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        began, noticed, closed = (cleaned.get(f"{name}_at") for name in ("began", "noticed", "closed"))
        if began and noticed and began > noticed:
            self.add_error("began_at", _("It can't have been noticed before it began."))
        for name in ("noticed_at", "authority_told_at", "people_told_at", "closed_at"):
            if cleaned.get(name) and cleaned[name] > timezone.now():
                self.add_error(name, _("This lies in the future."))
        if closed and not cleaned.get("measures"):
            self.add_error("measures", _("Say what was done before you close it."))
        told = cleaned.get("authority_told_at")
        if closed and not told and cleaned.get("risk") != "none" and not cleaned.get("why_not_told"):
            self.add_error(
                "why_not_told", _("With a risk to people, the authority is told, or a reason given.")
            )
        return cleaned


class RequestForm(forms.Form):
    """What a person asks."""

    kind = forms.ChoiceField(label=_("Request"), choices=RequestKind.choices)
    received_on = forms.DateField(
        label=_("Received on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    how_known = forms.CharField(
        label=_("How we know that it is them"),
        max_length=200,
        help_text=_("As in: came in person, showed an identity card. Don’t write its number."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("received_on", timezone.localdate())


class AnswerForm(forms.Form):
    """What a person was answered."""

    words = forms.CharField(
        label=_("What was answered"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_refused = forms.BooleanField(label=_("The request was refused"), required=False)


class RuleForm(forms.Form):
    """For how long a class of data is kept."""

    days = forms.IntegerField(
        label=_("Days kept"),
        required=False,
        min_value=1,
        max_value=36_500,
        help_text=_("Empty: until somebody deletes it."),
    )
    basis = forms.CharField(label=_("Why so long and no longer"), required=False, max_length=300)


class EraseForm(forms.Form):
    """Why a person is erased; the code is typed so that it is not somebody else."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=LEAST_REASON,
        max_length=300,
        help_text=_("As in: asked for it on 3 May. Don’t write the name: the reason stays on record."),
    )
    code = forms.CharField(label=_("Type the customer’s code to confirm"), max_length=60)

    def __init__(self, *args: Any, code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._code = code

    def clean_code(self) -> str:
        """Compare it."""
        typed = str(self.cleaned_data["code"]).strip()
        if typed != self._code:
            raise ValidationError(_("This is not the code of this customer."))
        return typed
