"""The career of a person: where they worked and work."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.forms.parts.base import PartForm
from customers.forms.parts.fields import CustomerField
from customers.models import CustomerKind, Employment, FamilyMember


class EmploymentForm(PartForm):
    """A past or present employment: a company among our customers, or its name."""

    sourced = True

    employer = CustomerField(
        label=_("Company, if a customer"), kind=CustomerKind.COMPANY, required=False, empty_value=None
    )

    class Meta:
        model = Employment
        fields = ("company", "employer", "position", "started_on", "ended_on")

    def clean(self) -> dict[str, Any]:
        """Ask where, and for a beginning before the end."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not (
            cleaned.get("company") or cleaned.get("employer") or self.instance.employer_id
        ):
            self.add_error("company", _("Write the company, or choose it among our customers."))
        start, end = cleaned.get("started_on"), cleaned.get("ended_on")
        if start and end and end < start:
            self.add_error("ended_on", _("It ends before it begins: look at both days again."))
        return cleaned


class SpouseForm(PartForm):
    """A customer's spouse, of whom little is kept."""

    sourced = True

    class Meta:
        model = FamilyMember
        fields = ("name", "birthday", "birthday_is_lunar", "education", "interests")

    def clean(self) -> dict[str, Any]:
        """Ask for something to remember."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.get(name) for name in self.Meta.fields):
            self.add_error("name", _("Write something that is worth remembering, at least a name."))
        return cleaned


class ChildForm(PartForm):
    """That there is a child; what is known of it is sealed, each value under its own consent."""

    class Meta:
        model = FamilyMember
        fields = ()
