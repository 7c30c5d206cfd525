"""What customers owe, how they pay, what they could afford."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import bars, item
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.selectors import credit, spreads
from analysis.selectors.slices import OVERDUE_DAYS
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
    count,
    here,
    money,
    share,
    sorting,
)
from crm.templatetags.format import number, percent

OVERDUE = pgettext_lazy("payment", "Overdue")


def _credit_figures(asked: Asked) -> list[Figure]:
    found = asked.read(credit.summary, asked.scope)
    link = partial(here, asked, "credit")
    return [
        Figure(_("Unpaid"), found.unpaid, Form.MONEY, better="down"),
        Figure(
            OVERDUE,
            found.overdue,
            Form.MONEY,
            gettext("from %(count)s customers") % {"count": number(found.customers_overdue)},
            "down",
            link(which="overdue"),
        ),
        Figure(
            _("Paid late"),
            found.late_share,
            Form.SHARE,
            gettext("of %(count)s payments") % {"count": number(found.payments_settled)},
            "down",
        ),
        Figure(_("Over their limit"), found.over_limit, better="down", url=link(which="over_limit")),
    ]


def _credit_finding(asked: Asked) -> Finding | None:
    bands = asked.read(spreads.overdue_ages, asked.scope)
    total = sum(band.value for band in bands)
    if not total:
        return None
    oldest = bands[-1]
    title = gettext("%(share)s of what is overdue is older than %(days)s days") % {
        "share": percent(oldest.value / total),
        "days": oldest.after,
    }
    drawn = [
        item(
            _days_words(band.after, band.to),
            band.value,
            tone="bad" if band.to is None else "warn",
            note=gettext("%(count)s customers") % {"count": number(band.customers)},
            url=here(asked, "credit", age=place),
        )
        for place, band in enumerate(bands)
    ]
    columns = (
        Column(_("Days overdue"), lambda band: _days_words(band.after, band.to)),
        count(_("Customers"), "customers", url=lambda band: here(asked, "credit", age=bands.index(band))),
        money(OVERDUE, "value"),
    )
    about = gettext("Money overdue by how long; a bar leads to the customers")
    return Finding(title, about, bars(drawn, "money", str(OVERDUE)), Sheet(columns, bands))


def _days_words(after: int | None, to: int | None) -> str:
    if to is None:
        return gettext("more than %(days)s days") % {"days": after}
    return gettext("%(first)s to %(last)s days") % {"first": (after or 0) + 1, "last": to}


def _credit_choices(_asked: Asked) -> Sequence[Choice]:
    options = [
        ("", _("All")),
        ("overdue", OVERDUE),
        ("over_limit", _("Over the limit")),
        ("grades_differ", _("Grade differs from the record")),
    ]
    orders = (("overdue", OVERDUE), ("unpaid", _("Unpaid")), ("spend", _("Spend")))
    bands = [(str(place), _days_words(after, to)) for place, (after, to) in enumerate(OVERDUE_DAYS)]
    ages = Choice("age", _("Days overdue"), [("", _("All")), *bands])
    return (Choice("which", _("Which"), options), ages, sorting(*orders))


def _credit_list(asked: Asked) -> Listing:
    which = asked.chosen["which"]
    read = partial(
        credit.customers,
        asked.run,
        asked.user,
        asked.scope,
        overdue=which == "overdue",
        over_limit=which == "over_limit",
        grades_differ=which == "grades_differ",
        band=int(asked.chosen["age"]) if asked.chosen["age"] else None,
        order=asked.chosen["sort"],
    )
    columns = (
        CUSTOMER,
        money(_("Unpaid"), "unpaid", order="unpaid"),
        money(OVERDUE, "overdue", order="overdue"),
        column(_("Days to pay"), "days_to_pay", Form.DAYS, hide=True),
        share(_("Paid late"), "late_share"),
        share(_("Limit used"), "limit_used", hide=True),
        money(_("Spend, ours and elsewhere"), "spend", order="spend", hide=True),
        column(_("Purchasing power"), "purchasing_power_label"),
        column(_("As recorded"), "recorded_grade_label", hide=True),
        column(_("Why"), "reasons", Form.REASON, hide=True),
    )
    return Listing(gettext("Customers by what they owe"), columns, read)


PAGES = (
    MeasurePage(
        "credit",
        Question.COSTS,
        _("Purchasing power and credit"),
        _("how customers pay, what they owe, what they could afford"),
        Definition(
            _(
                "Days to pay, late share, what is unpaid and overdue beside the limit; purchasing power is graded by"
                " what a customer spends with us and elsewhere, and set beside the recorded grade."
            ),
            _("late share = late payments ÷ settled payments"),
            _("Spend elsewhere is as recorded; who wrote nothing is graded by our sales alone."),
        ),
        _credit_figures,
        _credit_finding,
        _credit_list,
        _credit_choices,
    ),
)
