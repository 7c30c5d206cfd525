"""Who moved since the run before, and how right the scores were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import slope
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.models.moves import Movement
from analysis.selectors import backtest, moves, spreads
from analysis.selectors.churn import MethodScores
from analysis.selectors.results import RowsPage
from analysis.selectors.snapshots import sees_company
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
    whole,
)
from crm.templatetags.format import day, number, percent

PLACES = ("A", "B", "C")
FLAGS = (("raised", _("Newly at risk")), ("cleared", _("No longer at risk")))


@dataclass(frozen=True, slots=True)
class _Moved:
    """A customer who moved, as the list's columns read it."""

    customer: Any
    tier_before: str
    tier: str
    value_before: int | None
    value: int | None
    reason: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Bin:
    """A decile of a method."""

    method: str
    tenth: int
    predicted: float
    happened: float
    customers: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """A method over one window."""

    trained_to: Any
    as_of: Any
    scores: MethodScores


def _moves_figures(asked: Asked) -> list[Figure]:
    found = asked.read(moves.counts, asked.scope)
    link = partial(here, asked, "moves")
    return [
        Figure(_("Moved up"), found["up"], better="up", url=link(kind="up")),
        Figure(_("Moved down"), found["down"], better="down", url=link(kind="down")),
        Figure(_("Newly at risk"), found["raised"], better="down", url=link(kind="raised")),
        Figure(_("New in the analysis"), found["new"], better="up", url=link(kind="new")),
    ]


def _moves_finding(asked: Asked) -> Finding | None:
    found = asked.read(spreads.passages, asked.scope)
    crossings = [each for each in found if each.tier and each.tier_before]
    if not found:
        return None
    up = sum(each.customers for each in crossings if each.tier < each.tier_before)
    down = sum(each.customers for each in crossings if each.tier > each.tier_before)
    title = gettext("%(up)s customers rose a tier and %(down)s fell") % {
        "up": number(up),
        "down": number(down),
    }
    drawn = [
        {
            "from": PLACES.index(each.tier_before),
            "to": PLACES.index(each.tier),
            "count": each.customers,
            "tone": "good" if each.tier < each.tier_before else "bad",
            "label": number(each.customers),
            "url": _passage_url(asked, each),
        }
        for each in crossings
    ]
    before = asked.run.previous
    left = gettext("as of %(day)s") % {"day": day(before.as_of) if before else "–"}
    right = gettext("as of %(day)s") % {"day": day(asked.run.as_of)}
    columns = (
        Column(_("From"), lambda row: row.tier_before or "–", Form.TEXT),
        Column(_("To"), lambda row: row.tier or "–", Form.TEXT),
        count(_("Customers"), "customers", url=partial(_passage_url, asked)),
        money(_("Worth"), "value"),
    )
    about = gettext("Customers by their tier in the run before and now; a line leads to them")
    return Finding(title, about, slope(left, right, PLACES, drawn), Sheet(columns, found))


def _passage_url(asked: Asked, passage: spreads.Passage) -> str:
    """Where those are who went from one tier to another."""
    return here(asked, "moves", passage=f"{passage.tier_before}-{passage.tier}")


def _moves_choices(_asked: Asked) -> Sequence[Choice]:
    tiers = (*PLACES, "")
    passages = [
        (f"{before}-{tier}", f"{before or '–'} → {tier or '–'}")
        for before in tiers
        for tier in tiers
        if before != tier
    ]
    kinds = [("", _("All")), *Movement.choices, *FLAGS]
    return (
        Choice("kind", _("Move"), kinds),
        Choice("passage", _("From and to"), [("", _("All")), *passages]),
    )


def _moves_list(asked: Asked) -> Listing:
    kind, chosen = asked.chosen["kind"], asked.chosen["passage"]
    before, _dash, tier = chosen.partition("-")
    passage = (before, tier) if chosen else None

    def read(**place: Any) -> RowsPage[_Moved]:
        page = moves.moved(asked.run, asked.user, asked.scope, kind=kind, passage=passage, **place)
        rows = [
            _Moved(row, row.tier_before, row.tier, row.value_before, row.value, (row.sentence, *row.reasons))
            for row in page.rows
        ]
        return RowsPage(rows, page.before, page.after, page.count, page.count_capped)

    columns = (
        CUSTOMER,
        column(_("From"), "tier_before", Form.TIER),
        column(_("To"), "tier", Form.TIER),
        money(_("Value before"), "value_before"),
        money(_("Worth"), "value"),
        column(_("Why"), "reason", Form.REASON),
    )
    return Listing(gettext("Who moved, the greatest first"), columns, read)


