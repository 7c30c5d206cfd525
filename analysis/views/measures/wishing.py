"""Whom we most want to win, and how far we have come: the wish list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import parted_bars
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.selectors import wish_list
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
from analysis.views.measures.parts import CUSTOMER, REASON, count, here, money
from crm.templatetags.format import number


def _wish_figures(asked: Asked) -> list[Figure]:
    lines = asked.read(wish_list.progress, asked.scope)
    if not lines:
        return [Figure(_("On the list"), 0)]
    whole_list = lines[0]
    return [
        Figure(_("On the list"), whole_list.listed),
        Figure(
            _("Won"),
            whole_list.won,
            note=gettext("%(count)s should be won by now") % {"count": number(whole_list.due)},
            better="up",
        ),
        Figure(_("In talks"), whole_list.in_talks, better="up"),
        Figure(_("Without a next step"), whole_list.needs_step, better="down"),
    ]


def _wish_finding(asked: Asked) -> Finding | None:
    lines = asked.read(wish_list.progress, asked.scope)
    if not lines:
        return None
    owners = [line for line in lines if line.owner is not None]
    title = gettext("%(won)s of %(listed)s are won") % {
        "won": number(lines[0].won),
        "listed": number(lines[0].listed),
    }
    tones = {"won": "good", "in_talks": "accent", "gone_quiet": "warn", "untouched": "quiet"}
    series = [
        {
            "name": str(label),
            "values": [getattr(line, status) for line in owners],
            "urls": [_wish_url(asked, status, line) for line in owners],
            "tone": tones[status],
        }
        for status, label in WISHES.items()
    ]
    columns = (
        Column(_("Owner"), lambda row: row.owner or gettext("Nobody")),
        count(_("On the list"), "listed", url=partial(_wish_url, asked, "")),
        *(count(label, status, url=partial(_wish_url, asked, status)) for status, label in WISHES.items()),
    )
    urls = [_wish_url(asked, "", line) for line in owners]
    labels = [line.owner or gettext("Nobody") for line in owners]
    chart = parted_bars(labels, series, "number", gettext("Customers"), urls=urls)
    about = gettext("The year's wish list by owner and status; a part of a bar leads to it")
    return Finding(title, about, chart, Sheet(columns, owners))


def _wish_url(asked: Asked, status: str, line: wish_list.WishProgress) -> str:
    return here(asked, "wish_list", status=status, responsible=line.owner_id or 0)


def _wish_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("status", _("Status"), [("", _("All")), *WISHES.items()]),)


def _wish_rows(asked: Asked) -> Listing:
    columns = (
        CUSTOMER,
        column(_("Status"), "status_label"),
        column(_("Responsible"), "responsible", hide=True),
        column(_("Next step"), "next_step"),
        column(_("Last contact"), "last_contact_on", Form.DAY),
        money(_("Net revenue"), "net_revenue", hide=True),
        REASON,
    )
    responsible = asked.numbers.get("responsible")
    status = asked.chosen["status"]
    read = partial(
        wish_list.wishes, asked.run, asked.user, asked.scope, status=status, responsible=responsible
    )
    back = here(asked, "wish_list", status=status) if responsible is not None else ""
    return Listing(gettext("Whom we most want to win"), columns, read, back)


PAGES = (
    MeasurePage(
        "wish_list",
        Question.WILL,
        _("Wish list"),
        _("whom we most want to win, and how far we have come"),
        Definition(
            _("The year's list, each customer with a status: won, in talks, gone quiet, not yet approached."),
            _("due = customers listed · share of the year gone by"),
            _("Contacts count only when they were logged."),
        ),
        _wish_figures,
        _wish_finding,
        _wish_rows,
        _wish_choices,
        numbers=("responsible",),
        related=((_("Work through the list"), "analysis:list", ("wish",)),),
    ),
)
