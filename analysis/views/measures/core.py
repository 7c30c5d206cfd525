"""The pages of the core run and of the lists, which have views of their own: their place, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from operator import itemgetter

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.churn import band_label, bands_chart
from analysis.charts.contribution import monthly_chart, monthly_title
from analysis.charts.tiers import pareto_chart, pareto_title
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.selectors import churn, contribution
from analysis.selectors.ranking import RankedCustomer, ranking
from analysis.selectors.sums import TIERS
from analysis.selectors.tiers import pareto
from analysis.views.measures.declaring import Asked, Choice, Finding, Listing, MeasurePage, Question
from analysis.views.measures.parts import count, here, money, orders_in, record_of, share, sorting

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


def _months(asked: Asked) -> Finding | None:
    """Net revenue and gross margin by month, the newest first."""
    months = asked.read(contribution.monthly, asked.scope)
    if not months:
        return None
    columns = (
        Column(_("Month"), lambda month: f"{month.month:%Y-%m}"),
        money(_("Net revenue"), "net_revenue"),
        money(_("Gross margin"), "gross_margin"),
        count(_("Orders"), "orders"),
    )
    chart = monthly_chart(months, lambda month: orders_in(asked, month.month))
    return Finding(monthly_title(months), "", chart, Sheet(columns, months[::-1]))


def _curve(asked: Asked) -> Finding | None:
    """The Pareto curve, from the highest customer down; None where there is no curve to draw."""
    curve = asked.read(pareto, asked.scope)
    if len(curve.points) <= 1:
        return None
    columns = (
        Column(_("Customers"), itemgetter(0), Form.COUNT),
        Column(_("Cumulative share"), itemgetter(1), Form.SHARE),
    )
    addresses = {tier: here(asked, "tiers", tier=tier, below="#customers") for tier in TIERS}
    return Finding(pareto_title(curve), "", pareto_chart(curve, addresses), Sheet(columns, curve.points))


def _risks(asked: Asked) -> Finding | None:
    """Who was scored by the probability of no order, the likeliest first; None where nobody was."""
    found = asked.read(churn.summary, asked.scope)
    if not found.scored:
        return None
    columns = (
        Column(_("Probability of no order"), band_label),
        count(_("Customers"), "customers"),
        money(_("Net revenue"), "value"),
    )
    addresses = [
        here(asked, "churn", risk=str(place), below="#customers") for place in range(len(found.bands))
    ]
    chart = bands_chart(found.bands, found.flag_at, addresses)
    return Finding(gettext("Customers at risk"), "", chart, Sheet(columns, found.bands[::-1]))


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
        finding=_months,
        listing=_ranking,
        choices=_ranking_orders,
        route=("analysis:contribution",),
    ),
    MeasurePage(
        "tiers",
        Question.EARNS,
        _("ABC tiers"),
        _("who earns the company's money, and why each stands where it stands"),
        finding=_curve,
        listing=_ranking,
        route=("analysis:tiers",),
    ),
    MeasurePage(
        "churn",
        Question.LEAVES,
        _("Churn"),
        _("who is about to leave, why we think so, and how right the method was"),
        finding=_risks,
        listing=_flagged,
        choices=_risk_orders,
        related=((_("Work through the list"), "analysis:work", ()),),
        route=("analysis:churn",),
    ),
)
