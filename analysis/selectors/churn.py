"""The churn page: who is about to leave, why, and how well the method would have known."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from analysis.measures.churn import ChurnModel
from analysis.measures.churn_reasons import ChurnReason
from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.selectors import explanations
from analysis.selectors.kept import kept
from analysis.selectors.ranking import RankedPage, page_of
from analysis.selectors.slices import RISK_TENTH, TENTHS, Total
from analysis.selectors.snapshots import Filter, anybody_left, sees_company, visible
from analysis.selectors.sums import known_count
from crm.models import User
from crm.paging import PAGE_SIZE, CursorError, Key, day, integer


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many flagged customers have a reason, and their value in cents."""

    code: str
    label: str
    customers: int
    value: int


@dataclass(frozen=True, slots=True)
class RiskBand:
    """Scored customers whose probability lies in [low, high)."""

    low: float
    high: float
    customers: int
    value: int


@dataclass(frozen=True, slots=True)
class ChurnSummary:
    """What the viewer's customers come to. ``problem`` says why nobody has a score, or is ""."""

    published: bool
    problem: str
    model: str
    horizon_days: int
    flag_at: float
    scored: int
    flagged: int
    flagged_value: int
    no_orders: int
    expected_orders: float
    reasons: list[ReasonCount]
    bands: list[RiskBand]


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """One decile of the score: what was said beside what happened."""

    decile: int
    customers: int
    mean_probability: float
    churn_rate: float


@dataclass(frozen=True, slots=True)
class MethodScores:
    """How one method did; figures are None when it could not be trained."""

    name: str
    label: str
    is_default: bool
    customers: int | None
    churners: int | None
    base_rate: float | None
    auc: float | None
    brier: float | None
    base_rate_brier: float | None
    precision_riskiest_tenth: float | None
    beats_base_rate: bool
    problem: str
    calibration: list[CalibrationBin]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The backtest of every method on offer, and the parameters of the one in use."""

    trained_to: datetime.date | None
    horizon_days: int
    methods: list[MethodScores]
    parameters: list[tuple[str, float]]
    log_likelihood: float | None
    fitted_on: int


def summary(run: AnalysisRun, user: User, filter: Filter | None = None) -> ChurnSummary:  # noqa: A002
    """Count and add up the viewer's customers by risk and by reason."""
    wanted, stored = filter or Filter(), run.churn.get("by_band")
    if stored and sees_company(user) and wanted.is_empty and not anybody_left(run):
        return _summary(run, stored)
    found = kept("risk", run, user, wanted, lambda: add_up_by_band(visible(run, user, wanted)))
    return _summary(run, found)


def add_up_by_band(rows: QuerySet[CustomerSnapshot]) -> list[dict[str, Any]]:
    """Counts and sums by tenth of the probability, None for those without a score; whole numbers and floats only."""
    has_reason = {code: Q(churn_flag=True, churn_reasons__contains=code) for code in ChurnReason}
    found = (
        rows.order_by()
        .values(band=RISK_TENTH)
        .annotate(
            people=Count("*"),
            worth=Total("value"),
            in_flag=Count("customer_id", filter=Q(churn_flag=True)),
            flag_worth=Total("value", filter=Q(churn_flag=True)),
            never=Count("customer_id", filter=Q(churn_status="no_orders")),
            awaited=Coalesce(Sum("expected_orders"), 0.0, output_field=FloatField()),
            **{
                f"with_{code}": Count("customer_id", filter=condition)
                for code, condition in has_reason.items()
            },
            **{f"worth_{code}": Total("value", filter=condition) for code, condition in has_reason.items()},
        )
    )
    return [dict(row) for row in found]


def flagged(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    order: str = "value",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RankedPage:
    """The viewer's flagged customers or, when the filter names a risk, all of that risk.

    Raises CursorError for a cursor that this list did not make.
    """
    wanted = filter or Filter()
    rows = visible(run, user, wanted)
    if wanted.risk is None:
        rows = rows.filter(churn_flag=True)
    count = known_count(run, user, wanted, "flagged")
    return page_of(run, user, rows, ORDERS[order], after=after, before=before, size=size, count=count)


def evaluation(run: AnalysisRun) -> Evaluation:
    """The quality of the methods, as the run recorded it: no money, no names, for every viewer the same."""
    recorded, in_use = run.churn.get("backtest", {}), model_in_use(run)
    methods = [
        method_scores(name, scores, name == in_use) for name, scores in recorded.get("methods", {}).items()
    ]
    trained_to = recorded.get("trained_to")
    return Evaluation(
        trained_to=datetime.date.fromisoformat(trained_to) if trained_to else None,
        horizon_days=run.horizon_days or 0,
        methods=methods,
        parameters=[(SYMBOLS[name], value) for name, value in run.churn.get("parameters", {}).items()],
        log_likelihood=run.churn.get("log_likelihood"),
        fitted_on=run.churn.get("fitted_on", 0),
    )


def _probability(value: Any) -> float:
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise CursorError(value)
    return float(value)


ORDERS: dict[str, tuple[Key, ...]] = {
    "value": (Key("rank", integer), Key("customer_id", integer)),
    "probability": (Key("churn_probability", _probability, descending=True), Key("customer_id", integer)),
    "overdue": (Key("last_order_on", day), Key("customer_id", integer)),
}
SYMBOLS = {"r": "r", "alpha": "α", "a": "a", "b": "b"}


def _summary(run: AnalysisRun, found: Sequence[Mapping[str, Any]]) -> ChurnSummary:
    def total(name: str) -> int:
        return sum(row[name] for row in found)

    by_band = {row["band"]: row for row in found if row["band"] is not None}
    bands = [
        RiskBand(
            place / TENTHS,
            (place + 1) / TENTHS,
            by_band[place]["people"] if place in by_band else 0,
            by_band[place]["worth"] if place in by_band else 0,
        )
        for place in range(TENTHS)
    ]
    reasons = [
        ReasonCount(code, explanations.reason_label(code), total(f"with_{code}"), total(f"worth_{code}"))
        for code in ChurnReason
    ]
    problem = run.churn.get("problem")
    return ChurnSummary(
        published=not problem,
        problem=explanations.fit_problem(problem),
        model=explanations.model_label(model_in_use(run)),
        horizon_days=run.horizon_days or 0,
        flag_at=run.churn.get("flag_at", 0.0),
        scored=sum(band.customers for band in bands),
        flagged=total("in_flag"),
        flagged_value=total("flag_worth"),
        no_orders=total("never"),
        expected_orders=float(sum(row["awaited"] for row in found)),
        reasons=reasons,
        bands=bands,
    )


def model_in_use(run: AnalysisRun) -> str:
    """What the scores come from: "auto" where it may be used, else the model of demand; "" without any."""
    auto = run.churn.get("auto") or {}
    return ChurnModel.AUTO.value if auto.get("used") else run.churn.get("model", "")


def method_scores(name: str, scores: dict[str, Any], is_default: bool) -> MethodScores:
    """A method's figures as a run records them."""
    figures = (
        "customers",
        "churners",
        "base_rate",
        "auc",
        "brier",
        "base_rate_brier",
        "precision_riskiest_tenth",
    )
    return MethodScores(
        name=name,
        label=explanations.model_label(name),
        is_default=is_default,
        beats_base_rate=scores.get("beats_base_rate", False),
        problem=explanations.fit_problem(scores.get("problem")),
        calibration=[CalibrationBin(**part) for part in scores.get("calibration", [])],
        **{figure: scores.get(figure) for figure in figures},
    )
