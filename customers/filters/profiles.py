"""The filters of the customer list: every one is a parameter of the address."""

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import (
    CharFilter,
    ChoiceFilter,
    FilterSet,
    ModelChoiceFilter,
    MultipleChoiceFilter,
)

from crm.extensions import CustomerInsights
from crm.models import Team, User
from customers.imports.cleaning.contacts import phone_number
from customers.imports.problems import CellError
from customers.models import BusinessModel, Channel, CustomerKind, Industry, Lifecycle, Region
from customers.models.profiles import CustomerQuerySet
from customers.selectors import profiles
from customers.services.search_keys import plain

LONGEST_SEARCH = 100
TIERS = (("A", "A"), ("B", "B"), ("C", "C"))
CHURN = (("flagged", _("At risk of leaving")), ("steady", _("Not at risk")))
NOBODY = "none"
_REACH = re.compile(r"[+(\d][\d\s()-]{5,}|\S+@\S+")


class CustomerFilters(FilterSet):  # type: ignore[misc]
    """Narrow the customers that somebody may see down to those they look for.

    ``insights`` is the published run; without one the filters on tier and churn are left out.
    """

    q = CharFilter(label=_("Search"), method="search", max_length=LONGEST_SEARCH)
    tier = MultipleChoiceFilter(label=_("Tier"), choices=TIERS, method="of_tiers")
    churn = ChoiceFilter(label=_("Churn"), choices=CHURN, method="of_churn")
    region = ModelChoiceFilter(label=_("Region"), queryset=Region.objects.all(), method="below")
    owner = ModelChoiceFilter(
        label=_("Owner"), queryset=User.objects.none(), null_label=_("Nobody"), null_value=NOBODY
    )
    team = ModelChoiceFilter(label=_("Team or branch"), queryset=Team.objects.none())
    lifecycle = MultipleChoiceFilter(label=_("Lifecycle"), choices=Lifecycle.choices, method="among")
    kind = ChoiceFilter(label=_("Kind"), choices=CustomerKind.choices)
    business_model = MultipleChoiceFilter(
        label=_("Business model"), choices=BusinessModel.choices, method="among"
    )
    industry = ModelChoiceFilter(label=_("Industry"), queryset=Industry.objects.all())
    source = ModelChoiceFilter(label=_("Customer source"), queryset=Channel.objects.all())

    def __init__(self, data: QueryDict, *, user: User, insights: CustomerInsights | None) -> None:
        super().__init__(data or QueryDict(), profiles.visible_customers(user))
        self.user = user
        self.insights = insights
        # An id that names nobody the viewer knows is left out like one that does not exist.
        self.filters["owner"].queryset = profiles.known_owners(user, self.queryset)
        self.filters["team"].queryset = profiles.known_teams(user, self.queryset)
        if insights is None:
            del self.filters["tier"], self.filters["churn"]

    def search(self, customers: CustomerQuerySet, name: str, value: str) -> CustomerQuerySet:
        """Find by name, code, pinyin or initials; a phone number or mail address by what it is."""
        written = value.strip()
        if _REACH.fullmatch(written):
            reached = profiles.reached_at(self.user, _reachable_forms(written))
            return customers.filter(reached | profiles.coded(written))
        return customers.filter(profiles.named_like(written, plain(written).replace(" ", "")))

    def of_tiers(self, customers: CustomerQuerySet, name: str, value: list[str]) -> CustomerQuerySet:
        """Keep the customers of some tiers of the published run."""
        if self.insights is None:
            return customers
        return customers.filter(pk__in=self.insights.customers_with(tiers=value))

    def of_churn(self, customers: CustomerQuerySet, name: str, value: str) -> CustomerQuerySet:
        """Keep the customers that the published run flags, or does not."""
        if self.insights is None:
            return customers
        return customers.filter(pk__in=self.insights.customers_with(flagged=value == "flagged"))

    def below(self, customers: CustomerQuerySet, name: str, value: Region) -> CustomerQuerySet:
        """Keep the customers in a region or anywhere below it."""
        return customers.filter(region__in=Region.objects.filter(path__startswith=value.path))

    def among(self, customers: CustomerQuerySet, name: str, value: list[Any]) -> CustomerQuerySet:
        """Keep the customers with one of some values."""
        return customers.filter(**{f"{name}__in": value})


def _reachable_forms(written: str) -> Iterable[str]:
    """Return how a typed phone number or mail address may be stored."""
    if "@" in written:
        name, _at, domain = written.rpartition("@")
        return {written, written.lower(), f"{name}@{domain.lower()}"}
    digits = re.sub(r"\D", "", written)
    forms = {written, digits, f"+{digits}"}
    with suppress(CellError):  # what can be no number of this country may still stand so in the records
        forms.add(phone_number(written, settings.COMPANY_COUNTRY))
    return forms
