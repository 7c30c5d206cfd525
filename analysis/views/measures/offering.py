"""What customers could buy: what goes together, what to offer whom, whose next purchase is due."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import bars, item, network
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.selectors import offers, spreads
from analysis.selectors.results import summary_of
from analysis.selectors.slices import DUE_DAYS
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
    SHORT,
    count,
    here,
    money,
    share,
)
from crm.templatetags.format import compact_money, number

PAIRS_DRAWN = 25


def _basket_figures(asked: Asked) -> list[Figure]:
    found = summary_of("baskets", asked.run, asked.user) or {}
    pairs = found.get("pairs")
    return [
        Figure(_("Baskets"), found.get("baskets")),
        Figure(_("Products"), found.get("products")),
        Figure(_("Pairs that go together"), None if pairs is None else pairs // 2, url="#rows"),
    ]


def _basket_finding(asked: Asked) -> Finding | None:
    pairs = asked.read(offers.pairs, size=PAIRS_DRAWN).rows
    if not pairs:
        return None
    first = pairs[0]
    title = gettext("%(product)s and %(other)s go together: %(count)s baskets hold both") % {
        "product": first.product,
        "other": first.other,
        "count": number(first.together),
    }
    names: dict[int, str] = {}
    for pair in pairs:
        names |= {pair.product_id: pair.product, pair.other_id: pair.other}
    places_of = {key: place for place, key in enumerate(names)}
    nodes = [
        {"name": name, "group": "product", "url": here(asked, "baskets", product=key)}
        for key, name in names.items()
    ]
    ties = [
        {
            "source": places_of[pair.product_id],
            "target": places_of[pair.other_id],
            "label": number(pair.together),
            "url": here(asked, "baskets", product=pair.product_id),
        }
        for pair in pairs
    ]
    about = gettext(
        "Products that are bought together more often than chance would have it; the number is of baskets"
    )
    return Finding(title, about, network(nodes, ties), Sheet(_pair_columns(asked)[:5], pairs))


def _pair_columns(asked: Asked) -> tuple[Column, ...]:
    return (
        column(_("Product"), "product", url=lambda row: here(asked, "baskets", product=row.product_id)),
        column(_("Goes with"), "other", url=lambda row: here(asked, "cross_sell", product=row.other_id)),
        count(_("Baskets with both"), "together"),
        share(_("Confidence"), "confidence"),
        column(_("Lift"), "lift", Form.DECIMAL),
        column(_("Support"), "support", Form.SHARE, hide=True),
        column(_("Log-likelihood ratio"), "llr", Form.DECIMAL, hide=True),
    )


def _basket_list(asked: Asked) -> Listing:
    read = partial(offers.pairs, asked.run, asked.user, product=asked.numbers.get("product"))
    back = here(asked, "baskets") if asked.numbers.get("product") else ""
    return Listing(gettext("Pairs, the most telling first"), _pair_columns(asked), read, back)


def _offer_figures(asked: Asked) -> list[Figure]:
    top = asked.read(spreads.offered, asked.scope, size=1)
    found = asked.read(offers.recommendations, asked.scope, size=1)
    more = "+" if found.count_capped else ""
    return [
        Figure(_("Offers to make"), found.count, note=gettext("and more") if more else ""),
        Figure(
            _("Customers who lack the most wanted product"),
            top[0].customers if top else 0,
            note=top[0].product if top else "",
            url=here(asked, "cross_sell", product=top[0].product_id) if top else "",
        ),
    ]


def _offer_finding(asked: Asked) -> Finding | None:
    found = asked.read(spreads.offered, asked.scope, size=SHORT)
    if not found:
        return None
    title = gettext("%(product)s fits %(count)s customers who do not buy it") % {
        "product": found[0].product,
        "count": number(found[0].customers),
    }
    link = partial(here, asked, "cross_sell")
    drawn = [item(each.product, each.customers, url=link(product=each.product_id)) for each in found]
    columns = (
        column(_("Product"), "product", url=lambda row: link(product=row.product_id)),
        count(_("Customers"), "customers", url=lambda row: link(product=row.product_id)),
        count(_("Best offer for"), "first"),
    )
    about = gettext("Customers to whom a product is to be offered; a bar leads to them")
    return Finding(title, about, bars(drawn, "number", gettext("Customers")), Sheet(columns, found))


def _offer_list(asked: Asked) -> Listing:
    read = partial(
        offers.recommendations,
        asked.run,
        asked.user,
        asked.scope,
        customer=asked.numbers.get("customer"),
        product=asked.numbers.get("product"),
    )
    columns = (
        CUSTOMER,
        column(_("Offer"), "product", url=lambda row: here(asked, "cross_sell", product=row.product_id)),
        column(_("Because it buys"), "because"),
        column(_("Score"), "score", Form.DECIMAL),
        count(_("Place"), "place", hide=True),
        REASON,
    )
    back = here(asked, "cross_sell") if asked.numbers else ""
    return Listing(gettext("What to offer whom, the strongest first"), columns, read, back)


def _due_figures(asked: Asked) -> list[Figure]:
    bands = asked.read(spreads.due_days, asked.scope)
    soon = [band for band in bands if band.to is not None and band.to <= 7]
    return [
        Figure(_("Customers due to buy"), sum(band.customers for band in bands), better="up", url="#rows"),
        Figure(_("What they usually order"), sum(band.value for band in bands), Form.MONEY, better="up"),
        Figure(_("Due within a week or past it"), sum(band.customers for band in soon)),
    ]


def _due_finding(asked: Asked) -> Finding | None:
    bands = asked.read(spreads.due_days, asked.scope)
    if not any(band.customers for band in bands):
        return None
    title = gettext("%(money)s of usual orders are due") % {
        "money": compact_money(sum(band.value for band in bands), asked.run.currency)
    }
    drawn = [
        item(
            _due_words(band),
            band.value,
            note=gettext("%(count)s customers") % {"count": number(band.customers)},
            url=here(asked, "upsell", due=place),
        )
        for place, band in enumerate(bands)
    ]
    columns = (
        Column(_("Due"), _due_words),
        count(_("Customers"), "customers", url=lambda band: here(asked, "upsell", due=bands.index(band))),
        money(_("Usual orders"), "value"),
    )
    about = gettext(
        "Usual orders of customers with good credit whose next purchase is due, by when; a bar leads to them"
    )
    return Finding(title, about, bars(drawn, "money", gettext("Usual orders")), Sheet(columns, bands))


def _due_words(band: spreads.DaysBand) -> str:
    return _days_words(band.after, band.to)


def _days_words(after: int | None, to: int | None) -> str:
    if after is None:
        return gettext("past its day")
    if to is None:
        return gettext("later than %(days)s days") % {"days": after}
    return gettext("in %(first)s to %(last)s days") % {"first": after + 1, "last": to}


def _due_choices(_asked: Asked) -> Sequence[Choice]:
    bands = [(str(place), _days_words(after, to)) for place, (after, to) in enumerate(DUE_DAYS)]
    return (Choice("due", _("Due"), [("", _("All")), *bands]),)


def _due_list(asked: Asked) -> Listing:
    columns = (
        CUSTOMER,
        column(_("Due on"), "due_on", Form.DAY),
        column(_("Days left"), "days_until_due", Form.COUNT),
        money(_("Usual order"), "typical_order"),
        share(_("Paid late"), "late_share", hide=True),
        money(_("Credit left"), "room", hide=True),
        REASON,
    )
    band = int(asked.chosen["due"]) if asked.chosen["due"] else None
    read = partial(offers.due_to_buy, asked.run, asked.user, asked.scope, band=band)
    return Listing(gettext("Who is due, the soonest first"), columns, read)


PAGES = (
    MeasurePage(
        "baskets",
        Question.BUYS,
        _("Baskets"),
        _("which products go together"),
        Definition(
            _(
                "Products that are bought in the same basket more often than chance would have it; pairs in"
                " fewer than five baskets are left out."
            ),
            _("log-likelihood ratio of the pair (Dunning 1993); lift = P(both) ÷ (P(one) · P(other))"),
            _("Going together is no cause: both may go with a third."),
        ),
        _basket_figures,
        _basket_finding,
        _basket_list,
        numbers=("product",),
        company_only=True,
        narrows=False,
        related=((_("Cross-sell"), "analysis:cross_sell", ()),),
    ),
    MeasurePage(
        "cross_sell",
        Question.BUYS,
        _("Cross-sell"),
        _("what to offer whom"),
        Definition(
            _("Products that a customer lacks and that go with what it buys, the strongest first."),
            _("score = Σ log-likelihood ratio over what the customer buys"),
            _("It knows what was bought, not what was refused before."),
        ),
        _offer_figures,
        _offer_finding,
        _offer_list,
        numbers=("product", "customer"),
        related=((_("Narrow buyers"), "analysis:narrow_buyers", ()),),
    ),
    MeasurePage(
        "upsell",
        Question.BUYS,
        _("Due to buy"),
        _("whose purchase cycle ends, with good credit"),
        Definition(
            _(
                "Customers whose own rhythm says that the next purchase is due soon or just past, who pay on"
                " time and have credit left."
            ),
            _("due on = last order + own median interval"),
            _("A customer with few orders has a rhythm that may be chance."),
        ),
        _due_figures,
        _due_finding,
        _due_list,
        _due_choices,
    ),
)
