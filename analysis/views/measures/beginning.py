"""Who began together, and how many of them stay: cohorts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import heat
from analysis.exports.tables import Column, Form, Sheet
from analysis.measures.cohorts import MOST_AGE
from analysis.selectors import cohorts
from analysis.views.measures.behind import customers_behind
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
from analysis.views.measures.parts import count, here, share, whole
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
    return [_Months(each) for each in asked.read(cohorts.cohorts, asked.scope)]


def _cohort_figures(asked: Asked) -> list[Figure]:
    found = asked.read(cohorts.cohorts, asked.scope)
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
        {
            "x": month.age - 1,
            "y": place,
            "value": month.retention,
            "note": gettext("%(active)s of %(all)s customers")
            % {"active": number(month.active), "all": number(each.cohort.customers)},
            "url": _cohort_url(asked, each.cohort, month.age) if month.active else "",
        }
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
    about = gettext(
        "Share of each month's new customers who ordered in the months after; a tile leads to them"
    )
    return Finding(title, about, chart, Sheet(_cohort_columns(asked, (1, 3, 6, 12)), shown[::-1]))


def _cohort_url(asked: Asked, cohort: cohorts.Cohort, age: int | None = None) -> str:
    """Where a cohort is, or those of it who ordered in the month so many after their first."""
    return here(asked, "cohorts", cohort=f"{cohort.month:%Y-%m}", age=age)


def _at(age: int, row: _Months) -> float | None:
    return row.at(age)


def _cohort_columns(asked: Asked, ages: Sequence[int]) -> tuple[Column, ...]:
    return (
        Column(
            _("First order"),
            lambda row: f"{row.cohort.month:%Y-%m}",
            url=lambda row: _cohort_url(asked, row.cohort),
        ),
        count(_("Customers"), "cohort.customers", url=lambda row: _cohort_url(asked, row.cohort)),
        share(_("Ordered again"), "cohort.repeat_rate"),
        *(
            Column(
                gettext("Month %(age)s") % {"age": age},
                partial(_at, age),
                Form.SHARE,
                url=partial(_active_url, asked, age),
                hide=age > 3,
            )
            for age in ages
        ),
    )


def _active_url(asked: Asked, age: int, row: _Months) -> str:
    return _cohort_url(asked, row.cohort, age) if row.at(age) else ""


def _cohort_choices(asked: Asked) -> Sequence[Choice]:
    months = [f"{each.cohort.month:%Y-%m}" for each in reversed(_cohorts(asked))]
    return (Choice("cohort", _("Cohort"), [("", _("All")), *((month, month) for month in months)]),)


def _cohort_ages(asked: Asked) -> Sequence[Choice]:
    """Of a cohort: in which month of its life its customers ordered."""
    if not asked.chosen.get("cohort"):
        return ()
    ages = [(str(age), str(age)) for age in range(1, MOST_AGE + 1)]
    return (Choice("age", _("Ordered in month"), [("", _("Any")), *ages]),)


def _cohort_list(asked: Asked) -> Listing:
    if month := asked.chosen.get("cohort"):
        age = int(asked.chosen["age"]) if asked.chosen.get("age") else None
        first = datetime.date.fromisoformat(f"{month}-01")
        title = gettext("Customers who began in %(month)s") % {"month": month}
        if age is not None:
            title = gettext("Customers who began in %(month)s and ordered %(age)s months later") % {
                "month": month,
                "age": age,
            }
        return customers_behind(asked, title, asked.read(cohorts.members, first, age, asked.scope))
    columns = _cohort_columns(asked, (1, 2, 3, 6, 9, 12))
    return Listing(gettext("All cohorts"), columns, whole(_cohorts(asked)[::-1]))


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
        _cohort_choices,
        _cohort_ages,
    ),
)
