"""The lists. A page, its column menu and its export read here what each of them is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Model, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.paging import Key, day, integer, moment, text
from customers.exports.columns.base import Column, Row, Text
from customers.exports.columns.behaviour import COMPLAINT_COLUMNS, INTERACTION_COLUMNS
from customers.exports.columns.customers import CUSTOMER_COLUMNS, PERSON_COLUMNS
from customers.exports.columns.finance import ORDER_COLUMNS, PAYMENT_COLUMNS, PRODUCT_COLUMNS
from customers.exports.columns.order_lines import ORDER_LINE_COLUMNS
from customers.exports.columns.profiles import FOR_IMPORTS
from customers.exports.columns.working import TASK_COLUMNS
from customers.exports.list_spec import Empty, Parts, Reader
from customers.exports.list_spec import ListSpec as ListSpec
from customers.exports.list_spec import Sort as Sort
from customers.filters.base import Viewer
from customers.filters.behaviour import COMPLAINT_FILTERS, INTERACTION_FILTERS, search_by_customer
from customers.filters.finance import (
    ORDER_FILTERS,
    PAYMENT_FILTERS,
    PRODUCT_FILTERS,
    numbered,
    search_products,
)
from customers.filters.profiles import CUSTOMER_FILTERS, PERSON_FILTERS, search_customers
from customers.filters.working import TASK_FILTERS
from customers.models import (
    Complaint,
    Customer,
    CustomerKind,
    Interaction,
    Order,
    OrderLine,
    Payment,
    Product,
    Task,
)
from customers.models.listing import day_or_last, open_first
from customers.selectors import custom_fields, lists, profiles

_ID = Key("pk", integer)
_NEWEST_ID = Key("pk", integer, descending=True)


def _places(model: type[Model], region: str = "region") -> Reader:
    """Return the reader of where rows lie."""
    return lambda viewer, rows: lists.region_lines(model, [row["pk"] for row in rows], region)


def _by_ids(read: Callable[[Sequence[int]], Mapping[int, Any]]) -> Reader:
    return lambda viewer, rows: read([row["pk"] for row in rows])


def _standings(viewer: Viewer, rows: Sequence[Row]) -> Mapping[int, Any]:
    return viewer.insights.standings([row["pk"] for row in rows]) if viewer.insights else {}


def _overdue(done: str) -> Reader:
    """Return the reader of what is due and not done."""

    def read(viewer: Viewer, rows: Sequence[Row]) -> Mapping[int, bool]:
        today = timezone.localdate()
        return {
            row["pk"]: bool(row[done] is None and row["due_on"] and row["due_on"] < today) for row in rows
        }

    return read


def _employers(viewer: Viewer, rows: Sequence[Row]) -> Mapping[int, str]:
    return lists.employers(viewer.user, [row["pk"] for row in rows])


def _newest(column: str, read: Any) -> Sort:
    return Sort(_("Newest"), (Key(column, read, descending=True), _NEWEST_ID))


def _by_day(label: Text, column: str) -> Sort:
    """Return the order of a day that may be none yet: those stand last."""
    sorted_by = f"{column}_or_last"
    return Sort(
        label,
        (Key(sorted_by, day), _ID),
        lambda rows: rows.annotate(**{sorted_by: day_or_last(column)}),
    )


_CUSTOMER_SORTS = {
    "newest": _newest("created_at", moment),
    "name": Sort(_("Name"), (Key("pinyin", text), _ID)),
    "last_order": Sort(
        _("Last order"),
        (Key("activity__last_order_on", day, descending=True), _NEWEST_ID),
        # Every customer has a row there: the join need not look for those without.
        lambda rows: rows.filter(activity__isnull=False),
    ),
    "code": Sort(_("Customer code"), (Key("code", text), _ID)),
}
_CUSTOMER_READERS = {
    "standing": _standings,
    "contacts": _by_ids(lists.contacts),
    "tags": _by_ids(lists.tags),
    "region_line": _places(Customer),
    "employer": _employers,
    "addresses": _by_ids(lists.addresses),
    "notes": _by_ids(lists.notes),
    "custom": _by_ids(custom_fields.values_of),
}


def _with_files(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns of a list of people, whose files hold whatever those of customers do."""
    shown = {column.header or column.key for column in columns if not column.on_pages_only}
    more = (
        replace(column, in_files_only=True)
        for column in (*CUSTOMER_COLUMNS, *FOR_IMPORTS)
        if (column.header or column.key) not in shown and not column.on_pages_only
    )
    return (*columns, *more)


