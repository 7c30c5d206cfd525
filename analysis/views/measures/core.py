"""The pages of the core run and of the lists, which have views of their own: their place, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.exports.tables import Column, Form, column
from analysis.selectors import churn
from analysis.selectors.ranking import RankedCustomer, ranking
from analysis.views.measures.declaring import Asked, Choice, Listing, MeasurePage, Question
from analysis.views.measures.parts import count, money, record_of, share, sorting

_NAME = Column(_("Customer"), lambda row: row.name, url=lambda row: record_of(row.customer_id))
_WHO = (column(_("Code"), "code"), _NAME, column(_("Region"), "region"), column(_("Owner"), "owner"))


def _reasons(row: RankedCustomer) -> str:
    return " ".join(row.reasons)


def _ranking(asked: Asked) -> Listing:
    columns = (
        count("#", "rank"),
        *_WHO,
        column(_("Tier"), "tier", Form.TIER),
        money(_("Net revenue"), "net_revenue"),
        share(_("Share"), "share"),
        share(_("Cumulative before"), "cumulative_share_before"),
        money(_("Gross margin"), "gross_margin"),
        count(_("Orders"), "orders"),
        column(_("Why"), "reason"),
        column(_("Last order"), "last_order_on", Form.DAY),
    )
    read = partial(ranking, asked.run, asked.user, asked.rows, order=asked.chosen.get("sort", "value"))
    return Listing(gettext("Ranked customers"), columns, read)


def _flagged(asked: Asked) -> Listing:
    columns = (
        *_WHO,
        column(_("Tier"), "tier", Form.TIER),
        share(_("Probability"), "churn_probability"),
        Column(_("Why"), _reasons),
        money(_("Net revenue"), "net_revenue"),
        column(_("Last order"), "last_order_on", Form.DAY),
        column(_("Own rhythm"), "median_interval_days", Form.DECIMAL),
    )
    read = partial(churn.flagged, asked.run, asked.user, asked.rows, order=asked.chosen.get("sort", "value"))
    return Listing(gettext("Customers at risk"), columns, read)


def _ranking_orders(_asked: Asked) -> Sequence[Choice]:
    """The orders of the contribution page's table: its file has the same."""
    options = (
        ("value", _("Net revenue")),
        ("gross_margin", _("Gross margin")),
        ("net_revenue_before", _("Net revenue before")),
        ("orders", _("Orders")),
    )
    return (sorting(*options),)


def _risk_orders(_asked: Asked) -> Sequence[Choice]:
    """The orders of the churn page's table: its file has the same."""
    options = (
        ("value", _("Net revenue")),
        ("probability", _("Probability")),
        ("overdue", _("Since last order")),
    )
    return (sorting(*options),)


PAGES = (
    MeasurePage(
        "contribution",
        Question.EARNS,
        _("Contribution"),
        _("what customers bring, how much hangs on how few, month by month"),
        listing=_ranking,
        choices=_ranking_orders,
        route=("analysis:contribution",),
    ),
    MeasurePage(
        "tiers",
        Question.EARNS,
        _("ABC tiers"),
        _("who earns the company's money, and why each stands where it stands"),
        listing=_ranking,
        route=("analysis:tiers",),
    ),
    MeasurePage(
        "churn",
        Question.LEAVES,
        _("Churn"),
        _("who is about to leave, why we think so, and how right the method was"),
        listing=_flagged,
        choices=_risk_orders,
        related=((_("Work through the list"), "analysis:work", ()),),
        route=("analysis:churn",),
    ),
)
