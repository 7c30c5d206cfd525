"""The rules of a policy: read from JSON, checked key by key, written back complete.

docs/policy.md describes every key; a test holds that page and this module together.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from analysis.measures.churn import ChurnModel, ChurnPolicy
from analysis.measures.churn_reasons import ReasonPolicy
from analysis.measures.clv import ClvPolicy
from analysis.measures.contribution import Metric
from analysis.measures.gold import GoldPolicy
from analysis.measures.marks import MarkPolicy
from analysis.measures.rfm import RfmPolicy
from analysis.measures.tiers import PotentialPolicy, Thresholds, TierPolicy, TierScheme
from analysis.measures.windows import ReturnAttribution, Window, month_of
from analysis.models.care_rules import CareRules, read_care, read_potential
from analysis.models.product_rules import ProductRules, read_product_rules
from analysis.models.reading import PolicyError, Section, plain
from analysis.models.record_rules import RecordRules, read_record_rules

CENTS = 100
DEFAULT_MONTHS = 12
SEED_THRESHOLDS = Thresholds(a=5_000_000 * CENTS, b=1_000_000 * CENTS)
WINDOW_FORMS = '{"months": n} | {"days": n} | "year" | "all" | {"start": day, "end": day}'
ONE_DAY = datetime.timedelta(days=1)


class Span(StrEnum):
    """How the window of a run follows from its day."""

    MONTHS = "months"
    DAYS = "days"
    YEAR = "year"
    ALL = "all"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class WindowRule:
    """Which days count, as of any day.

    ``months``: the last so many complete months and the month in progress. ``days``: the last so many days. ``year``:
    the year that ends with the day. ``all``: everything since the first order. ``fixed``: ``start`` to before ``end``.
    """

    span: Span = Span.MONTHS
    length: int = DEFAULT_MONTHS
    start: datetime.date | None = None
    end: datetime.date | None = None

    def window(self, as_of: datetime.date, first_order_on: datetime.date | None) -> Window:
        """The window as of a day; nothing after that day is in it.

        Raises
        ------
        PolicyError
            When a fixed window begins after the day.
        """
        if self.span is Span.FIXED and self.start and self.end:
            if self.start > as_of:
                raise PolicyError.of("window", f"{self.start} > {as_of}")
            return Window(self.start, min(self.end, as_of + ONE_DAY))
        if self.span is Span.YEAR:
            return Window.trailing_year(as_of)
        if self.span is Span.DAYS:
            return Window.trailing(as_of, self.length)
        if self.span is Span.ALL:
            return Window(min(first_order_on or as_of, as_of), as_of + ONE_DAY)
        return Window(month_of(as_of + ONE_DAY, -self.length), as_of + ONE_DAY)


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """Everything that a run decides by. ``region_thresholds`` are by region code."""

    metric: Metric = Metric.NET_REVENUE
    returns: ReturnAttribution = ReturnAttribution.RETURN_DATE
    window: WindowRule = field(default_factory=WindowRule)
    scheme: TierScheme = TierScheme.AMOUNT
    thresholds: Thresholds = SEED_THRESHOLDS
    region_thresholds: Mapping[str, Thresholds] = field(default_factory=dict)
    pareto_a: Decimal = Decimal("0.8")
    pareto_b: Decimal = Decimal("0.95")
    hysteresis: Decimal = Decimal("0.1")
    marks: MarkPolicy = field(default_factory=MarkPolicy)
    churn: ChurnPolicy = field(default_factory=ChurnPolicy)
    count_free_orders: bool = False
    potential: PotentialPolicy = field(default_factory=PotentialPolicy)
    care: CareRules = field(default_factory=CareRules)
    rfm: RfmPolicy = field(default_factory=RfmPolicy)
    clv: ClvPolicy = field(default_factory=ClvPolicy)
    gold: GoldPolicy = field(default_factory=GoldPolicy)
    records: RecordRules = field(default_factory=RecordRules)
    products: ProductRules = field(default_factory=ProductRules)

    def tier_policy(self, region_ids: Mapping[str, int]) -> TierPolicy:
        """The tiers' part, with regions by id."""
        return TierPolicy(
            scheme=self.scheme,
            thresholds=self.thresholds,
            region_thresholds={region_ids[code]: limits for code, limits in self.region_thresholds.items()},
            pareto_a=self.pareto_a,
            pareto_b=self.pareto_b,
            hysteresis=self.hysteresis,
            potential=self.potential,
        )

    def document(self) -> dict[str, Any]:
        """The rules as a JSON document with every key, the same for equal rules."""
        reasons = self.churn.reasons
        return {
            "metric": self.metric.value,
            "returns": self.returns.value,
            "window": _window_document(self.window),
            "scheme": self.scheme.value,
            "thresholds": _thresholds_document(self.thresholds),
            "region_thresholds": {
                code: _thresholds_document(limits) for code, limits in sorted(self.region_thresholds.items())
            },
            "pareto": {"a": plain(self.pareto_a), "b": plain(self.pareto_b)},
            "hysteresis": plain(self.hysteresis),
            "marks": {
                "vip_share": plain(self.marks.vip_share),
                "drag_share": plain(self.marks.drag_share),
                "young_days": self.marks.young_days,
            },
            "churn": {
                "model": self.churn.model.value,
                "horizon_days": self.churn.horizon_days,
                "flag_at": plain(Decimal(str(self.churn.flag_at))),
                "count_free_orders": self.count_free_orders,
                "reasons": {name: getattr(reasons, name) for name in REASON_KEYS},
            },
            "potential": {
                "high_tier": self.potential.high_tier,
                "closing_steps": self.potential.closing_steps,
            },
            "care": self.care.document(),
            "rfm": {"high_from": self.rfm.high_from},
            "clv": {"years": self.clv.years, "discount_rate": plain(self.clv.discount_rate)},
            "gold": {
                "share": plain(self.gold.share),
                "fiscal_year_month": self.gold.fiscal_year_month,
            },
            **self.records.document(),
            **self.products.document(),
        }


