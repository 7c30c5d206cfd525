"""Who stays: loyalty, retention lists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import bars, item, parted_bars
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.models import RetentionStatus
from analysis.selectors import loyalty, retention, spreads
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
from crm.templatetags.format import number, percent


def _loyalty_figures(asked: Asked) -> list[Figure]:
    found = asked.read(loyalty.summary, asked.scope)
    return [
        Figure(_("Customers with an order"), found.customers),
        Figure(_("Repeat rate"), found.repeat_rate, Form.SHARE, better="up"),
        Figure(_("Days since the first order"), found.tenure_days, Form.DAYS, gettext("on average")),
        Figure(
            _("Share of wallet"),
            found.share_of_wallet,
            Form.SHARE,
            gettext("of %(count)s customers whose purchases elsewhere are recorded")
            % {"count": number(found.with_wallet)},
            "up",
        ),
    ]


def _loyalty_finding(asked: Asked) -> Finding | None:
    bands = asked.read(spreads.tenure, asked.scope)
    if not any(band.customers for band in bands):
        return None
    most = max(bands, key=lambda band: band.customers)
    title = gettext("Most have been customers for %(years)s; %(share)s of those came back") % {
        "years": _years(most.years),
        "share": percent(most.repeaters / most.customers),
    }
    link = partial(here, asked, "loyalty")
    series = [
        {
            "name": gettext("Ordered again"),
            "values": [band.repeaters for band in bands],
            "urls": [link(years=band.years, who="repeat") for band in bands],
        },
        {
            "name": gettext("Ordered once"),
            "values": [band.customers - band.repeaters for band in bands],
            "urls": [link(years=band.years, who="once") for band in bands],
            "tone": "quiet",
        },
    ]
    columns = (
        Column(_("Customers for"), lambda band: _years(band.years)),
        count(_("Customers"), "customers", url=lambda band: link(years=band.years)),
        count(_("Ordered again"), "repeaters", url=lambda band: link(years=band.years, who="repeat")),
    )
    urls = [link(years=band.years) for band in bands]
    chart = parted_bars(
        [_years(band.years) for band in bands], series, "number", gettext("Customers"), urls=urls
    )
    about = gettext("Customers by years since their first order; a part of a bar leads to them")
    return Finding(title, about, chart, Sheet(columns, bands))


def _years(years: int) -> str:
    if years >= loyalty.LONGEST_TENURE:
        return gettext("%(years)s years or more") % {"years": years}
    return gettext("%(years)s to %(next)s years") % {"years": years, "next": years + 1}


def _loyalty_choices(_asked: Asked) -> Sequence[Choice]:
    options = [
        ("", _("All")),
        ("repeat", _("Ordered again")),
        ("once", _("Ordered once")),
        ("wallet", _("Wallet known")),
    ]
    years = [(str(each), _years(each)) for each in range(loyalty.LONGEST_TENURE + 1)]
    return (
        Choice("who", _("Which customers"), options),
        Choice("years", _("Customers for"), [("", _("All")), *years]),
    )


def _loyalty_list(asked: Asked) -> Listing:
    who = asked.chosen["who"]
    read = partial(
        loyalty.customers,
        asked.run,
        asked.user,
        asked.scope,
        repeat={"repeat": True, "once": False}.get(who),
        with_wallet=who == "wallet",
        years=int(asked.chosen["years"]) if asked.chosen["years"] else None,
    )
    columns = (
        CUSTOMER,
        column(_("Customer for"), "tenure_days", Form.DAYS),
        column(_("Order days a year"), "orders_a_year", Form.DECIMAL),
        share(_("Share of our categories"), "breadth"),
        money(_("Bought elsewhere"), "elsewhere", hide=True),
        share(_("Share of wallet"), "share_of_wallet"),
        REASON,
    )
    return Listing(gettext("The longest-standing first"), columns, read)


def _retention_figures(asked: Asked) -> list[Figure]:
    found = asked.read(retention.branches, asked.scope)
    kept, lost = sum(each.kept for each in found), sum(each.lost for each in found)
    money_kept = sum(each.revenue_kept for each in found)
    money_before = sum(each.revenue_before for each in found)
    link = partial(here, asked, "retention")
    return [
        Figure(_("Kept"), kept, better="up", url=link(status="kept")),
        Figure(_("Lost"), lost, better="down", url=link(status="lost")),
        Figure(
            _("Customer retention"), kept / (kept + lost) if kept + lost else None, Form.SHARE, better="up"
        ),
        Figure(
            _("Revenue retention"),
            money_kept / money_before if money_before > 0 else None,
            Form.SHARE,
            gettext("what the kept bring now, of what all brought before"),
            "up",
        ),
    ]


def _branch_url(asked: Asked, branch: retention.Branch, status: str = "lost") -> str:
    """Where a branch's customers of a status are; those of no branch by its 0."""
    return here(asked, "retention", branch=branch.branch_id or 0, status=status)


