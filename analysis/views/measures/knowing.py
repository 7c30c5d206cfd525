"""How good the records of customers are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from operator import itemgetter

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import bars, item
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.selectors import data_quality
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
from analysis.views.measures.parts import CUSTOMER, SHORT, count, here, share
from crm.templatetags.format import number


def _quality_figures(asked: Asked) -> list[Figure]:
    found = asked.read(data_quality.headline, asked.scope)
    unused = asked.read(data_quality.fields, asked.scope, unused=True)
    return [
        Figure(_("Customers"), found.customers),
        Figure(_("Filled in"), found.completeness, Form.SHARE, better="up"),
        Figure(_("Checked lately"), found.fresh_share, Form.SHARE, better="up"),
        Figure(_("Fields that nobody uses"), len(unused), better="down"),
    ]


def _quality_finding(asked: Asked) -> Finding | None:
    lines = [line for line in asked.read(data_quality.fields, asked.scope) if line.completeness is not None]
    if not lines:
        return None
    emptiest = sorted(lines, key=lambda line: line.completeness or 0.0)
    full = sum(1 for line in lines if (line.completeness or 0) >= 0.9)
    title = gettext("%(full)s of %(all)s fields are filled in for nine in ten customers") % {
        "full": number(full),
        "all": number(len(lines)),
    }
    used = [line for line in emptiest if not line.is_unused][:SHORT]
    drawn = [
        item(
            line.label,
            line.completeness or 0.0,
            note=gettext("%(count)s customers lack it") % {"count": number(_lacking(line))},
            url=_lacking_url(asked, line),
        )
        for line in used or emptiest[:SHORT]
    ]
    columns = (
        column(_("Field"), "label"),
        share(_("Filled in"), "completeness"),
        count(_("Filled"), "filled"),
        Column(_("Lacking"), _lacking, Form.COUNT, partial(_lacking_url, asked)),
        count(_("Customers"), "customers"),
    )
    about = gettext(
        "How far the emptiest of the fields in use are filled in; a bar leads to the customers who lack it, the table"
        " has all fields"
    )
    return Finding(title, about, bars(drawn, "percent", gettext("Filled in")), Sheet(columns, emptiest))


def _lacking(line: data_quality.FieldLine) -> int:
    """Of how many customers a field that applies to them is not filled in."""
    return line.customers - line.filled


def _lacking_url(asked: Asked, line: data_quality.FieldLine) -> str:
    return here(asked, "data_quality", lacking=line.key)


def _quality_choices(asked: Asked) -> Sequence[Choice]:
    lines = asked.read(data_quality.fields, asked.scope)
    options = sorted(((line.key, line.label) for line in lines), key=itemgetter(1))
    return (Choice("lacking", _("Lacking"), [("", _("Any")), *options]),)


def _quality_list(asked: Asked) -> Listing:
    columns = (
        CUSTOMER,
        share(_("Filled in"), "completeness"),
        count(_("Filled"), "filled"),
        count(_("Of so many"), "applicable"),
        column(_("Checked on"), "checked_on", Form.DAY),
        column(_("Age"), "age_days", Form.DAYS, hide=True),
    )
    lacking = asked.chosen["lacking"]
    read = partial(data_quality.least_complete, asked.run, asked.user, asked.scope, lacking=lacking)
    return Listing(gettext("The least complete records"), columns, read)


PAGES = (
    MeasurePage(
        "data_quality",
        Question.KNOWN,
        _("Data quality"),
        _("which fields are filled in, which nobody uses, whose record is stale"),
        Definition(
            _(
                "For each field: how many of the customers it applies to have it; for each customer: how many fields."
            ),
            _("filled in = fields filled ÷ fields that apply"),
            _("Filled in is not the same as right."),
        ),
        _quality_figures,
        _quality_finding,
        _quality_list,
        _quality_choices,
    ),
)
