"""The columns of the lists of complaints and interactions."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.templatetags.format import day, moment, money
from crm.templatetags.rows import Cell, figure, tag, text
from crm.templatetags.rows import name as name_cell
from customers.exports.columns.base import Column, Row, Value
from customers.exports.columns.customers import PLACE, choice, colleague, region
from customers.exports.columns.finance import CUSTOMER_CODE
from customers.imports.cleaning import choices as known
from customers.imports.rows import OWN_REFERENCE
from customers.models import ComplaintType, ContactChannel, Direction, ResponseType

WORDS_SHOWN = 80


def named_by_customer(under: str = "customer__code", sort: str = "") -> Column:
    """Return the column that names a row by its customer."""
    return Column(
        "customer",
        _("Customer"),
        lambda row: row["customer__name"],
        ("customer_id", "customer__name", under),
        cell=lambda row: name_cell(
            reverse("customers:record", args=[row["customer_id"]]), row["customer__name"], row[under]
        ),
        header="customer_name",
        is_name=True,
        sort=sort,
    )


def words(key: str, label: object, *, shown: bool = True) -> Column:
    """Return the column of a longer text, of which a page shows the beginning."""
    return Column(
        key,
        label,  # type: ignore[arg-type]
        lambda row: row[key],
        (key,),
        cell=lambda row: text(Truncator(row[key]).chars(WORDS_SHOWN)),
        is_shown=shown,
    )


def local(key: str) -> Callable[[Row], Value]:
    """Return what reads a time as the company's clocks show it, to the second."""

    def value(row: Row) -> Value:
        return timezone.localtime(row[key]).replace(tzinfo=None, microsecond=0) if row[key] else None

    return value


def own_reference(letter: str) -> Column:
    """Return the column of a reference; a record without one is named by its own number, so that it is known again."""
    return Column(
        "reference",
        _("Reference"),
        lambda row: row["reference"] or f"{OWN_REFERENCE}{letter}-{row['pk']}",
        ("reference",),
        is_shown=False,
        in_files_only=True,
    )


def product() -> tuple[Column, Column]:
    """Return the columns of the product that something happened with: its name, and in files its SKU."""
    return (
        Column(
            "product",
            _("Product"),
            lambda row: row["product__name"] or "",
            ("product__name",),
            header="product_name",
            is_shown=False,
        ),
        Column(
            "sku",
            _("SKU"),
            lambda row: row["product__sku"] or "",
            ("product__sku",),
            is_shown=False,
            in_files_only=True,
        ),
    )


def a_moment(key: str, label: object, *, shown: bool = True, sort: str = "", header: str = "") -> Column:
    """Return the column of a time: a day on the page, the time too in a file."""

    return Column(
        key,
        label,  # type: ignore[arg-type]
        local(key),
        (key,),
        cell=lambda row: text(moment(row[key])),
        is_shown=shown,
        is_short=True,
        sort=sort,
        header=header,
    )


def _resolved(row: Row) -> Cell:
    if row["resolved_at"] is None:
        return tag("warn", str(pgettext_lazy("complaint", "Open")))
    return text(day(row["resolved_at"]))


def _satisfied(row: Row) -> Value:
    if row["is_satisfied"] is None:
        return ""
    return str(_("Yes") if row["is_satisfied"] else _("No"))


COMPLAINT_COLUMNS = (
    named_by_customer(),
    choice("complaint_type", _("Type"), ComplaintType.choices, words=known.COMPLAINT_TYPE, shown=True),
    a_moment("reported_at", _("Reported"), sort="newest", header="reported_on"),
    Column(
        "resolved_at",
        _("Resolved"),
        local("resolved_at"),
        ("resolved_at",),
        cell=_resolved,
        header="resolved_on",
        sort="waiting",
    ),
    Column(
        "occurred_at",
        _("Occurred"),
        local("occurred_at"),
        ("occurred_at",),
        header="occurred_on",
        in_files_only=True,
    ),
    words("cause", _("Cause")),
    words("resolution", _("Resolution"), shown=False),
    Column("is_satisfied", _("Satisfied"), _satisfied, ("is_satisfied",), header="satisfied", is_shown=False),
    colleague("rep", _("Rep")),
    region(shown=False),
    *PLACE,
    *product(),
    own_reference("C"),
    CUSTOMER_CODE,
)
INTERACTION_COLUMNS = (
    named_by_customer(),
    a_moment("occurred_at", _("When"), sort="newest", header="occurred_on"),
    choice("response_type", _("Response type"), ResponseType.choices, words=known.RESPONSE_TYPE, shown=True),
    choice("channel", _("Channel"), ContactChannel.choices, words=known.CHANNEL, shown=True),
    choice("direction", _("Direction"), Direction.choices, words=known.DIRECTION),
    words("body", _("What was said")),
    colleague("rep", _("Rep")),
    Column(
        "value",
        _("Value"),
        lambda row: row["value"],
        ("value",),
        cell=lambda row: figure(money(None if row["value"] is None else int(row["value"] * 100))),
        is_figure=True,
        is_shown=False,
    ),
    *product(),
    own_reference("I"),
    CUSTOMER_CODE,
)