def _retention_finding(asked: Asked) -> Finding | None:
    found = asked.read(retention.branches, asked.scope)
    told = [each for each in found if each.customer_retention is not None]
    if not told:
        return None
    worst = min(told, key=lambda each: each.customer_retention or 0.0)
    title = gettext("%(branch)s keeps least: %(share)s of its customers") % {
        "branch": worst.label or gettext("No branch"),
        "share": percent(worst.customer_retention),
    }
    drawn = [
        item(
            each.label or gettext("No branch"),
            each.customer_retention,
            url=_branch_url(asked, each),
            note=gettext("%(lost)s lost") % {"lost": number(each.lost)},
        )
        for each in told
    ]
    columns = (
        Column(_("Branch"), lambda row: row.label or gettext("No branch"), url=partial(_branch_url, asked)),
        *(
            count(label, status, url=lambda row, status=status: _branch_url(asked, row, status))
            for status, label in RetentionStatus.choices
            if status != RetentionStatus.IDLE
        ),
        share(_("Customer retention"), "customer_retention"),
        share(_("Revenue retention"), "revenue_retention"),
    )
    about = gettext("Share of the customers of the window before who bought again; a bar leads to the lost")
    return Finding(title, about, bars(drawn, "percent", gettext("Customer retention")), Sheet(columns, found))


def _retention_choices(asked: Asked) -> Sequence[Choice]:
    found = asked.read(retention.branches, asked.scope)
    branches = [(str(each.branch_id or 0), each.label or gettext("No branch")) for each in found]
    return (
        Choice("branch", _("Branch"), [("", _("All")), *branches]),
        Choice("status", _("Retention"), [("", _("All")), *RetentionStatus.choices]),
        sorting(
            ("revenue_before", _("Revenue before")),
            ("orders", _("Orders a month")),
            ("amount", _("Amount a month")),
            ("payment_cycle", _("Payment cycle")),
        ),
    )


def _retention_list(asked: Asked) -> Listing:
    chosen = asked.chosen
    read = partial(
        retention.customers,
        asked.run,
        asked.user,
        asked.scope,
        branch=int(chosen["branch"]) if chosen["branch"] else None,
        status=chosen["status"],
        order=chosen["sort"],
    )
    columns = (
        CUSTOMER,
        column(_("Branch"), "branch", hide=True),
        column(_("Retention"), "status_label"),
        of_orders(_("Net revenue"), "net_revenue"),
        money(_("Revenue before"), "net_revenue_before", order="revenue_before"),
        column(_("Orders a month"), "orders_a_month", Form.DECIMAL, order="orders", hide=True),
        money(_("Amount a month"), "amount_a_month", order="amount", hide=True),
        column(_("Payment cycle"), "payment_cycle", Form.DAYS, order="payment_cycle", hide=True),
        REASON,
    )
    return Listing(gettext("The branch's list"), columns, read)


PAGES = (
    MeasurePage(
        "loyalty",
        Question.LEAVES,
        _("Loyalty"),
        _("who comes back, for how long, and with what share of their wallet"),
        Definition(
            _(
                "Repeat purchase, tenure, order days a year, breadth of our range and, where purchases elsewhere are"
                " recorded, our share of the wallet."
            ),
            _("share of wallet = our revenue ÷ (our revenue + bought elsewhere)"),
            _("The share of wallet rests on what people wrote down; who wrote nothing is left out."),
        ),
        _loyalty_figures,
        _loyalty_finding,
        _loyalty_list,
        _loyalty_choices,
    ),
    MeasurePage(
        "retention",
        Question.LEAVES,
        _("Retention lists"),
        _("whom each branch keeps and loses, by orders, amount and payment cycle"),
        Definition(
            _(
                "Kept bought in the window and in the one before; lost only before; new and regained only now."
            ),
            _("customer retention = kept ÷ (kept + lost)"),
            _("A branch is the customer's team of today."),
        ),
        _retention_figures,
        _retention_finding,
        _retention_list,
        _retention_choices,
    ),
)
