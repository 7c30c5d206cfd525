"""The pages of the core run and of the lists, which have views of their own: their place, and their files."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from analysis.exports.tables import Column, Form, column
from analysis.selectors import churn
from analysis.selectors.ranking import RankedCustomer, ranking
from analysis.views.measures.declaring import Asked, Listing, MeasurePage, Question
from analysis.views.measures.parts import count, money, record_of, share

_NAME = Column(__("Customer"), lambda row: row.name, url=lambda row: record_of(row.customer_id))
_WHO = (column(__("Code"), "code"), _NAME, column(__("Region"), "region"), column(__("Owner"), "owner"))


def _reasons(row: RankedCustomer) -> str:
    return " ".join(row.reasons)


def _ranking(asked: Asked) -> Listing:
    columns = (
        count("#", "rank"),
        *_WHO,
        column(__("Tier"), "tier", Form.TIER),
        money(__("Net revenue"), "net_revenue"),
        share(__("Share"), "share"),
        share(__("Cumulative before"), "cumulative_share_before"),
        money(__("Gross margin"), "gross_margin"),
        count(__("Orders"), "orders"),
        column(__("Why"), "reason"),
        column(__("Last order"), "last_order_on", Form.DAY),
    )
    return Listing(_("Ranked customers"), columns, partial(ranking, asked.run, asked.user, asked.rows))


def _flagged(asked: Asked) -> Listing:
    columns = (
        *_WHO,
        column(__("Tier"), "tier", Form.TIER),
        share(__("Probability"), "churn_probability"),
        Column(__("Why"), _reasons),
        money(__("Net revenue"), "net_revenue"),
        column(__("Last order"), "last_order_on", Form.DAY),
        column(__("Own rhythm"), "median_interval_days", Form.DECIMAL),
    )
    return Listing(_("Customers at risk"), columns, partial(churn.flagged, asked.run, asked.user, asked.rows))


PAGES = (
    MeasurePage(
        "contribution",
        Question.EARNS,
        __("Contribution"),
        __("what customers bring, how much hangs on how few, month by month"),
        listing=_ranking,
        route=("analysis:contribution",),
    ),
    MeasurePage(
        "tiers",
        Question.EARNS,
        __("ABC tiers"),
        __("who earns the company's money, and why each stands where it stands"),
        listing=_ranking,
        route=("analysis:tiers",),
    ),
    MeasurePage(
        "churn",
        Question.LEAVES,
        __("Churn"),
        __("who is about to leave, why we think so, and how right the method was"),
        listing=_flagged,
        route=("analysis:churn",),
    ),
)