REASON_KEYS = tuple(ReasonPolicy.__dataclass_fields__)


def read_rules(document: Any) -> PolicyRules:
    """Read and check a policy document; keys that are left out have their defaults.

    Raises
    ------
    PolicyError
        Naming every key that is wrong and what it may be.
    """
    top = Section.root(document)
    default = PolicyRules()
    rules = {
        "metric": top.choice("metric", Metric, default.metric),
        "returns": top.choice("returns", ReturnAttribution, default.returns),
        "window": _read_window(top),
        "scheme": top.choice("scheme", TierScheme, default.scheme),
        "thresholds": _read_thresholds(top.section("thresholds"), default.thresholds),
        "region_thresholds": _read_region_thresholds(top, default.thresholds),
        "hysteresis": top.share("hysteresis", default.hysteresis, below_one=True),
        **_read_pareto(top.section("pareto"), default),
        "marks": _read_marks(top.section("marks"), default.marks),
        **_read_churn(top.section("churn"), default),
        "rfm": _read_rfm(top.section("rfm"), default.rfm),
        "clv": _read_clv(top.section("clv"), default.clv),
        "gold": _read_gold(top.section("gold"), default.gold),
        "potential": read_potential(top.section("potential"), default.potential),
        "care": read_care(top.section("care"), default.care),
        "records": read_record_rules(top, default.records),
        "products": read_product_rules(top, default.products),
    }
    top.finish()
    return PolicyRules(**rules)


def _read_window(top: Section) -> WindowRule:
    if (word := top.value("window")) is not None:
        if word in {Span.YEAR.value, Span.ALL.value}:
            return WindowRule(Span(word))
        top.reject("window", WINDOW_FORMS)
        return WindowRule()
    section = top.section("window")
    start, end = section.day("start"), section.day("end")
    days = section.integer("days", 365, least=1, most=36_500)
    months = section.integer("months", DEFAULT_MONTHS, least=1, most=1_200)
    forms = [key for key in ("months", "days", "start") if key in section]
    if len(forms) > 1 or ("end" in section) != ("start" in section):
        section.reject(None, WINDOW_FORMS)
    elif start and end and start >= end:
        section.reject("end", f"> {start}")
    elif start and end:
        return WindowRule(Span.FIXED, 0, start, end)
    return WindowRule(Span.DAYS, days) if "days" in section else WindowRule(Span.MONTHS, months)