def _latest(asked: Asked) -> MethodScores | None:
    windows = asked.read(backtest.windows)
    methods = windows[0].methods if windows else []
    return next((method for method in methods if method.is_default), next(iter(methods), None))


def _backtest_figures(asked: Asked) -> list[Figure]:
    used = _latest(asked)
    if used is None:
        return []
    return [
        Figure(
            _("AUC"),
            used.auc,
            Form.DECIMAL,
            gettext("%(method)s; 0.5 is chance") % {"method": used.label},
            "up",
        ),
        Figure(
            _("Brier score"),
            used.brier,
            Form.DECIMAL,
            gettext("the base rate alone gives %(base)s") % {"base": number(used.base_rate_brier, 2)},
            "down",
        ),
        Figure(
            _("Right in the riskiest tenth"),
            used.precision_riskiest_tenth,
            Form.SHARE,
            gettext("%(base)s of all stayed away") % {"base": percent(used.base_rate)},
            "up",
        ),
    ]


def _backtest_finding(asked: Asked) -> Finding | None:
    windows = asked.read(backtest.windows)
    methods = [method for method in windows[0].methods if method.calibration] if windows else []
    if not methods:
        return None
    company = sees_company(asked.user)
    used = next((method for method in methods if method.is_default), methods[0])
    last = used.calibration[-1]
    title = gettext("Of the riskiest tenth, %(happened)s stayed away; %(predicted)s were predicted") % {
        "happened": percent(last.churn_rate),
        "predicted": percent(last.mean_probability),
    }
    chart: dict[str, Any] = {
        "kind": "calibration",
        "series": [
            {
                "name": method.label,
                "points": [
                    [part.mean_probability, part.churn_rate, *([part.customers] if company else [])]
                    for part in method.calibration
                ],
            }
            for method in methods
        ],
        "ideal": gettext("Perfect"),
        "x_label": gettext("Predicted"),
        "y_label": gettext("Happened"),
    }
    rows = [
        _Bin(method.label, tenth, part.mean_probability, part.churn_rate, part.customers)
        for method in methods
        for tenth, part in enumerate(method.calibration, 1)
    ]
    columns = (
        column(_("Method"), "method"),
        count(_("Tenth of risk"), "tenth"),
        share(_("Predicted"), "predicted"),
        share(_("Happened"), "happened"),
        *((count(_("Customers"), "customers"),) if company else ()),
    )
    about = gettext("Predicted beside observed shares of customers who stayed away, by tenth of risk")
    return Finding(title, about, chart, Sheet(columns, rows))


def _backtest_list(asked: Asked) -> Listing:
    rows = [
        _Judged(window.trained_to, window.as_of, method)
        for window in asked.read(backtest.windows)
        for method in window.methods
    ]
    columns = (
        column(_("Method"), "scores.label"),
        column(_("Trained to"), "trained_to", Form.DAY),
        column(_("Judged on"), "as_of", Form.DAY),
        column(_("AUC"), "scores.auc", Form.DECIMAL),
        column(_("Brier score"), "scores.brier", Form.DECIMAL),
        column(_("Brier of the base rate"), "scores.base_rate_brier", Form.DECIMAL, hide=True),
        share(_("Right in the riskiest tenth"), "scores.precision_riskiest_tenth"),
        share(_("Base rate"), "scores.base_rate", hide=True),
        column(_("Problem"), "scores.problem", Form.REASON, hide=True),
    )
    return Listing(gettext("Every method in every window"), columns, whole(rows))


PAGES = (
    MeasurePage(
        "moves",
        Question.LEAVES,
        _("Who moved"),
        _("who rose, fell, came and went since the run before, and why"),
        Definition(
            _(
                "A customer has moved when its tier or its churn flag is another than in the run before. Each move"
                " names its cause: its value, another threshold, its potential, or another policy."
            ),
            caveat=_("Runs of different policies are compared all the same; the cause then says so."),
        ),
        _moves_figures,
        _moves_finding,
        _moves_list,
        _moves_choices,
    ),
    MeasurePage(
        "backtest",
        Question.LEAVES,
        _("How right were we?"),
        _("what the churn scores would have said a quarter ago, beside what happened"),
        Definition(
            _(
                "Every method is trained on what was known one horizon earlier and judged by who then stayed away, for"
                " several windows. A method worse than the base rate is not offered."
            ),
            _(
                "Brier score = mean of (probability − outcome)²; AUC = chance that who left was ranked above who stayed"
            ),
            _("Past windows are no promise: a change in the market shows only afterwards."),
        ),
        _backtest_figures,
        _backtest_finding,
        _backtest_list,
        narrows=False,
    ),
)
