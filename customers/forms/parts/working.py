"""Dates, gifts, opportunities and notes."""

from datetime import date
from typing import Any

from borax.calendars.lunardate import InvalidLunarDateError, LunarDate
from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from customers.forms.parts.base import PartForm
from customers.models import Calendar, CustomerKind, Gift, ImportantDate, Note, Opportunity
from customers.selectors.calendar import next_occurrence

FIRST_YEAR = 1900
# Without a year 29 February and the lunar 30th are days like any other.
LEAP_YEAR = 2024
WHOLE = 100


class ImportantDateForm(PartForm):
    """A day that returns each year, by its own calendar."""

    class Meta:
        model = ImportantDate
        fields = ("kind", "label", "calendar", "month", "day", "year", "is_leap_month")
        help_texts = {
            "year": _("Leave it out where it is not known."),
            "is_leap_month": _("For a lunar day in a month that stands twice in its year."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].widget.attrs |= {"min": 1, "max": 12}
        self.fields["day"].widget.attrs |= {"min": 1, "max": 31}

    def _dress(self, name: str, field: forms.Field) -> None:
        """Say where a child's day belongs, before somebody names it here."""
        super()._dress(name, field)
        if name == "label" and self.whose.kind == CustomerKind.PERSON:
            field.help_text = format_html(
                '{} <a href="{}">{}</a>',
                _("A child's day does not belong here: what is kept of a child is sealed."),
                reverse("customers:part_new", args=[self.whose.pk, "children"]),
                _("Add a child"),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a day that its calendar has not got."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"calendar", "month", "day"} <= cleaned.keys():
            return cleaned
        if cleaned["calendar"] == Calendar.GREGORIAN:
            cleaned["is_leap_month"] = False
        year = cleaned.get("year")
        if year is not None and not FIRST_YEAR <= year <= timezone.localdate().year:
            self.add_error("year", _("Write a year from 1900 to this one, or none."))
        elif not _exists(cleaned):
            self.add_error("day", _("There is no such day in this calendar: look at month and day again."))
        return cleaned


def _exists(day: dict[str, Any]) -> bool:
    """Whether a calendar has a day: in its year, or without one in any."""
    try:
        if day["calendar"] == Calendar.GREGORIAN:
            date(day.get("year") or LEAP_YEAR, day["month"], day["day"])
        elif day.get("year"):
            LunarDate(day["year"], day["month"], day["day"], int(bool(day.get("is_leap_month"))))
        else:
            next_occurrence(
                day["month"], day["day"], calendar=Calendar.LUNAR, on_or_after=date(LEAP_YEAR, 1, 1)
            )
    except (ValueError, InvalidLunarDateError):
        return False
    return True


class GiftForm(PartForm):
    """A gift that we gave."""

    today = ("given_on",)
    signed = "given_by"

    class Meta:
        model = Gift
        fields = ("description", "occasion", "given_on", "value", "given_by")


class OpportunityForm(PartForm):
    """A sale that may come."""

    signed = "owner"

    class Meta:
        model = Opportunity
        fields = ("title", "stage", "amount", "probability", "close_on", "owner")

    def clean_probability(self) -> int | None:
        """Refuse what is no percentage."""
        chance: int | None = self.cleaned_data["probability"]
        if chance is not None and chance > WHOLE:
            self.add_error("probability", _("Write a percentage from 0 to 100."))
        return chance


class NoteForm(PartForm):
    """Something worth remembering that has no field."""

    class Meta:
        model = Note
        fields = ("body",)
        widgets = {"body": forms.Textarea(attrs={"rows": 3})}