def _read_thresholds(section: Section, default: Thresholds) -> Thresholds:
    a, b = section.money("a", default.a), section.money("b", default.b)
    if not a > b > 0:
        section.reject("a", "a > b > 0")
        return default
    return Thresholds(a, b)


def _read_region_thresholds(top: Section, default: Thresholds) -> dict[str, Thresholds]:
    regions = top.section("region_thresholds")
    return {code: _read_thresholds(regions.section(code), default) for code in regions}


def _read_pareto(section: Section, default: PolicyRules) -> dict[str, Decimal]:
    a, b = section.share("a", default.pareto_a), section.share("b", default.pareto_b)
    if not 0 < a < b <= 1:
        section.reject("a", "0 < a < b ≤ 1")
        return {}
    return {"pareto_a": a, "pareto_b": b}


def _read_marks(section: Section, default: MarkPolicy) -> MarkPolicy:
    return MarkPolicy(
        vip_share=section.share("vip_share", default.vip_share),
        drag_share=section.share("drag_share", default.drag_share),
        young_days=section.integer("young_days", default.young_days, least=0, most=36_500),
    )


def _read_churn(section: Section, default: PolicyRules) -> dict[str, Any]:
    churn = default.churn
    flag_at = section.share("flag_at", Decimal(str(churn.flag_at)))
    if flag_at == 0:
        section.reject("flag_at", "> 0")
        flag_at = Decimal(str(churn.flag_at))
    policy = ChurnPolicy(
        model=section.choice("model", ChurnModel, churn.model),
        horizon_days=section.integer("horizon_days", churn.horizon_days, least=1, most=3_650),
        flag_at=float(flag_at),
        reasons=_read_reasons(section.section("reasons"), churn.reasons),
    )
    return {
        "churn": policy,
        "count_free_orders": section.boolean("count_free_orders", default.count_free_orders),
    }


def _read_reasons(section: Section, default: ReasonPolicy) -> ReasonPolicy:
    limits = {
        "overdue_percent": (100, 10_000),
        "least_order_days": (2, 1_000),
        "least_payments": (1, 1_000),
        "wallet_rise_percent": (1, 10_000),
    }
    return ReasonPolicy(
        **{
            name: section.integer(name, getattr(default, name), *limits.get(name, (1, 100)))
            for name in REASON_KEYS
        }
    )


def _read_rfm(section: Section, default: RfmPolicy) -> RfmPolicy:
    return RfmPolicy(high_from=section.integer("high_from", default.high_from, least=2, most=5))


def _read_clv(section: Section, default: ClvPolicy) -> ClvPolicy:
    return ClvPolicy(
        years=section.integer("years", default.years, least=1, most=10),
        discount_rate=section.share("discount_rate", default.discount_rate, below_one=True),
    )


def _read_gold(section: Section, default: GoldPolicy) -> GoldPolicy:
    share = section.share("share", default.share)
    if share == 0:
        section.reject("share", "> 0")
        share = default.share
    month = section.integer("fiscal_year_month", default.fiscal_year_month, least=1, most=12)
    return GoldPolicy(share, month)


def _window_document(rule: WindowRule) -> Any:
    if rule.span is Span.FIXED:
        return {"start": str(rule.start), "end": str(rule.end)}
    if rule.span in {Span.MONTHS, Span.DAYS}:
        return {rule.span.value: rule.length}
    return rule.span.value


def _thresholds_document(limits: Thresholds) -> dict[str, Any]:
    return {"a": plain(Decimal(limits.a) / CENTS), "b": plain(Decimal(limits.b) / CENTS)}