CUSTOMERS = ListSpec(
    key="customers",
    route="customers:list",
    title=_("Customers"),
    model=Customer,
    visible=profiles.visible_customers,
    columns=(*CUSTOMER_COLUMNS, *FOR_IMPORTS),
    filters=CUSTOMER_FILTERS,
    sorts=_CUSTOMER_SORTS,
    search=search_customers,
    placeholder=_("Name, pinyin, code, phone"),
    counted=lambda count: ngettext("%(count)s customer", "%(count)s customers", count),
    empty=Empty(
        "people",
        _("No customers yet"),
        _("Customers appear here once somebody gives or shares them with you."),
    ),
    readers=_CUSTOMER_READERS,
    custom="",
    actions=("assign", "tag", "campaign", "task"),
)
PEOPLE = replace(
    CUSTOMERS,
    key="people",
    route="customers:people",
    title=_("People"),
    visible=lambda user: profiles.visible_customers(user).filter(kind=CustomerKind.PERSON),
    columns=_with_files(PERSON_COLUMNS),
    filters=PERSON_FILTERS,
    counted=lambda count: ngettext("%(count)s person", "%(count)s people", count),
    empty=Empty(
        "person",
        _("No people yet"),
        _(
            "A customer who is a person appears here, and so does everybody whom you note as a contact of a company."
        ),
    ),
    vcard=True,
    custom=CustomerKind.PERSON,
)
ORDERS = ListSpec(
    key="orders",
    route="customers:orders",
    title=_("Orders"),
    model=Order,
    visible=lambda user: Order.objects.visible_to(user),
    columns=ORDER_COLUMNS,
    filters=ORDER_FILTERS,
    sorts={
        "newest": _newest("ordered_on", day),
        "number": Sort(_("Order number"), (Key("number", text), _ID)),
    },
    search=numbered("number"),
    placeholder=_("Order number"),
    counted=lambda count: ngettext("%(count)s order", "%(count)s orders", count),
    empty=Empty("receipt", _("No orders yet"), _("Orders come in with an import; they appear here at once.")),
    readers={"totals": _by_ids(lists.order_totals)},
    parts=Parts(
        model=OrderLine,
        visible=lambda user: OrderLine.objects.visible_to(user),
        of="order",
        order="line_no",
        columns=ORDER_LINE_COLUMNS,
        readers={"region_line": _places(OrderLine, "order__region")},
    ),
)
PRODUCTS = ListSpec(
    key="products",
    route="customers:products",
    title=_("Products"),
    model=Product,
    visible=lambda user: Product.objects.all(),
    columns=PRODUCT_COLUMNS,
    filters=PRODUCT_FILTERS,
    sorts={
        "sku": Sort(_("SKU"), (Key("sku", text), _ID)),
        "name": Sort(_("Name"), (Key("name", text), _ID)),
        # Of products there are few enough to be sorted as they are read.
        "category": Sort(
            _("Category"),
            (Key("category_or_none", text), _ID),
            lambda rows: rows.annotate(category_or_none=Coalesce("category__name", Value(""))),
        ),
    },
    search=search_products,
    placeholder=_("SKU or name"),
    counted=lambda count: ngettext("%(count)s product", "%(count)s products", count),
    empty=Empty(
        "box-seam",
        _("No products yet"),
        _("Products come in with an import, with the orders or before them."),
    ),
)
PAYMENTS = ListSpec(
    key="payments",
    route="customers:payments",
    title=_("Payments"),
    model=Payment,
    visible=lambda user: Payment.objects.visible_to(user),
    columns=PAYMENT_COLUMNS,
    filters=PAYMENT_FILTERS,
    sorts={
        "newest": Sort(_("Newest"), (_NEWEST_ID,)),
        "due": _by_day(_("Due on"), "due_on"),
        "paid": _by_day(_("Paid on"), "paid_on"),
        "amount": Sort(_("Amount"), (Key("amount_cents", integer, descending=True), _NEWEST_ID)),
    },
    search=numbered("reference"),
    placeholder=_("Reference of a payment"),
    counted=lambda count: ngettext("%(count)s payment", "%(count)s payments", count),
    empty=Empty(
        "credit-card",
        _("No payments yet"),
        _("Payments come in with an import. What is due and not paid is marked here."),
    ),
    readers={"is_overdue": _overdue("paid_on")},
)
COMPLAINTS = ListSpec(
    key="complaints",
    route="customers:complaints",
    title=_("Complaints"),
    model=Complaint,
    visible=lambda user: Complaint.objects.visible_to(user),
    columns=COMPLAINT_COLUMNS,
    filters=COMPLAINT_FILTERS,
    sorts={
        "newest": _newest("reported_at", moment),
        "waiting": Sort(
            _("Longest waiting"),
            (Key("is_resolved", integer), Key("reported_at", moment), _ID),
            lambda rows: rows.annotate(is_resolved=open_first("resolved_at")),
        ),
    },
    search=search_by_customer,
    placeholder=_("Customer"),
    counted=lambda count: ngettext("%(count)s complaint", "%(count)s complaints", count),
    empty=Empty(
        "chat-square-text",
        _("No complaints yet"),
        _("Note a complaint on the customer's record; until it is resolved it waits here for an answer."),
    ),
    readers={"region_line": _places(Complaint)},
)
INTERACTIONS = ListSpec(
    key="interactions",
    route="customers:interactions",
    title=_("Interactions"),
    model=Interaction,
    visible=lambda user: Interaction.objects.visible_to(user),
    columns=INTERACTION_COLUMNS,
    filters=INTERACTION_FILTERS,
    sorts={"newest": _newest("occurred_at", moment)},
    search=search_by_customer,
    placeholder=_("Customer"),
    counted=lambda count: ngettext("%(count)s interaction", "%(count)s interactions", count),
    empty=Empty(
        "journal-text",
        _("No interactions yet"),
        _("Calls, visits and messages that somebody logs appear here, the newest first."),
    ),
)
TASKS = ListSpec(
    key="tasks",
    route="customers:tasks",
    title=_("Tasks"),
    model=Task,
    visible=lambda user: Task.objects.visible_to(user),
    columns=TASK_COLUMNS,
    filters=TASK_FILTERS,
    sorts={
        "due": Sort(_("Due on"), (Key("due_on", day), _ID)),
        "newest": Sort(_("Newest"), (_NEWEST_ID,)),
        "customer": Sort(_("Customer"), (Key("customer__pinyin", text), _ID)),
    },
    search=search_by_customer,
    placeholder=_("Customer"),
    counted=lambda count: ngettext("%(count)s task", "%(count)s tasks", count),
    empty=Empty(
        "list-check",
        _("No tasks yet"),
        _(
            "Ask for one on a customer's record, or for many at once: tick customers in their list, then Create tasks."
        ),
    ),
    readers={"is_overdue": _overdue("done_at")},
    actions=("done", "snooze", "reassign"),
)

LISTS: dict[str, ListSpec] = {
    each.key: each
    for each in (CUSTOMERS, PEOPLE, ORDERS, PRODUCTS, PAYMENTS, COMPLAINTS, INTERACTIONS, TASKS)
}
