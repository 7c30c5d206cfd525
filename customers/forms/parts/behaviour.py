"""What customers do and say: interactions, complaints, opinions, surveys, interviews."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.forms.parts.base import ONCE, PartForm
from customers.forms.parts.fields import ProductField, SurveyField
from customers.forms.profiles import RegionField
from customers.models import Complaint, Interaction, Interview, Opinion, SurveyAnswer

_IN_FUTURE = _("This lies in the future: write when it happened.")


def _is_future(moment: datetime | None) -> bool:
    return moment is not None and moment > timezone.now()


class InteractionForm(PartForm):
    """One contact between a customer and us."""

    today = ("occurred_at",)
    signed = "rep"

    product = ProductField(label=_("Product"), required=False)

    class Meta:
        model = Interaction
        fields = ("response_type", "channel", "body", "direction", "occurred_at", "value", "product", "rep")
        widgets = {"body": forms.Textarea(attrs={"rows": 3})}

    def clean_occurred_at(self) -> datetime:
        """Refuse what has not happened yet: that is a task."""
        when: datetime = self.cleaned_data["occurred_at"]
        if _is_future(when):
            self.add_error("occurred_at", _IN_FUTURE)
        return when


class ComplaintForm(PartForm):
    """What was complained of; it stays open until it is resolved."""

    today = ("reported_at",)
    signed = "rep"

    product = ProductField(label=_("Product"), required=False)
    region = RegionField(label=_("Region"), required=False, max_length=200)

    class Meta:
        model = Complaint
        fields = ("complaint_type", "product", "cause", "reported_at", "occurred_at", "region", "rep")
        labels = {"cause": _("What happened, and why")}
        widgets = {"cause": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_new:
            self.initial["region"] = self.whose.region_id

    def clean(self) -> dict[str, Any]:
        """Ask for times in their order."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("occurred_at", "reported_at"):
            if _is_future(cleaned.get(name)):
                self.add_error(name, _IN_FUTURE)
        happened, reported = cleaned.get("occurred_at"), cleaned.get("reported_at")
        if happened and reported and happened > reported:
            self.add_error("occurred_at", _("It was reported before it happened: look at both times again."))
        resolved = self.instance.resolved_at
        if reported and resolved and reported > resolved:
            self.add_error("reported_at", _("It was resolved before that: look at the time again."))
        return cleaned


class ResolutionForm(PartForm):
    """How a complaint was resolved, and whether the customer is content; without a time it is open again."""

    today = ("resolved_at",)

    class Meta:
        model = Complaint
        fields = ("resolution", "is_satisfied", "resolved_at", "cause")
        widgets = {
            "resolution": forms.Textarea(attrs={"rows": 3}),
            "cause": forms.Textarea(attrs={"rows": 2}),
            "is_satisfied": forms.Select(
                choices=[("", _("Not asked yet")), ("True", _("Satisfied")), ("False", _("Not satisfied"))]
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.resolved_at is None:
            self.initial["resolved_at"] = timezone.localtime()

    def clean_resolved_at(self) -> datetime | None:
        """Refuse what lies before the report or after now."""
        when: datetime | None = self.cleaned_data["resolved_at"]
        if _is_future(when):
            self.add_error("resolved_at", _IN_FUTURE)
        elif when and when < self.instance.reported_at.replace(second=0, microsecond=0):
            self.add_error("resolved_at", _("It was reported after that: look at the time again."))
        # Both may lie within one minute, and the field knows no seconds.
        return max(when, self.instance.reported_at) if when else None


class OpinionForm(PartForm):
    """What they think of a product."""

    today = ("stated_on",)
    signed = "rep"

    product = ProductField(label=_("Product"), required=False)

    class Meta:
        model = Opinion
        fields = (
            "product",
            "stance",
            "new_product_attitude",
            "statement",
            "stated_on",
            "handled_on",
            "rep",
        )
        widgets = {"statement": forms.Textarea(attrs={"rows": 2})}

    def clean(self) -> dict[str, Any]:
        """Ask for days in their order."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        stated, handled = cleaned.get("stated_on"), cleaned.get("handled_on")
        if stated and handled and handled < stated:
            self.add_error("handled_on", _("It was handled before it was stated: look at both days again."))
        return cleaned


class SurveyAnswerForm(PartForm):
    """What they answered to one question of a survey."""

    today = ("answered_on",)

    survey = SurveyField(label=_("Survey"), max_length=200, help_text=_("A new title makes a new survey."))

    class Meta:
        model = SurveyAnswer
        fields = ("survey", "question", "answer", "answered_on")
        widgets = {"answer": forms.Textarea(attrs={"rows": 2})}
        error_messages = ONCE


class InterviewForm(PartForm):
    """Notes of an interview."""

    today = ("held_on",)
    signed = "interviewer"

    class Meta:
        model = Interview
        fields = ("held_on", "notes", "interviewer")
        widgets = {"notes": forms.Textarea(attrs={"rows": 4})}
