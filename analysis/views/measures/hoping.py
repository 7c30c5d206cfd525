"""Who will earn the money: lifetime value, gold customers, the wish list, narrow buyers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from analysis.charts.shapes import dots, parted_bars
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.models import ElsewhereBasis
from analysis.selectors import clv, gold, offers, spreads, wish_list
from analysis.selectors.record_words import WISHES
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
    whole,
)
from crm.templatetags.format import compact_money, number, percent

MOST_DOTS = 100


def _value_figures(asked: Asked) -> list[Figure]:
    found = clv.summary(asked.run, asked.user, asked.scope)
    years = {"years": found.years, "rate": percent(found.discount_rate, 0)}
    return [
        Figure(
            __("Lifetime value"),
            found.clv,
            Form.MONEY,
            _("%(years)s years at %(rate)s a year") % years,
            "up",
        ),
        Figure(__("Last year's margin going on"), found.naive, Form.MONEY, _("the naive guess"), "up"),
        Figure(__("Orders expected"), found.expected_orders, Form.COUNT, better="up"),
        Figure(__("Customers valued"), found.customers),
    ]


def _value_finding(asked: Asked) -> Finding | None:
    top = clv.customers(asked.run, asked.user, asked.scope, size=MOST_DOTS).rows
    if not top:
        return None
    below = sum(1 for each in top if each.clv < each.naive)
    title = _("Of the %(count)s most valuable, %(below)s are worth less than last year's margin going on") % {
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
        x_label=_("Last year's margin going on"),
        y_label=_("Lifetime value"),
        ideal=_("Both alike"),
    )
    columns = (CUSTOMER, money(__("Lifetime value"), "clv"), money(__("Naive"), "naive"))
    return Finding(
        title,
        _("Lifetime value beside the naive guess; a dot leads to the customer"),
        chart,
        Sheet(columns, top),
    )


def _value_list(asked: Asked) -> Listing:
    columns = (
        CUSTOMER,
        money(__("Lifetime value"), "clv", order="clv"),
        money(__("Last year's margin going on"), "naive", order="naive"),
        column(__("Orders expected"), "expected_orders", Form.DECIMAL),
        money(__("Worth of an order"), "expected_value", hide=True),
        REASON,
    )
    read = partial(clv.customers, asked.run, asked.user, asked.scope, order=asked.chosen["sort"])
    return Listing(_("Customers by lifetime value"), columns, read)


def _value_choices(_asked: Asked) -> Sequence[Choice]:
    return (sorting(("clv", __("Lifetime value")), ("naive", __("Naive"))),)


def _gold_figures(asked: Asked) -> list[Figure]:
    found = gold.summary(asked.run, asked.user, asked.scope)
    score = gold.score(asked.run, asked.user)
    model = next((each for each in score.lists if each.name == "model"), None) if score else None
    naive = next((each for each in score.lists if each.name == "naive"), None) if score else None
    return [
        Figure(
            __("Gold customers"),
            found.gold,
            note=_stay(found.stay),
        ),
        Figure(__("Expected of them"), found.expected_of_gold, Form.MONEY, better="up"),
        Figure(
            __("Their share of what is expected"),
            found.expected_of_gold / found.expected if found.expected > 0 else None,
            Form.SHARE,
        ),
        Figure(
            __("Right last year"),
            model.precision if model else None,
            Form.SHARE,
            _("last year's own top: %(share)s") % {"share": percent(naive.precision)} if naive else "",
            "up",
        ),
    ]


def _stay(count: int) -> str:
    return _("%(count)s of them were on top before") % {"count": number(count)}


def _gold_finding(asked: Asked) -> Finding | None:
    top = gold.customers(asked.run, asked.user, asked.scope, size=MOST_DOTS).rows
    if not top:
        return None
    fresh = sum(1 for each in top if not each.was_top)
    title = _(
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
        x_label=_("Last twelve months"),
        y_label=_("Expected next fiscal year"),
        ideal=_("Both alike"),
    )
    columns = (
        CUSTOMER,
        money(__("Expected"), "expected_spend"),
        money(__("Last twelve months"), "last_year"),
    )
    about = _("Expected spend of gold customers beside the last twelve months; a dot leads to the customer")
    return Finding(title, about, chart, Sheet(columns, top))


def _gold_choices(_asked: Asked) -> Sequence[Choice]:
    return (
        Choice("who", __("Who"), [("gold", __("Gold")), ("others", __("The others")), ("all", __("All"))]),
        sorting(("expected", __("Expected")), ("last_year", __("Last twelve months"))),
    )


def _gold_list(asked: Asked) -> Listing:
    wanted = {"gold": True, "others": False}.get(asked.chosen["who"])
    read = partial(
        gold.customers, asked.run, asked.user, asked.scope, gold=wanted, order=asked.chosen["sort"]
    )
    columns = (
        CUSTOMER,
        money(__("Expected next fiscal year"), "expected_spend", order="expected"),
        money(__("Last twelve months"), "last_year", order="last_year"),
        REASON,
    )
    return Listing(_("Customers by expected spend"), columns, read)


def _wish_figures(asked: Asked) -> list[Figure]:
    lines = wish_list.progress(asked.run, asked.user, asked.scope)
    if not lines:
        return [Figure(__("On the list"), 0)]
    whole_list = lines[0]
    return [
        Figure(__("On the list"), whole_list.listed),
        Figure(
            __("Won"),
            whole_list.won,
            note=_("%(count)s should be won by now") % {"count": number(whole_list.due)},
            better="up",
        ),
        Figure(__("In talks"), whole_list.in_talks, better="up"),
        Figure(__("Without a next step"), whole_list.needs_step, better="down"),
    ]


def _wish_finding(asked: Asked) -> Finding | None:
    lines = wish_list.progress(asked.run, asked.user, asked.scope)
    if not lines:
        return None
    owners = [line for line in lines if line.owner is not None]
    title = _("%(won)s of %(listed)s are won") % {
        "won": number(lines[0].won),
        "listed": number(lines[0].listed),
    }
    tones = {"won": "good", "in_talks": "accent", "gone_quiet": "warn", "untouched": "quiet"}
    series = [
        {"name": str(label), "values": [getattr(line, status) for line in owners], "tone": tones[status]}
        for status, label in WISHES.items()
    ]
    columns = (
        Column(__("Owner"), lambda row: row.owner or _("Nobody")),
        count(__("On the list"), "listed"),
        count(__("Won"), "won"),
        count(__("In talks"), "in_talks"),
        count(__("Gone quiet"), "gone_quiet"),
        count(__("Not yet approached"), "untouched"),
    )
    chart = parted_bars([line.owner or _("Nobody") for line in owners], series, "number", _("Customers"))
    return Finding(title, _("The year's wish list by owner and status"), chart, Sheet(columns, owners))


def _wish_rows(asked: Asked) -> Listing:
    columns = (
        CUSTOMER,
        column(__("Status"), "status_label"),
        column(__("Responsible"), "responsible", hide=True),
        column(__("Next step"), "next_step"),
        column(__("Last contact"), "last_contact_on", Form.DAY),
        money(__("Net revenue"), "net_revenue", hide=True),
        REASON,
    )
    rows = wish_list.wishes(asked.run, asked.user, asked.scope)
    return Listing(_("Whom we most want to win"), columns, whole(rows))


def _narrow_figures(asked: Asked) -> list[Figure]:
    found = spreads.narrow(asked.run, asked.user, asked.scope)
    return [
        Figure(__("Narrow buyers"), sum(each.customers for each in found), url="#rows"),
        Figure(__("What they buy elsewhere"), sum(each.elsewhere for each in found), Form.MONEY),
        Figure(__("What they buy from us"), sum(each.net_revenue for each in found), Form.MONEY, better="up"),
    ]


def _narrow_finding(asked: Asked) -> Finding | None:
    found = spreads.narrow(asked.run, asked.user, asked.scope)
    if not found:
        return None
    title = _("%(money)s go elsewhere") % {
        "money": compact_money(sum(each.elsewhere for each in found), asked.run.currency)
    }
    link = partial(here, asked, "narrow_buyers")
    series = [
        {"name": _("From us"), "values": [each.net_revenue for each in found]},
        {"name": _("Elsewhere"), "values": [each.elsewhere for each in found], "tone": "warn"},
    ]
    columns = (
        column(__("Basis"), "label", url=lambda row: link(basis=row.basis)),
        count(__("Customers"), "customers"),
        money(__("From us"), "net_revenue"),
        money(__("Elsewhere"), "elsewhere"),
    )
    urls = [link(basis=each.basis) for each in found]
    chart = parted_bars([each.label for each in found], series, "money", _("Money"), grouped=True, urls=urls)
    about = _("What narrow buyers buy from us and elsewhere, by what that rests on; a bar leads to them")
    return Finding(title, about, chart, Sheet(columns, found))


def _narrow_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("basis", __("Basis"), [("", __("All")), *ElsewhereBasis.choices]),)


def _narrow_list(asked: Asked) -> Listing:
    read = partial(offers.narrow_buyers, asked.run, asked.user, asked.scope, basis=asked.chosen["basis"])
    columns = (
        CUSTOMER,
        count(__("Categories"), "categories"),
        of_orders(__("Net revenue"), "net_revenue"),
        money(__("Elsewhere"), "elsewhere"),
        share(__("Our share"), "our_share"),
        column(__("What it lacks"), "lacking"),
        column(__("Basis"), "basis_label", hide=True),
        REASON,
    )
    return Listing(_("Who buys most elsewhere first"), columns, read)


PAGES = (
    MeasurePage(
        "clv",
        Question.WILL,
        __("Lifetime value"),
        __("what the orders to come are worth, beside last year going on"),
        Definition(
            __(
                "Expected orders of the coming years times the expected margin of an order, discounted. Beside it the"
                " naive guess: last year's margin, every year again."
            ),
            __("CLV = Σ expected orders · expected value · margin ÷ (1 + rate)^t"),
            __("It is an expectation over many customers alike, no promise about one."),
        ),
        _value_figures,
        _value_finding,
        _value_list,
        _value_choices,
    ),
    MeasurePage(
        "gold",
        Question.WILL,
        __("Gold customers"),
        __("whom the next fiscal year hangs on, and how right the last list was"),
        Definition(
            __(
                "The customers of greatest expected spend in the next fiscal year. A year later the list is judged."
            ),
            __("expected spend = expected orders · expected value of an order"),
            __("Right last year is shown beside last year's own top, even when that was better."),
        ),
        _gold_figures,
        _gold_finding,
        _gold_list,
        _gold_choices,
    ),
    MeasurePage(
        "wish_list",
        Question.WILL,
        __("Wish list"),
        __("whom we most want to win, and how far we have come"),
        Definition(
            __(
                "The year's list, each customer with a status: won, in talks, gone quiet, not yet approached."
            ),
            __("due = customers listed · share of the year gone by"),
            __("Contacts count only when they were logged."),
        ),
        _wish_figures,
        _wish_finding,
        _wish_rows,
    ),
    MeasurePage(
        "narrow_buyers",
        Question.BUYS,
        __("Narrow buyers"),
        __("who buys little of our range and more elsewhere"),
        Definition(
            __(
                "At most two of our product categories in the window, and spend elsewhere, recorded or estimated."
            ),
            __("our share = net revenue ÷ (net revenue + spend elsewhere)"),
            __("An estimate rests on customers of the same industry and size."),
        ),
        _narrow_figures,
        _narrow_finding,
        _narrow_list,
        _narrow_choices,
    ),
)
