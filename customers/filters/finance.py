"""The filters of the order list: every one is a parameter of the address."""

import re
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import CharField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, DateFilter, Filter, FilterSet, ModelChoiceFilter, MultipleChoiceFilter

from crm.models import User
from customers.models import Customer, Order, OrderStatus
from customers.selectors import finance, profiles

LONGEST_NUMBER = 60
_MONTH = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])")


class MonthField(CharField):
    """A month written 2026-11."""

    def clean(self, value: Any) -> str:
        """Read the month; raises ValidationError that says how one is written."""
        written: str = super().clean(value)
        if written and not _MONTH.fullmatch(written):
            raise ValidationError(_("Write a month as 2026-11."))
        return written


class MonthFilter(Filter):  # type: ignore[misc]
    """Filter by a month."""

    field_class = MonthField


class OrderFilters(FilterSet):  # type: ignore[misc]
    """Narrow the orders that somebody may see; the days of ``since`` and ``until`` are both included."""

    q = CharFilter(label=_("Order number"), field_name="number", method="numbered", max_length=LONGEST_NUMBER)
    customer = ModelChoiceFilter(label=_("Customer"), queryset=Customer.objects.none())
    status = MultipleChoiceFilter(label=_("Status"), choices=OrderStatus.choices, method="among")
    month = MonthFilter(label=_("Month"), method="in_month")
    since = DateFilter(label=_("From"), field_name="ordered_on", lookup_expr="gte")
    until = DateFilter(label=_("Until"), field_name="ordered_on", lookup_expr="lte")

    def __init__(self, data: QueryDict, *, user: User) -> None:
        super().__init__(data or QueryDict(), finance.visible_orders(user))
        self.filters["customer"].queryset = profiles.visible_customers(user)

    def numbered(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """Find orders by how their number begins."""
        return orders.filter(number__startswith=value.strip())

    def among(self, orders: QuerySet[Order], name: str, value: list[str]) -> QuerySet[Order]:
        """Keep the orders of some states."""
        return orders.filter(status__in=value)

    def in_month(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """Keep the orders of one month."""
        first = date.fromisoformat(f"{value}-01")
        return orders.filter(ordered_on__gte=first, ordered_on__lt=_next_month(first))


def _next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)
