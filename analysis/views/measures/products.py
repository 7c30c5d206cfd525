"""What customers buy at which margin, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import bars, dots, item
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.models import Advice
from analysis.selectors import margins
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
    orders_of,
    record_of,
    share,
    whole,
)
from crm.templatetags.format import compact_money, number, percent


def _margin_figures(asked: Asked) -> list[Figure]:
    lines = asked.read(margins.products, asked.scope)
    net, margin = sum(line.net_revenue for line in lines), sum(line.gross_margin for line in lines)
    costed = sum(line.cost_coverage * line.net_revenue for line in lines)
    losing = [line for line in lines if line.gross_margin < 0]
    return [
        Figure(_("Products sold"), len(lines)),
        Figure(_("Net revenue"), net, Form.MONEY, better="up"),
        Figure(
            _("Gross margin"),
            margin,
            Form.MONEY,
            gettext("%(rate)s of the revenue whose cost is known")
            % {"rate": percent(margin / costed if costed > 0 else None)},
            "up",
        ),
        Figure(
            _("Products that lose money"),
            len(losing),
            better="down",
            url=here(asked, "product_margins", sort="low"),
        ),
    ]


def _margin_finding(asked: Asked) -> Finding | None:
    lines = [line for line in asked.read(margins.products, asked.scope) if line.margin_rate is not None]
    if not lines:
        return None
    top = sorted(lines, key=attrgetter("net_revenue"), reverse=True)[:60]
    worst = min(top, key=lambda line: line.margin_rate or 0.0)
    title = gettext("%(product)s earns least of the products that sell: %(rate)s") % {
        "product": worst.name,
        "rate": percent(worst.margin_rate),
    }
    points = [
        {
            "x": line.net_revenue,
            "y": line.margin_rate,
            "label": line.name,
            "url": _buyers_url(asked, line),
            "tone": "bad" if (line.margin_rate or 0) < 0 else "accent",
        }
        for line in top
    ]
    chart = dots(
        points,
        x_form="money",
        y_form="percent",
        x_label=gettext("Net revenue"),
        y_label=gettext("Margin rate"),
    )
    about = gettext("Products by net revenue and gross margin; a dot leads to the customers who buy it")
    buyers = count(_("Customers"), "customers", url=partial(_buyers_url, asked))
    return Finding(title, about, chart, Sheet((*_product_columns(asked)[:5], buyers), top))


def _buyers_url(asked: Asked, row: Any) -> str:
    """Where the customers are who buy a product."""
    return here(asked, "product_margins", product=row.product_id)


def _product_columns(asked: Asked) -> tuple[Column, ...]:
    return (
        column(_("Product"), "name", url=partial(_buyers_url, asked)),
        share(_("Margin rate"), "margin_rate"),
        money(_("Gross margin"), "gross_margin"),
        money(_("Net revenue"), "net_revenue"),
        share(_("Share of revenue"), "revenue_share"),
        share(_("Cost known"), "cost_coverage", hide=True),
        column(_("Quantity"), "quantity", Form.COUNT, hide=True),
    )


def _margin_list(asked: Asked) -> Listing:
    """All products; the customers of one, or the products of one customer, when the address names it."""
    lowest_first = asked.chosen["sort"] == "low"
    back = here(asked, "product_margins")
    if product := asked.numbers.get("product"):
        buyers = asked.read(margins.customers_of, product, asked.scope)
        return _ranked(
            gettext("Customers who buy this product"), _buyer_columns(), buyers, lowest_first, back
        )
    if customer := asked.numbers.get("customer"):
        bought = asked.read(margins.products_of, customer)
        return _ranked(
            gettext("What this customer buys"), _product_columns(asked), bought, lowest_first, back
        )
    lines = asked.read(margins.products, asked.scope)
    columns = (*_product_columns(asked), count(_("Customers"), "customers", url=partial(_buyers_url, asked)))
    return _ranked(gettext("Products by margin"), columns, lines, lowest_first)


def _ranked(
    title: str, columns: tuple[Column, ...], rows: Sequence[Any], lowest_first: bool, back: str = ""
) -> Listing:
    if lowest_first:
        known = [row for row in rows if row.margin_rate is not None]
        rows = sorted(known, key=attrgetter("margin_rate"))
    return Listing(title, columns, whole(rows), back)


def _buyer_columns() -> tuple[Column, ...]:
    return (
        column(_("Customer"), "name", url=lambda row: record_of(row.customer_id)),
        share(_("Margin rate"), "margin_rate"),
        money(_("Gross margin"), "gross_margin"),
        Column(
            _("Net revenue"), attrgetter("net_revenue"), Form.MONEY, lambda row: orders_of(row.customer_id)
        ),
        share(_("Share of revenue"), "revenue_share"),
        share(_("Cost known"), "cost_coverage", hide=True),
    )


def _margin_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("sort", _("Sorted by"), [("high", _("Highest margin")), ("low", _("Lowest margin"))]),)


def _advice_figures(asked: Asked) -> list[Figure]:
    return [
        Figure(
            each.label,
            each.pieces,
            Form.COUNT,
            gettext("worth %(money)s") % {"money": compact_money(each.gain, asked.run.currency)},
            url=here(asked, "mix_advice", kind=each.advice),
        )
        for each in asked.read(margins.advice_sums, asked.scope)
    ]


def _advice_finding(asked: Asked) -> Finding | None:
    sums = asked.read(margins.advice_sums, asked.scope)
    if not any(each.pieces for each in sums):
        return None
    best = max(sums, key=attrgetter("gain"))
    title = gettext("%(advice)s would bring most: %(money)s") % {
        "advice": best.label,
        "money": compact_money(best.gain, asked.run.currency),
    }
    drawn = [
        item(each.label, each.gain, url=here(asked, "mix_advice", kind=each.advice), note=number(each.pieces))
        for each in sums
    ]
    columns = (
        column(_("Advice"), "label"),
        count(_("Pieces"), "pieces", url=lambda row: here(asked, "mix_advice", kind=row.advice)),
        money(_("Gain"), "gain"),
    )
    about = gettext("What each kind of advice would be worth in a year; a bar leads to the pieces")
    return Finding(title, about, bars(drawn, "money", gettext("Gain")), Sheet(columns, sums))


def _advice_list(asked: Asked) -> Listing:
    read = partial(
        margins.advice,
        asked.run,
        asked.user,
        asked.scope,
        kind=asked.chosen["kind"],
        customer=asked.numbers.get("customer"),
        product=asked.numbers.get("product"),
    )
    columns = (
        CUSTOMER,
        column(_("Product"), "product", url=lambda row: here(asked, "mix_advice", product=row.product_id)),
        column(_("Advice"), "advice_label"),
        money(_("Gain"), "gain"),
        share(_("Margin rate"), "margin_rate"),
        money(_("Net revenue"), "net_revenue", hide=True),
        REASON,
    )
    back = here(asked, "mix_advice") if asked.numbers else ""
    return Listing(gettext("Advice, the greatest gain first"), columns, read, back)


def _advice_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("kind", _("Advice"), [("", _("All")), *Advice.choices]),)


PAGES = (
    MeasurePage(
        "product_margins",
        Question.BUYS,
        _("Product margins"),
        _("what each product earns, with whom, and what each customer buys at which margin"),
        Definition(
            _(
                "Each product's net revenue, gross margin and margin rate with the customers that the viewer"
                " sees; of one product its customers, of one customer its products, ranked by margin."
            ),
            _("margin = (revenue of known cost − cost of goods) ÷ revenue of known cost"),
            _("Products whose cost is not known have no margin and no rank."),
        ),
        _margin_figures,
        _margin_finding,
        _margin_list,
        _margin_choices,
        numbers=("product", "customer"),
        related=((_("Mix advice"), "analysis:mix_advice", ()),),
    ),
    MeasurePage(
        "mix_advice",
        Question.BUYS,
        _("Mix advice"),
        _("what to push, reprice or stop, with which customer"),
        Definition(
            _(
                "For each customer and product: push what earns well and is bought less than usual, reprice"
                " what earns less than usual, stop what loses money everywhere."
            ),
            _("gain = margin at the usual share or rate − margin now"),
            _("Usual is the company's average; a special agreement is not known here."),
        ),
        _advice_figures,
        _advice_finding,
        _advice_list,
        _advice_choices,
        numbers=("product", "customer"),
    ),
)
