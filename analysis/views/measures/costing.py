"""What each customer costs: profit, drag, effort against return."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from operator import itemgetter

from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import bars, item, parted_bars, waterfall
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.models import ProfitStanding
from analysis.selectors import drag, profitability, resources
from analysis.selectors.record_words import MISMATCHES, VERDICTS
from analysis.views.measures.behind import of_tier
from analysis.views.measures.declaring import (
    Asked,
    Choice,
    Definition,
    Figure,
    Finding,
    Listing,
    MeasurePage,
    Question,
)
from analysis.views.measures.parts import (
    CUSTOMER,
    REASON,
    count,
    here,
    money,
    of_orders,
    share,
    sorting,
)
from crm.templatetags.format import compact_money, number, percent


def _profit_figures(asked: Asked) -> list[Figure]:
    found = asked.read(profitability.summary, asked.scope)
    known = gettext("the cost is known for %(known)s of net revenue") % {
        "known": percent(found.cost_coverage, 0)
    }
    return [
        Figure(_("Gross margin"), found.gross_margin, Form.MONEY, known, "up"),
        Figure(_("Service cost"), found.service_cost, Form.MONEY, better="down"),
        Figure(
            _("Profit"),
            found.profit,
            Form.MONEY,
            gettext("%(rate)s of the revenue whose cost is known") % {"rate": percent(found.profit_rate)},
            "up",
        ),
        Figure(
            _("Customers who lose money"),
            found.standings[ProfitStanding.LOSES],
            Form.COUNT,
            gettext("%(money)s together") % {"money": compact_money(-found.lost, asked.run.currency)},
            "down",
            here(asked, "profitability", standing="loses", sort="loss"),
        ),
    ]


def _profit_finding(asked: Asked) -> Finding | None:
    found = asked.read(profitability.summary, asked.scope)
    if not found.customers:
        return None
    link = partial(here, asked, "profitability")
    steps = [
        item(gettext("Net revenue"), found.net_revenue, url=link(sort="net_revenue")) | {"total": True},
        item(gettext("Cost not known"), -found.uncosted_revenue, url=link(sort="uncosted_revenue")),
        item(gettext("Cost of goods"), -found.cost_of_goods, url=link(sort="cost_of_goods")),
        item(gettext("Gross margin"), found.gross_margin, url=link(sort="gross_margin")) | {"total": True},
        item(gettext("Service cost"), -found.service_cost, url=link(sort="service_cost")),
        item(gettext("Profit"), found.profit, url=link()) | {"total": True},
    ]
    title = gettext("Of %(revenue)s, %(profit)s are left") % {
        "revenue": compact_money(found.net_revenue, asked.run.currency),
        "profit": compact_money(found.profit, asked.run.currency),
    }
    columns = (
        Column(_("Step"), itemgetter("label")),
        Column(_("Money"), itemgetter("value"), Form.MONEY, itemgetter("url")),
    )
    about = gettext(
        "From net revenue to profit; a step leads to the customers who make it, the greatest part first"
    )
    return Finding(title, about, waterfall(steps), Sheet(columns, steps))


def _profit_choices(_asked: Asked) -> Sequence[Choice]:
    return (
        Choice("standing", _("Standing"), [("", _("All")), *ProfitStanding.choices]),
        sorting(
            ("profit", _("Highest profit")),
            ("loss", _("Highest loss")),
            ("service_cost", _("Service cost")),
            ("net_revenue", _("Net revenue")),
            ("gross_margin", _("Gross margin")),
            ("cost_of_goods", _("Cost of goods")),
            ("uncosted_revenue", _("Cost not known")),
        ),
    )


def _uncosted(asked: Asked) -> tuple[Column, ...]:
    """The column of revenue whose cost is not known, where the list is in its order: few have any."""
    if asked.chosen["sort"] != "uncosted_revenue":
        return ()
    return (money(_("Cost not known"), "uncosted_revenue", order="uncosted_revenue"),)


def _profit_list(asked: Asked) -> Listing:
    columns = (
        CUSTOMER,
        of_orders(_("Net revenue"), "net_revenue", order="net_revenue"),
        *_uncosted(asked),
        money(_("Cost of goods"), "cost_of_goods", order="cost_of_goods", hide=True),
        money(_("Gross margin"), "gross_margin", order="gross_margin"),
        money(_("Service cost"), "service_cost", order="service_cost"),
        money(_("Profit"), "profit", order="profit"),
        share(_("Profit rate"), "profit_rate", hide=True),
        column(_("Standing"), "standing_label"),
        REASON,
    )
    read = partial(
        profitability.customers,
        asked.run,
        asked.user,
        asked.scope,
        standing=asked.chosen["standing"],
        order=asked.chosen["sort"],
    )
    return Listing(gettext("Customers by profit"), columns, read)


def _effort_figures(asked: Asked) -> list[Figure]:
    tiers = asked.read(resources.by_tier, asked.scope)
    cost = sum(tier.service_cost for tier in tiers)
    margin = sum(tier.gross_margin for tier in tiers)
    return [
        Figure(_("Visits"), sum(tier.visits for tier in tiers)),
        Figure(_("Service cost"), cost, Form.MONEY, better="down"),
        Figure(_("Gross margin"), margin, Form.MONEY, better="up"),
        Figure(
            _("Margin for each unit of effort"),
            margin / cost if cost > 0 else None,
            Form.DECIMAL,
            better="up",
        ),
    ]


def _effort_finding(asked: Asked) -> Finding | None:
    tiers = asked.read(resources.by_tier, asked.scope)
    if not any(tier.customers for tier in tiers):
        return None
    told = [tier for tier in tiers if tier.cost_share is not None and tier.margin_share is not None]
    title = gettext("Effort beside return, by tier")
    if told:
        off = max(told, key=lambda tier: abs((tier.cost_share or 0) - (tier.margin_share or 0)))
        title = gettext("%(tier)s takes %(cost)s of the effort and brings %(margin)s of the margin") % {
            "tier": off.tier,
            "cost": percent(off.cost_share, 0),
            "margin": percent(off.margin_share, 0),
        }
    series = [
        {
            "name": gettext("Share of service cost"),
            "values": [tier.cost_share or 0 for tier in tiers],
            "tone": "warn",
        },
        {"name": gettext("Share of gross margin"), "values": [tier.margin_share or 0 for tier in tiers]},
    ]
    columns = (
        column(_("Tier"), "tier", Form.TIER),
        count(_("Customers"), "customers", url=lambda row: of_tier(asked, row.tier)),
        count(_("Visits"), "visits"),
        money(_("Service cost"), "service_cost"),
        share(_("Share of service cost"), "cost_share"),
        share(_("Share of gross margin"), "margin_share"),
        column(_("Balance"), "balance_label"),
    )
    urls = [of_tier(asked, tier.tier) for tier in tiers]
    labels = [tier.tier for tier in tiers]
    chart = parted_bars(labels, series, "percent", gettext("Share"), grouped=True, urls=urls)
    about = gettext("Shares of what serving cost and of gross margin, by tier; a bar leads to its customers")
    return Finding(title, about, chart, Sheet(columns, tiers))


def _effort_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("mismatch", _("Mismatch"), [("", _("All")), *MISMATCHES.items()]),)


def _effort_list(asked: Asked) -> Listing:
    columns = (
        CUSTOMER,
        column(_("Tier"), "tier", Form.TIER),
        column(_("Mismatch"), "mismatch_label"),
        count(_("Visits"), "visits"),
        money(_("Service cost"), "service_cost"),
        money(_("Gross margin"), "gross_margin"),
        money(_("Profit"), "profit"),
        REASON,
    )
    chosen = asked.chosen["mismatch"]
    read = partial(resources.mismatches, asked.run, asked.user, asked.scope, mismatch=chosen)
    return Listing(gettext("Where effort and return do not match"), columns, read)


def _drag_figures(asked: Asked) -> list[Figure]:
    found = asked.read(drag.sums, asked.scope)
    costing = [each for each in found if each.profit < 0]
    return [
        Figure(_("Drag customers"), sum(each.customers for each in found), better="down"),
        Figure(
            _("What serving them cost"), sum(each.service_cost for each in found), Form.MONEY, better="down"
        ),
        Figure(_("Their gross margin"), sum(each.gross_margin for each in found), Form.MONEY, better="up"),
        Figure(
            _("What they leave"),
            sum(each.profit for each in found),
            Form.MONEY,
            gettext("%(count)s of them by verdicts that lose money")
            % {"count": number(sum(each.customers for each in costing))},
            "up",
        ),
    ]


def _drag_finding(asked: Asked) -> Finding | None:
    found = asked.read(drag.sums, asked.scope)
    if not any(each.customers for each in found):
        return None
    worst = min(found, key=lambda each: each.profit)
    title = ngettext(
        "%(verdict)s: %(count)s customer leaves %(money)s",
        "%(verdict)s: %(count)s customers leave %(money)s",
        worst.customers,
    ) % {
        "verdict": worst.label,
        "count": number(worst.customers),
        "money": compact_money(worst.profit, asked.run.currency),
    }
    link = partial(here, asked, "drag")
    drawn = [
        item(
            each.label,
            each.profit,
            tone="bad" if each.profit < 0 else "good",
            note=gettext("%(count)s customers") % {"count": number(each.customers)},
            url=link(verdict=each.verdict),
        )
        for each in found
    ]
    columns = (
        column(_("Verdict"), "label", url=lambda row: link(verdict=row.verdict)),
        count(_("Customers"), "customers", url=lambda row: link(verdict=row.verdict)),
        money(_("Gross margin"), "gross_margin"),
        money(_("Service cost"), "service_cost"),
        money(_("Profit"), "profit"),
    )
    about = gettext("What drag customers leave after goods and service, by verdict; a bar leads to them")
    return Finding(title, about, bars(drawn, "money", gettext("Profit")), Sheet(columns, found))


def _drag_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("verdict", _("Verdict"), [("", _("All")), *VERDICTS.items()]),)


def _drag_list(asked: Asked) -> Listing:
    read = partial(drag.customers, asked.run, asked.user, asked.scope, verdict=asked.chosen["verdict"])
    columns = (
        CUSTOMER,
        column(_("Verdict"), "verdict_label"),
        of_orders(_("Net revenue"), "net_revenue"),
        money(_("Gross margin"), "gross_margin"),
        money(_("Visits, cost"), "visit_cost", hide=True),
        money(_("Discounts"), "discount_cost", hide=True),
        money(pgettext_lazy("service cost", "Support"), "support_cost", hide=True),
        money(_("Service cost"), "service_cost"),
        money(_("Profit"), "profit"),
        REASON,
    )
    return Listing(gettext("Drag customers, the greatest loss first"), columns, read)


PAGES = (
    MeasurePage(
        "profitability",
        Question.COSTS,
        _("Profitability"),
        _("what is left after goods and service, and who loses money"),
        Definition(
            _("Net revenue less the cost of goods at sale less the cost of service, for each customer."),
            _("profit = net revenue of known cost − cost of goods − service cost"),
            _("Revenue whose cost is not known is in no margin; returns take back revenue and cost."),
        ),
        _profit_figures,
        _profit_finding,
        _profit_list,
        _profit_choices,
        related=((_("Drag customers"), "analysis:drag", ()),),
    ),
    MeasurePage(
        "drag",
        Question.COSTS,
        _("Drag customers"),
        _("who costs more than they bring"),
        Definition(
            _(
                "The bottom share of customers by rank, young ones exempt: what serving them cost beside their margin."
            ),
            _("drag: rank from the bottom ≤ ⌊share · customers⌋"),
            _("A small customer may be sound, or new, or about to grow: the verdict says which loses money."),
        ),
        _drag_figures,
        _drag_finding,
        _drag_list,
        _drag_choices,
        related=((_("Work through the list"), "analysis:list", ("drag",)),),
    ),
    MeasurePage(
        "resources",
        Question.COSTS,
        _("Resources against return"),
        _("what each tier takes of our effort beside what comes back, and where that does not match"),
        Definition(
            _(
                "Visits, discounts and support cost of each tier beside its revenue and margin; mismatches are named."
            ),
            _("intensity = share of service cost ÷ share of gross margin"),
            _("Only effort that was recorded counts: a visit nobody logged costs nothing here."),
        ),
        _effort_figures,
        _effort_finding,
        _effort_list,
        _effort_choices,
    ),
)
