"""Ties between people, and their roles in companies."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.forms.parts.base import ONCE, PartForm
from customers.forms.parts.fields import CustomerField
from customers.models import CustomerKind, KeyPerson, Relation


class RelationForm(PartForm):
    """A tie to another person: a customer, or a word for somebody who is none."""

    sourced = True

    other = CustomerField(
        label=_("The other, if a customer"), kind=CustomerKind.PERSON, required=False, empty_value=None
    )

    class Meta:
        model = Relation
        fields = ("kind", "other", "other_person", "is_closest", "note")
        error_messages = ONCE
        help_texts = {
            "other_person": _("A word such as “his brother” is enough: other people's data is theirs.")
        }

    def clean(self) -> dict[str, Any]:
        """Ask for somebody, and for somebody else."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not (cleaned.get("other") or cleaned.get("other_person")):
            self.add_error(
                "other_person", _("Say who it is: a customer, or a word for somebody who is none.")
            )
        if cleaned.get("other") == self.whose:
            self.add_error("other", _("Nobody is tied to themselves: choose another person."))
        return cleaned


class _RoleForm(PartForm):
    """What a person does in a company, and since when."""

    sourced = True

    def clean(self) -> dict[str, Any]:
        """Ask for a beginning before the end."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("It ends before it begins: look at both days again."))
        return cleaned


class KeyPersonForm(_RoleForm):
    """A person who matters in this company."""

    person = CustomerField(label=_("Person"), kind=CustomerKind.PERSON)

    class Meta:
        model = KeyPerson
        fields = ("person", "role", "since", "until", "note")
        error_messages = ONCE


class KeyRoleForm(_RoleForm):
    """A company in which this person matters."""

    customer = CustomerField(label=_("Company"), kind=CustomerKind.COMPANY)

    class Meta:
        model = KeyPerson
        fields = ("customer", "role", "since", "until", "note")
        error_messages = ONCE
