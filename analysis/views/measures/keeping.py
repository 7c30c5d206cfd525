"""Who stays: cohorts, loyalty, retention lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import bars, heat, item, parted_bars
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.models import RetentionStatus
from analysis.selectors import cohorts, loyalty, retention, spreads
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
    whole,
)
from crm.templatetags.format import number, percent

COHORTS_SHOWN = 18
AGES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Months:
    """A cohort with the share that ordered in each month of its life."""

    cohort: cohorts.Cohort

    def at(self, age: int) -> float | None:
        """The share that ordered in a month of this age; None when that has not come."""
        return next((month.retention for month in self.cohort.months if month.age == age), None)


def _cohorts(asked: Asked) -> list[_Months]:
    return [_Months(each) for each in cohorts.cohorts(asked.run, asked.user, asked.scope)]


def _cohort_figures(asked: Asked) -> list[Figure]:
    found = cohorts.cohorts(asked.run, asked.user, asked.scope)
    people = sum(each.customers for each in found)
    again = sum(each.repeaters for each in found)
    return [
        Figure(_("Customers who ever ordered"), people),
        Figure(_("Ordered again"), again, better="up"),
        Figure(_("Repeat-purchase rate"), again / people if people else None, Form.SHARE, better="up"),
        Figure(
            _("Newest cohort"),
            found[-1].customers if found else None,
            note=gettext("first order in its month"),
        ),
    ]


def _cohort_finding(asked: Asked) -> Finding | None:
    shown = _cohorts(asked)[-COHORTS_SHOWN:]
    if not shown:
        return None
    full = [each for each in shown if each.at(1) is not None]
    best = max(full, key=lambda each: each.at(1) or 0.0, default=None)
    title = gettext("How long customers keep ordering after their first month")
    if best is not None and best.at(1):
        title = gettext("Of those who began in %(month)s, %(share)s ordered again in the month after") % {
            "month": f"{best.cohort.month:%Y-%m}",
            "share": percent(best.at(1)),
        }
    tiles = [
        {"x": month.age - 1, "y": place, "value": month.retention}
        for place, each in enumerate(shown)
        for month in each.cohort.months
        if 0 < month.age <= AGES_SHOWN
    ]
    chart = heat(
        [str(age) for age in range(1, AGES_SHOWN + 1)],
        [f"{each.cohort.month:%Y-%m}" for each in shown],
        tiles,
        "percent",
        x_label=gettext("Months after the first order"),
        y_label=gettext("Month of the first order"),
    )
    about = gettext("Share of each month's new customers who ordered in the months after")
    return Finding(title, about, chart, Sheet(_cohort_columns((1, 3, 6, 12)), shown[::-1]))


def _at(age: int, row: _Months) -> float | None:
    return row.at(age)


def _cohort_columns(ages: Sequence[int]) -> tuple[Column, ...]:
    return (
        Column(_("First order"), lambda row: f"{row.cohort.month:%Y-%m}"),
        count(_("Customers"), "cohort.customers"),
        share(_("Ordered again"), "cohort.repeat_rate"),
        *(
            Column(gettext("Month %(age)s") % {"age": age}, partial(_at, age), Form.SHARE, hide=age > 3)
            for age in ages
        ),
    )


def _cohort_list(asked: Asked) -> Listing:
    return Listing(gettext("All cohorts"), _cohort_columns((1, 2, 3, 6, 9, 12)), whole(_cohorts(asked)[::-1]))


def _loyalty_figures(asked: Asked) -> list[Figure]:
    found = loyalty.summary(asked.run, asked.user, asked.scope)
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
    bands = spreads.tenure(asked.run, asked.user, asked.scope)
    if not any(band.customers for band in bands):
        return None
    most = max(bands, key=lambda band: band.customers)
    title = gettext("Most have been customers for %(years)s; %(share)s of those came back") % {
        "years": _years(most.years),
        "share": percent(most.repeaters / most.customers),
    }
    series = [
        {"name": gettext("Ordered again"), "values": [band.repeaters for band in bands]},
        {
            "name": gettext("Ordered once"),
            "values": [band.customers - band.repeaters for band in bands],
            "tone": "quiet",
        },
    ]
    columns = (
        Column(_("Customers for"), lambda band: _years(band.years)),
        count(_("Customers"), "customers"),
        count(_("Ordered again"), "repeaters"),
    )
    chart = parted_bars([_years(band.years) for band in bands], series, "number", gettext("Customers"))
    return Finding(title, gettext("Customers by years since their first order"), chart, Sheet(columns, bands))


def _years(years: int) -> str:
    if years >= spreads.LONGEST_TENURE:
        return gettext("%(years)s years or more") % {"years": years}
    return gettext("%(years)s to %(next)s years") % {"years": years, "next": years + 1}


def _loyalty_choices(_asked: Asked) -> Sequence[Choice]:
    options = [
        ("", _("All")),
        ("repeat", _("Ordered again")),
        ("once", _("Ordered once")),
        ("wallet", _("Wallet known")),
    ]
    return (Choice("who", _("Who"), options),)


def _loyalty_list(asked: Asked) -> Listing:
    who = asked.chosen["who"]
    read = partial(
        loyalty.customers,
        asked.run,
        asked.user,
        asked.scope,
        repeat={"repeat": True, "once": False}.get(who),
        with_wallet=who == "wallet",
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
    found = retention.branches(asked.run, asked.user, asked.scope)
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


def _branch_url(asked: Asked, branch: retention.Branch) -> str:
    return here(asked, "retention", branch=branch.branch_id, status="lost") if branch.branch_id else ""


def _retention_finding(asked: Asked) -> Finding | None:
    found = retention.branches(asked.run, asked.user, asked.scope)
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
        count(_("Kept"), "kept"),
        count(_("Lost"), "lost"),
        count(_("New"), "new"),
        count(_("Regained"), "regained"),
        share(_("Customer retention"), "customer_retention"),
        share(_("Revenue retention"), "revenue_retention"),
    )
    about = gettext("Share of the customers of the window before who bought again; a bar leads to the lost")
    return Finding(title, about, bars(drawn, "percent", gettext("Customer retention")), Sheet(columns, found))


def _retention_choices(asked: Asked) -> Sequence[Choice]:
    named = [each for each in retention.branches(asked.run, asked.user, asked.scope) if each.branch_id]
    return (
        Choice(
            "branch", _("Branch"), [("", _("All")), *((str(each.branch_id), each.label) for each in named)]
        ),
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
        "cohorts",
        Question.LEAVES,
        _("Cohorts"),
        _("how many of those who began in one month still order in the months after"),
        Definition(
            _("Customers whose first order lies in one month are a cohort; a month with an order is active."),
            _("retention = members with an order in that month ÷ members of the cohort"),
            _("The latest month of every cohort is not over as a rule, and looks lower than it will be."),
        ),
        _cohort_figures,
        _cohort_finding,
        _cohort_list,
    ),
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
