"""The filters of the lists of orders, products and payments."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import User
from customers.filters.base import (
    Choices,
    Filter,
    FilterError,
    Rows,
    Viewer,
    of_choices,
    of_records,
    of_states,
    read_id,
    read_month,
    since,
    until,
)
from customers.filters.profiles import owner_filter, region_filter, team_filter
from customers.models import Customer, OrderStatus, ProductCategory
from customers.selectors import profiles
from customers.selectors.financial_record import PAID_FOR_AN_ORDER, PAID_WITH_A_DUE_DAY, WAITING
from customers.selectors.months import month_of

MONTHS_OFFERED = 12


def numbered(path: str) -> Any:
    """Return the search by how a number begins."""

    def search(rows: Rows, written: str, viewer: Viewer) -> Rows:
        return rows.filter(**{f"{path}__startswith": written.strip()})

    return search


def search_products(rows: Rows, written: str, viewer: Viewer) -> Rows:
    """Keep the products whose SKU begins so, or whose name holds it."""
    return rows.filter(Q(sku__istartswith=written.strip()) | Q(name__icontains=written.strip()))


def customer_filter() -> Filter:
    """Filter by one customer, whom the viewer must be able to see."""

    def read(text: str, viewer: Viewer) -> Customer:
        customer = profiles.visible_customers(viewer.user).filter(pk=read_id(text)).first()
        if customer is None:
            raise FilterError(text)
        return customer

    return Filter(
        "customer", _("Customer"), read, lambda rows, values, viewer: rows.filter(customer=values[0])
    )


def month_filter(path: str) -> Filter:
    """Filter by a month of a column of days."""

    def narrow(rows: Rows, values: list[Any], viewer: Viewer) -> Rows:
        return rows.filter(**{f"{path}__gte": values[0], f"{path}__lt": month_of(values[0], 1)})

    return Filter(
        "month",
        _("Month"),
        lambda text, viewer: read_month(text),
        narrow,
        lambda viewer, chosen: last_months(timezone.localdate()),
        shown=lambda month: f"{month:%Y-%m}",
    )


def last_months(today: date) -> Choices:
    """Return the last months to choose from, the present one first."""
    months = [month_of(today, -back) for back in range(MONTHS_OFFERED + 1)]
    return [(f"{month:%Y-%m}", f"{month:%Y-%m}") for month in months]


def rep_filter(path: str, name: str, label: Any) -> Filter:
    """Filter by the colleague who sold, handled or is to do something; those whom the viewer works with."""

    def known(user: User) -> Any:
        return profiles.possible_owners(user)

    return of_records(name, label, known, lambda user: list(known(user)[: profiles.MOST_OWNERS]), path)


def _overdue(rows: Rows) -> Rows:
    return rows.filter(paid_on=None, due_on__lt=timezone.localdate())


ORDER_FILTERS = (
    customer_filter(),
    of_choices("status", _("Status"), OrderStatus.choices),
    month_filter("ordered_on"),
    since("ordered_on"),
    until("ordered_on"),
    region_filter(),
    rep_filter("salesperson", "salesperson", _("Salesperson")),
    owner_filter("customer__owner"),
    team_filter("customer__team"),
    of_states(
        "delivery",
        _("Delivery"),
        {
            "waiting": (_("Still to deliver"), lambda rows: rows.filter(WAITING)),
            "late": (_("Delivered late"), lambda rows: rows.filter(delivered_on__gt=F("promised_on"))),
            "due": (
                _("Promised and not delivered"),
                lambda rows: rows.filter(delivered_on=None, promised_on__lt=timezone.localdate()),
            ),
        },
    ),
)
PRODUCT_FILTERS = (
    of_records(
        "category",
        _("Category"),
        lambda user: ProductCategory.objects.all(),
        lambda user: list(ProductCategory.objects.all()),
    ),
    of_states(
        "sort_of",
        _("Sort"),
        {
            "merchandise": (_("Merchandise"), lambda rows: rows.filter(not_merchandise=False)),
            "other": (_("Not merchandise"), lambda rows: rows.filter(not_merchandise=True)),
        },
    ),
)
PAYMENT_FILTERS = (
    customer_filter(),
    of_states(
        "state",
        _("State"),
        {
            "overdue": (_("Past due"), _overdue),
            "open": (_("Not paid yet"), lambda rows: rows.filter(paid_on=None)),
            "paid": (_("Paid"), lambda rows: rows.exclude(paid_on=None)),
            "late": (_("Paid late"), lambda rows: rows.filter(paid_on__gt=F("due_on"))),
            "for_order": (_("Paid, for an order"), lambda rows: rows.filter(PAID_FOR_AN_ORDER)),
            "with_due_day": (_("Paid, with a due day"), lambda rows: rows.filter(PAID_WITH_A_DUE_DAY)),
        },
    ),
    month_filter("paid_on"),
    since("paid_on"),
    until("paid_on"),
)
