"""What several pages of measures share: columns, lists whose rows are at hand, links to other pages."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analysis.exports.tables import Column, Form, column
from analysis.measures.windows import month_of
from analysis.selectors.results import RowsPage
from analysis.views.measures.declaring import Asked, Choice, Text
from crm.paging import PAGE_SIZE, CursorError
from customers.models import OrderStatus

CUSTOMER = column(_("Customer"), "customer", Form.CUSTOMER)
REASON = column(_("Why"), "reason", Form.REASON, hide=True)
SHORT = 15
LONGEST_PLACE = 9


def money(label: Text, path: str, **more: Any) -> Column:
    """A column of money in cents."""
    return column(label, path, Form.MONEY, **more)


def count(label: Text, path: str, **more: Any) -> Column:
    """A column of counts."""
    return column(label, path, Form.COUNT, **more)


def share(label: Text, path: str, **more: Any) -> Column:
    """A column of shares, given as ratios."""
    return column(label, path, Form.SHARE, **more)


def change(label: Text, path: str, **more: Any) -> Column:
    """A column of relative changes, given as ratios."""
    return column(label, path, Form.CHANGE, **more)


def of_orders(label: Text, path: str, **more: Any) -> Column:
    """A column of a customer's net revenue, which leads to the orders behind it."""
    return column(label, path, Form.MONEY, url=lambda row: orders_of(row.customer.customer_id), **more)


def orders_of(customer: int) -> str:
    """Where a customer's orders are."""
    return f"{reverse('customers:orders')}?{urlencode({'customer': customer})}"


def orders_in(asked: Asked, month: datetime.date, *, sales: bool = False) -> str:
    """Where the orders of a month are that its figures are made of, up to the run's day; without returns, ``sales``."""
    states = [OrderStatus.CONFIRMED, OrderStatus.DELIVERED, *([] if sales else [OrderStatus.RETURNED])]
    scope = asked.scope
    is_last = month <= asked.run.as_of < month_of(month, 1)
    wanted = {
        "month": f"{month:%Y-%m}",
        "until": asked.run.as_of.isoformat() if is_last else None,
        "region": scope.region,
        "owner": scope.owner,
        "team": scope.team,
    }
    found = {name: value for name, value in wanted.items() if value}
    return f"{reverse('customers:orders')}?{urlencode({**found, 'status': states}, doseq=True)}"


def carried(asked: Asked, address: str) -> str:
    """The address of another page of the analysis, for the same run and customers."""
    return f"{address}?{urlencode(asked.parameters)}" if asked.parameters else address


def record_of(customer: int) -> str:
    """Where a customer's record is."""
    return reverse("customers:record", args=[customer])


def whole(rows: Sequence[Any]) -> Callable[..., RowsPage[Any]]:
    """Return the reader of a list whose ``rows`` are at hand, a page of which is shown; a cursor is a place in it.

    The reader raises CursorError for a cursor of another list.
    """

    def page(*, after: str = "", before: str = "", size: int = PAGE_SIZE) -> RowsPage[Any]:
        start = _place(after, len(rows)) if after else max(_place(before, len(rows)) - size, 0)
        end = min(start + size, len(rows))
        earlier, later = str(start) if start else None, str(end) if end < len(rows) else None
        return RowsPage(list(rows[start:end]), earlier, later, len(rows), count_capped=False)

    return page


def _place(cursor: str, rows: int) -> int:
    """The place in a list of so many rows that a cursor stands for; the beginning without one."""
    if not cursor:
        return 0
    if (
        not (cursor.isascii() and cursor.isdigit())
        or len(cursor) > LONGEST_PLACE
        or int(cursor) >= max(rows, 1)
    ):
        raise CursorError(f"no place in a list of {rows} rows")
    return int(cursor)


def here(asked: Asked, name: str, *, below: str = "#rows", **choices: str | int | None) -> str:
    """The address of a measure's page for the same run and customers, with other choices."""
    parameters = {**asked.parameters, **choices}
    query = urlencode({key: value for key, value in parameters.items() if value not in (None, "")})
    return f"{reverse(f'analysis:{name}')}?{query}{below}"


def sorting(*options: tuple[str, Text]) -> Choice:
    """The choice of an order, the first one as it stands."""
    return Choice("sort", _("Sorted by"), options)
