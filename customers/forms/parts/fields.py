"""Fields in which one names a customer, a product, a competitor: typed in words, suggested while one types."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Competitor, Customer, CustomerKind, Product, Survey

NAME_LENGTH = 300
_CODED = re.compile(r"\(([^()]+)\)$")


class NamedField(forms.CharField):
    """A record that is named in words: by its name and its code in parentheses, by either alone.

    ``among`` are the records that may be meant; ``choices_of`` says what the page suggests while one types.
    """

    code = ""
    choices_of = ""
    among: QuerySet[Any, Any]
    unknown: str | Promise = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": NAME_LENGTH, **kwargs})

    def written(self, found: Any) -> str:
        """Write a record so that it can be mistaken for no other."""
        return f"{found.name} ({getattr(found, self.code)})"

    def prepare_value(self, value: Any) -> Any:
        """Show a stored record by its name; one that may not be seen is not shown."""
        if not isinstance(value, int):
            return value
        found = self.among.filter(pk=value).first()
        return self.written(found) if found else ""

    def clean(self, value: Any) -> Model | None:
        """Find the record; raises ValidationError when none or several are meant."""
        typed = super().clean(value)
        if not typed:
            return None
        coded = _CODED.search(typed)
        by_code = {self.code: coded[1].strip() if coded else typed}
        found = list(self.among.filter(**by_code)[:1]) or list(self.among.filter(name=typed)[:2])
        if len(found) != 1:
            raise ValidationError(str(self.unknown))
        return found[0]  # type: ignore[no-any-return]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether something else is written than was shown."""
        return (data or "").strip() != (self.prepare_value(initial) or "")


class CustomerField(NamedField):
    """A customer among those that the person may see."""

    code = "code"
    unknown = _("No single customer is called so. Choose one that is suggested, or write the customer code.")

    def __init__(self, *, kind: CustomerKind | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind
        self.among = Customer.objects.none()
        self.choices_of = kind.value if kind else "customer"


class ProductField(NamedField):
    """A product, by name or SKU."""

    code = "sku"
    choices_of = "product"
    unknown = _("No single product is called so. Choose one that is suggested, or write the SKU.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.among = Product.objects.all()


class NewOrKnownField(forms.CharField):
    """A record by its name; one that nobody knew yet is returned unsaved, and written with what names it."""

    model: type[Model]
    name = "name"
    choices_of = ""

    def prepare_value(self, value: Any) -> Any:
        """Show a stored record by its name."""
        if not isinstance(value, int):
            return value
        return str(self.model._default_manager.filter(pk=value).first() or "")

    def clean(self, value: Any) -> Model | None:
        """Return the record of this name, a new one when there is none."""
        typed = super().clean(value)
        if not typed:
            return None
        known = self.model._default_manager.filter(**{f"{self.name}__iexact": typed}).first()
        return known or self.fresh(typed)

    def fresh(self, typed: str) -> Model:
        """Return a new record of this name, not yet saved."""
        return self.model(**{self.name: typed})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether something else is written than was shown."""
        return (data or "").strip() != (self.prepare_value(initial) or "")


class CompetitorField(NewOrKnownField):
    """A competitor; a new name makes a new one."""

    model = Competitor
    choices_of = "competitor"


class SurveyField(NewOrKnownField):
    """A survey; a new title makes a new one."""

    model = Survey
    name = "title"
    choices_of = "survey"

    def fresh(self, typed: str) -> Survey:
        """Return a new survey, asked today."""
        return Survey(title=typed, asked_on=timezone.localdate())
