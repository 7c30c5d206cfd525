"""Who is behind a mark of a chart: the customers that it counts, as the run knew them, and words for its groups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from analysis.exports.tables import Column, Form, column
from analysis.selectors.ranking import some
from analysis.views.measures.declaring import Asked, Choice, Listing, Text
from analysis.views.measures.frame import GROUP
from analysis.views.measures.parts import count, money, orders_of, record_of, share

UNKNOWN = "none"
_KNOWN = "is-"


def customers_behind(
    asked: Asked, title: str, customers: QuerySet[Any, Any] | Sequence[int], all_url: str = ""
) -> Listing:
    """Return the table of some customers: those that the viewer may see of rows or of ids."""
    ids = customers.values("customer_id") if isinstance(customers, QuerySet) else customers
    read = partial(some, asked.run, asked.user, ids, asked.scope)
    return Listing(title, _columns(), read, all_url)


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("Customer"), lambda row: row.name, url=lambda row: record_of(row.customer_id)),
        column(_("Code"), "code", hide=True),
        column(_("Region"), "region", hide=True),
        column(_("Owner"), "owner"),
        column(_("Tier"), "tier", Form.TIER),
        money(_("Net revenue"), "net_revenue", url=lambda row: orders_of(row.customer_id)),
        share(_("Share"), "share", hide=True),
        money(_("Gross margin"), "gross_margin", hide=True),
        count(_("Orders"), "orders", hide=True),
        column(_("Last order"), "last_order_on", Form.DAY),
        column(_("Why"), "reason", Form.REASON, hide=True),
    )


def group_code(key: object) -> str:
    """What stands for a group in the address: its key, which may be empty, or that it is not known (None)."""
    return UNKNOWN if key is None else f"{_KNOWN}{key}"


def group_key(code: str) -> str | None:
    """The key of a group that :func:`group_code` wrote."""
    return None if code == UNKNOWN else code.removeprefix(_KNOWN)


def group_choice(groups: Iterable[tuple[object, str]], label: Text) -> Choice:
    """The choice of one group, by its key and what it is called; of all at first."""
    return Choice(GROUP, label, [("", _("All")), *((group_code(key), name) for key, name in groups)])


def of_tier(asked: Asked, tier: str) -> str:
    """Where the customers of a tier are: on the page of tiers, of the same run and customers."""
    return f"{reverse('analysis:tiers')}?{urlencode({**asked.parameters, 'tier': tier})}#customers"
