"""Who will earn the money: lifetime value, gold customers, narrow buyers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import dots, parted_bars
from analysis.exports.tables import Form, Sheet, column
from analysis.models import ElsewhereBasis
from analysis.selectors import clv, gold, offers, spreads
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
    record_of,
    share,
    sorting,
)
from crm.templatetags.format import compact_money, number, percent

MOST_DOTS = 100
FROM_US = pgettext_lazy("purchases", "From us")


def _value_figures(asked: Asked) -> list[Figure]:
    found = asked.read(clv.summary, asked.scope)
    years = {"years": found.years, "rate": percent(found.discount_rate, 0)}
    return [
        Figure(
            _("Lifetime value"),
            found.clv,
            Form.MONEY,
            gettext("%(years)s years at %(rate)s a year") % years,
            "up",
        ),
        Figure(_("Last year's margin going on"), found.naive, Form.MONEY, gettext("the naive guess"), "up"),
        Figure(_("Orders expected"), found.expected_orders, Form.COUNT, better="up"),
        Figure(_("Customers valued"), found.customers),
    ]


def _value_finding(asked: Asked) -> Finding | None:
    top = asked.read(clv.customers, asked.scope, size=MOST_DOTS).rows
    if not top:
        return None
    below = sum(1 for each in top if each.clv < each.naive)
    title = gettext(
        "Of the %(count)s most valuable, %(below)s are worth less than last year's margin going on"
    ) % {
        "count": number(len(top)),
        "below": number(below),
    }
    points = [
        {
            "x": each.naive,
            "y": each.clv,
            "label": each.customer.name,
            "url": record_of(each.customer.customer_id),
            "tone": "warn" if each.clv < each.naive else "accent",
        }
        for each in top
    ]
    chart = dots(
        points,
        x_form="money",
        y_form="money",
        x_label=gettext("Last year's margin going on"),
        y_label=gettext("Lifetime value"),
        ideal=gettext("Both alike"),
    )
    columns = (CUSTOMER, money(_("Lifetime value"), "clv"), money(_("Naive"), "naive"))
    return Finding(
        title,
        gettext("Lifetime value beside the naive guess; a dot leads to the customer"),
        chart,
        Sheet(columns, top),
    )


def _value_list(asked: Asked) -> Listing:
    columns = (
        CUSTOMER,
        money(_("Lifetime value"), "clv", order="clv"),
        money(_("Last year's margin going on"), "naive", order="naive"),
        column(_("Orders expected"), "expected_orders", Form.DECIMAL),
        money(_("Worth of an order"), "expected_value", hide=True),
        REASON,
    )
    read = partial(clv.customers, asked.run, asked.user, asked.scope, order=asked.chosen["sort"])
    return Listing(gettext("Customers by lifetime value"), columns, read)


def _value_choices(_asked: Asked) -> Sequence[Choice]:
    return (sorting(("clv", _("Lifetime value")), ("naive", _("Naive"))),)


def _gold_figures(asked: Asked) -> list[Figure]:
    found = asked.read(gold.summary, asked.scope)
    figures = [
        Figure(
            _("Gold customers"),
            found.gold,
            note=_stay(found.stay),
        ),
        Figure(_("Expected of them"), found.expected_of_gold, Form.MONEY, better="up"),
        Figure(
            _("Their share of what is expected"),
            found.expected_of_gold / found.expected if found.expected > 0 else None,
            Form.SHARE,
        ),
    ]
    return [*figures, _gold_score(asked)] if asked.scope.is_empty else figures


def _gold_score(asked: Asked) -> Figure:
    """How right the list was a year ago: the method's figure, not one of somebody's customers."""
    score = asked.read(gold.score)
    model = next((each for each in score.lists if each.name == "model"), None) if score else None
    naive = next((each for each in score.lists if each.name == "naive"), None) if score else None
    return Figure(
        _("Right last year"),
        model.precision if model else None,
        Form.SHARE,
        gettext("last year's own top: %(share)s") % {"share": percent(naive.precision)} if naive else "",
        "up",
    )


def _stay(count: int) -> str:
    return gettext("%(count)s of them were on top before") % {"count": number(count)}


def _gold_finding(asked: Asked) -> Finding | None:
    top = asked.read(gold.customers, asked.scope, size=MOST_DOTS).rows
    if not top:
        return None
    fresh = sum(1 for each in top if not each.was_top)
    title = gettext(
        "%(fresh)s of the %(count)s greatest gold customers were not on top in the last twelve months"
    ) % {
        "fresh": number(fresh),
        "count": number(len(top)),
    }
    points = [
        {
            "x": each.last_year,
            "y": each.expected_spend,
            "label": each.customer.name,
            "url": record_of(each.customer.customer_id),
            "tone": "accent" if each.was_top else "good",
        }
        for each in top
    ]
    chart = dots(
        points,
        x_form="money",
        y_form="money",
        x_label=gettext("Last twelve months"),
        y_label=gettext("Expected next fiscal year"),
        ideal=gettext("Both alike"),
    )
    columns = (
        CUSTOMER,
        money(_("Expected"), "expected_spend"),
        money(_("Last twelve months"), "last_year"),
    )
    about = gettext(
        "Expected spend of gold customers beside the last twelve months; a dot leads to the customer"
    )
    return Finding(title, about, chart, Sheet(columns, top))


def _gold_choices(_asked: Asked) -> Sequence[Choice]:
    return (
        Choice(
            "who", _("Which customers"), [("gold", _("Gold")), ("others", _("The others")), ("all", _("All"))]
        ),
        sorting(("expected", _("Expected")), ("last_year", _("Last twelve months"))),
    )


def _gold_list(asked: Asked) -> Listing:
    wanted = {"gold": True, "others": False}.get(asked.chosen["who"])
    read = partial(
        gold.customers, asked.run, asked.user, asked.scope, gold=wanted, order=asked.chosen["sort"]
    )
    columns = (
        CUSTOMER,
        money(_("Expected next fiscal year"), "expected_spend", order="expected"),
        money(_("Last twelve months"), "last_year", order="last_year"),
        REASON,
    )
    return Listing(gettext("Customers by expected spend"), columns, read)


def _narrow_figures(asked: Asked) -> list[Figure]:
    found = asked.read(spreads.narrow, asked.scope)
    return [
        Figure(_("Narrow buyers"), sum(each.customers for each in found), url="#rows"),
        Figure(_("What they buy elsewhere"), sum(each.elsewhere for each in found), Form.MONEY),
        Figure(_("What they buy from us"), sum(each.net_revenue for each in found), Form.MONEY, better="up"),
    ]


def _narrow_finding(asked: Asked) -> Finding | None:
    found = asked.read(spreads.narrow, asked.scope)
    if not found:
        return None
    title = gettext("%(money)s go elsewhere") % {
        "money": compact_money(sum(each.elsewhere for each in found), asked.run.currency)
    }
    link = partial(here, asked, "narrow_buyers")
    series = [
        {"name": str(FROM_US), "values": [each.net_revenue for each in found]},
        {"name": gettext("Elsewhere"), "values": [each.elsewhere for each in found], "tone": "warn"},
    ]
    columns = (
        column(_("Basis"), "label", url=lambda row: link(basis=row.basis)),
        count(_("Customers"), "customers", url=lambda row: link(basis=row.basis)),
        money(FROM_US, "net_revenue"),
        money(_("Elsewhere"), "elsewhere"),
    )
    urls = [link(basis=each.basis) for each in found]
    chart = parted_bars(
        [each.label for each in found], series, "money", gettext("Money"), grouped=True, urls=urls
    )
    about = gettext(
        "What narrow buyers buy from us and elsewhere, by what that rests on; a bar leads to them"
    )
    return Finding(title, about, chart, Sheet(columns, found))


def _narrow_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("basis", _("Basis"), [("", _("All")), *ElsewhereBasis.choices]),)


def _narrow_list(asked: Asked) -> Listing:
    read = partial(offers.narrow_buyers, asked.run, asked.user, asked.scope, basis=asked.chosen["basis"])
    columns = (
        CUSTOMER,
        count(_("Categories"), "categories"),
        of_orders(_("Net revenue"), "net_revenue"),
        money(_("Elsewhere"), "elsewhere"),
        share(_("Our share"), "our_share"),
        column(_("What it lacks"), "lacking"),
        column(_("Basis"), "basis_label", hide=True),
        REASON,
    )
    return Listing(gettext("Who buys most elsewhere first"), columns, read)


PAGES = (
    MeasurePage(
        "clv",
        Question.WILL,
        _("Lifetime value"),
        _("what the orders to come are worth, beside last year going on"),
        Definition(
            _(
                "Expected orders of the coming years times the expected margin of an order, discounted. Beside it the"
                " naive guess: last year's margin, every year again."
            ),
            _("CLV = Σ expected orders · expected value · margin ÷ (1 + rate)^t"),
            _("It is an expectation over many customers alike, no promise about one."),
        ),
        _value_figures,
        _value_finding,
        _value_list,
        _value_choices,
    ),
    MeasurePage(
        "gold",
        Question.WILL,
        _("Gold customers"),
        _("whom the next fiscal year hangs on, and how right the last list was"),
        Definition(
            _(
                "The customers of greatest expected spend in the next fiscal year. A year later the list is judged."
            ),
            _("expected spend = expected orders · expected value of an order"),
            _("Right last year is shown beside last year's own top, even when that was better."),
        ),
        _gold_figures,
        _gold_finding,
        _gold_list,
        _gold_choices,
        related=((_("Work through the list"), "analysis:list", ("gold",)),),
    ),
    MeasurePage(
        "narrow_buyers",
        Question.BUYS,
        _("Narrow buyers"),
        _("who buys little of our range and more elsewhere"),
        Definition(
            _(
                "At most two of our product categories in the window, and spend elsewhere, recorded or estimated."
            ),
            _("our share = net revenue ÷ (net revenue + spend elsewhere)"),
            _("An estimate rests on customers of the same industry and size."),
        ),
        _narrow_figures,
        _narrow_finding,
        _narrow_list,
        _narrow_choices,
        related=((_("Work through the list"), "analysis:list", ("narrow",)),),
    ),
)
