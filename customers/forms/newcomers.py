"""A customer as somebody types it for the first time: the core facts, and how to reach them."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from customers.forms.profiles import CustomerForm
from customers.imports.cleaning.contacts import phone_number
from customers.imports.cleaning.identifiers import unified_social_credit_code
from customers.imports.problems import CellError
from customers.models import ContactKind, CustomerKind
from customers.selectors.duplicates import Asked

REACHED = ("mobile", "email")
CODE = "unified_social_credit_code"
MOST_DECIDED = 20
LONGEST_ID = 18


class NewCustomerForm(CustomerForm):
    """The core facts with a phone and a mail address, by which a customer known already is recognised."""

    mobile = forms.CharField(
        label=_("Mobile"), max_length=60, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    email = forms.EmailField(label=_("Email"), required=False)
    unified_social_credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=30,
        required=False,
        help_text=_("Of a company: by it one that is known already is recognised for sure."),
    )

    def sections(self) -> list[Any]:
        """Return the fields by section: how to reach them follows who they are."""
        first, *others = super().sections()
        title, fields = first
        who = (title, [*fields, self[CODE]])
        return [who, (_("How to reach them"), [self[name] for name in REACHED]), *others]

    def clean_mobile(self) -> str:
        """Write the number as it is looked up, in E.164."""
        written = self.cleaned_data["mobile"]
        if not written:
            return ""
        try:
            return phone_number(written, settings.COMPANY_COUNTRY)
        except CellError as error:
            raise ValidationError(str(error)) from error

    def clean_email(self) -> str:
        """Write the domain in small letters, as it is looked up."""
        name, at, domain = str(self.cleaned_data["email"]).rpartition("@")
        return f"{name}{at}{domain.lower()}"

    def clean_unified_social_credit_code(self) -> str:
        """Ask for a code whose check character fits, and of a company."""
        try:
            code = unified_social_credit_code(self.cleaned_data[CODE]) or ""
        except CellError as error:
            raise ValidationError(str(error)) from error
        if code and self.cleaned_data.get("kind") == CustomerKind.PERSON:
            raise ValidationError(_("Only a company has a credit code."))
        return code

    def changes(self) -> dict[str, Any]:
        """Return the values of the core facts that were given."""
        return {name: value for name, value in super().changes().items() if name not in (*REACHED, CODE)}

    def contacts(self) -> list[tuple[str, str]]:
        """Return kind and value of each way to reach them."""
        kinds = {"mobile": ContactKind.MOBILE, "email": ContactKind.EMAIL}
        return [(kinds[name], self.cleaned_data[name]) for name in REACHED if self.cleaned_data[name]]

    def asked(self) -> Asked:
        """Return for whom others are compared."""
        region = self.cleaned_data["region"]
        return Asked(
            name=self.cleaned_data["name"],
            kind=self.cleaned_data["kind"],
            region_id=region.pk if region else None,
            contacts=[value for _kind, value in self.contacts()],
            credit_code=self.cleaned_data[CODE],
        )


class DecisionForm(forms.Form):
    """What somebody decided about customers that may be the same: all are others, or one is it, or knows it."""

    NOBODY, MERGE, LINK = "another", "merge", "link"

    decision = forms.RegexField(r"^(another|(merge|link):\d{1,18})$")
    seen = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        written = self.data.getlist("seen")[:MOST_DECIDED] if isinstance(self.data, QueryDict) else []
        ids = [each for each in written if each.isascii() and each.isdigit() and len(each) <= LONGEST_ID]
        cast(forms.MultipleChoiceField, self.fields["seen"]).choices = [(each, each) for each in ids]

    @property
    def what(self) -> str:
        """Whether they are others, one is to be merged, or tied."""
        return str(self.cleaned_data["decision"]).partition(":")[0]

    @property
    def about(self) -> int:
        """The customer that the decision is about, 0 when it is about all."""
        return int(str(self.cleaned_data["decision"]).partition(":")[2] or 0)

    @property
    def others(self) -> list[int]:
        """The customers that were shown."""
        return [int(each) for each in self.cleaned_data.get("seen", [])]
