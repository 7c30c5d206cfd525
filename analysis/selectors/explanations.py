"""What a published row means, in sentences of the active language: why this tier, why this risk, what would change it.

The codes and figures come from the row alone, so that a sentence can never say more than was published; only the
judgement of potential has its reason, author and expiry from the customer's record, which whoever sees the row sees.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from analysis.measures.churn import ChurnModel
from analysis.measures.churn_auto import LEAST_CUSTOMERS, LEAST_OF_EITHER
from analysis.measures.contribution import Metric
from analysis.measures.tier_reasons import TierReason, explain_tier
from analysis.models import AnalysisRun
from analysis.selectors.marks import marks_of
from crm.templatetags.format import compact_money, day, money, number, percent
from customers.models import Potential, Region

Row = Mapping[str, Any]

METRICS = {
    Metric.NET_REVENUE: gettext_lazy("net revenue"),
    Metric.GROSS_REVENUE: gettext_lazy("gross revenue"),
    Metric.GROSS_MARGIN: gettext_lazy("gross margin"),
}
MODELS = {
    ChurnModel.MBG_NBD: gettext_lazy("MBG/NBD"),
    ChurnModel.BG_NBD: gettext_lazy("BG/NBD"),
    ChurnModel.NBD: gettext_lazy("NBD (nobody leaves)"),
    ChurnModel.AUTO: gettext_lazy("Auto (demand and features)"),
}
SCHEMES = {"amount": gettext_lazy("By amount"), "pareto": gettext_lazy("By share (Pareto)")}
REASONS = {
    "overdue": gettext_lazy("Overdue"),
    "falling_breadth": gettext_lazy("Buys fewer categories"),
    "falling_amounts": gettext_lazy("Buys for less"),
    "late_payments": gettext_lazy("Pays late"),
    "open_complaints": gettext_lazy("Open complaints"),
    "wallet_moving": gettext_lazy("Moves to a competitor"),
}
FIT_PROBLEMS = {
    "no_customers": gettext_lazy("Nobody has ordered yet, so there is no rhythm to learn from."),
    "one_customer": gettext_lazy("A single customer has ordered; a model needs many to compare."),
    "no_repeat_buyers": gettext_lazy(
        "Nobody has ordered a second time, so nothing tells who will come back."
    ),
    "no_dropout": gettext_lazy("The orders hold no trace of customers leaving for good."),
    "parameters_at_bounds": gettext_lazy("The model does not fit these orders: its parameters ran off."),
    "not_converged": gettext_lazy("The search for the model's parameters did not come to rest."),
    "short_history": gettext_lazy("There is less than two horizons of history to learn from."),
    "few_customers": format_lazy(
        gettext_lazy("Fewer than {least} customers had ordered one horizon earlier."), least=LEAST_CUSTOMERS
    ),
    "few_outcomes": format_lazy(
        gettext_lazy("Fewer than {least} customers stayed away, or fewer than {least} came back."),
        least=LEAST_OF_EITHER,
    ),
    "no_demand_model": gettext_lazy("One horizon earlier there was no model of demand to stand on."),
    "too_few_customers": gettext_lazy("Too few customers have ordered again to tell what an order is worth."),
    "infinite_mean": gettext_lazy("What customers spend differs so widely that there is no expected value."),
    "no_better": gettext_lazy("It did no better than the model of demand in the window before."),
}

# Translated when they are said, not all for each: a list says one for each of its rows.
_TIER_WORDS = {
    "amount_a": "≥ %(threshold)s",
    "amount_b": "≥ %(threshold)s",
    "amount_c": "< %(threshold)s",
    "pareto_a": gettext_lazy("before it less than %(cut_a)s"),
    "pareto_b": gettext_lazy("before it less than %(cut_b)s"),
    "pareto_c": gettext_lazy("before it %(cut_b)s or more"),
    "pareto_not_positive": gettext_lazy("not above zero"),
    "kept": gettext_lazy("kept %(tier)s, within the margin"),
    "potential_high": gettext_lazy("high potential → %(tier)s"),
    "potential_closing": gettext_lazy("closing down → %(tier)s"),
    "potential_expired": gettext_lazy("potential expired"),
}
_MARKS = {
    "vip": pgettext_lazy("mark", "VIP"),
    "gold": pgettext_lazy("mark", "gold"),
    "drag": pgettext_lazy("mark", "drag"),
    "young": pgettext_lazy("mark", "young"),
}
_TIER_SENTENCES = {
    "amount_a": gettext_lazy("%(metric)s of %(value)s reaches %(threshold)s, the threshold of A%(where)s."),
    "amount_b": gettext_lazy("%(metric)s of %(value)s reaches %(threshold)s, the threshold of B%(where)s."),
    "amount_c": gettext_lazy("%(metric)s of %(value)s is below %(threshold)s, the threshold of B%(where)s."),
    "pareto_a": gettext_lazy("Customers with more hold less than %(cut_a)s of %(metric)s: A."),
    "pareto_b": gettext_lazy(
        "Customers with more hold %(cut_a)s or more of %(metric)s, less than %(cut_b)s: B."
    ),
    "pareto_c": gettext_lazy("Customers with more hold %(cut_b)s or more of %(metric)s: C."),
    "pareto_not_positive": gettext_lazy("%(metric)s of %(value)s is not above zero: C."),
    "kept": gettext_lazy("Was %(tier)s before and stays it down to %(kept_above)s."),
    "potential_high": gettext_lazy("High potential puts it into %(tier)s."),
    "potential_closing": gettext_lazy("It is closing down: %(tier)s instead of %(before)s."),
    "potential_expired": gettext_lazy("The judgement of its potential (%(potential)s) has expired."),
}

# The judgement of potential on the customer's record, which a run does not publish.
JUDGEMENT = (
    "customer__potential",
    "customer__potential_reason",
    "customer__potential_expires_on",
    "customer__potential_author__name",
    "customer__potential_author__username",
)


class _Figures:
    """What the sentence of a reason may name, each written when it is named: a list says one for each of its rows."""

    def __init__(
        self, words: Wording, given: Mapping[str, Any], amount: Callable[[int | None, str | None], str]
    ) -> None:
        self._words, self._given, self._amount = words, given, amount

    def __getitem__(self, name: str) -> Any:
        rules, given = self._words.rules, self._given
        match name:
            case "metric":
                return METRICS[rules.metric]
            case "where":
                return self._words.where(given.get("region"))
            case "cut_a" | "cut_b":
                return percent(rules.pareto_a if name == "cut_a" else rules.pareto_b, 0)
            case "potential":
                return dict(Potential.choices).get(given.get("potential", ""), "")
            case "tier" | "before":
                return given.get(name, "")
        return self._amount(given[name], self._words.currency)


class Wording:
    """Sentences about the rows of one run."""

    def __init__(self, run: AnalysisRun) -> None:
        self._run = run
        self.rules = run.policy.parsed()
        self.currency = run.currency or settings.COMPANY_CURRENCY
        self._region_names: dict[int, str] = {}

    def tier_reasons(self, row: Row) -> tuple[str, ...]:
        """One sentence for each step that led to the tier."""
        return tuple(self._tier_sentence(reason) for reason in _steps(row))

    def judgement(self, row: Row) -> str:
        """Why, by whom and until when potential was judged as it was; "" for a row without a rule of potential.

        ``row`` holds :data:`JUDGEMENT` beside the published columns: the customer's record, as it stands today.
        """
        if row["potential_rule"] == "none":
            return ""
        if row["customer__potential"] != row["potential"]:
            return _("Its potential has been judged anew since.")
        expiry = row["customer__potential_expires_on"]
        author = row["customer__potential_author__name"] or row["customer__potential_author__username"]
        parts = {
            "reason": row["customer__potential_reason"] or _("no reason given"),
            "author": author or _("an unknown author"),
            "day": day(expiry) if expiry else "",
        }
        if not expiry:
            return _("Potential judged by %(author)s without an expiry: %(reason)s") % parts
        return _("Potential judged by %(author)s until %(day)s: %(reason)s") % parts

    def short_tier_reason(self, row: Row) -> str:
        """The same in a few words, for lists."""
        words = [self._tier_words(reason) for reason in _steps(row)]
        words.extend(map(mark_label, marks_of(row)))
        return _("; ").join(words)

    def next_tier(self, row: Row) -> str:
        """What would change the tier, "" for an A or when nothing is known."""
        goal, threshold = ("A", row["threshold_a"]) if row["tier"] == "B" else ("B", row["threshold_b"])
        if row["tier"] == "A" or threshold is None or row["value"] >= threshold:
            return ""
        return _("%(amount)s more %(metric)s in the window would make it %(tier)s.") % {
            "amount": self._money(threshold - row["value"]),
            "metric": METRICS[self.rules.metric],
            "tier": goal,
        }

    def mark_reason(self, row: Row) -> str:
        """Why a customer bears its marks, "" without one."""
        marks = self.rules.marks
        parts = {"days": number(marks.young_days), "drag": _as_set(marks.drag_share)}
        parts |= {"vip": _as_set(marks.vip_share), "gold": _as_set(self.rules.gold.share)}
        reasons = {
            "vip": _("Among the top %(vip)s of customers."),
            "gold": _("Expected to be among the top %(gold)s of the next fiscal year."),
            "drag": _("Among the bottom %(drag)s of customers."),
            "young": _("Among the bottom %(drag)s, but a customer for less than %(days)s days."),
        }
        return " ".join(reasons[mark] % parts for mark in marks_of(row))

    def churn_label(self, row: Row) -> tuple[str, str]:
        """The few words of the churn tag and its tone: "good", "warn", "bad" or ""."""
        if row["churn_status"] != "scored":
            return "", ""
        if row["churn_flag"]:
            probability = percent(row["churn_probability"], 0)
            return _("%(probability)s may leave") % {"probability": probability}, "bad"
        overdue = self._days_overdue(row)
        if overdue:
            words = ngettext("%(count)s day overdue", "%(count)s days overdue", overdue)
            return words % {"count": number(overdue)}, "warn"
        return _("Steady"), "good"

    def churn_sentence(self, row: Row) -> str:
        """The probability in a sentence, or why there is none."""
        if row["churn_status"] == "no_orders":
            return _("Never ordered, so there is no rhythm to judge by.")
        if row["churn_status"] == "not_published":
            return fit_problem(self._run.churn.get("problem"))
        return _("%(probability)s likely not to order within %(days)s days.") % {
            "probability": percent(row["churn_probability"], 0),
            "days": number(self._run.horizon_days),
        }

    def churn_reasons(self, row: Row) -> tuple[str, ...]:
        """One sentence for each named reason of a flagged customer."""
        codes = [code for code in (row["churn_reasons"] or "").split("|") if code]
        return tuple(self._churn_sentence_of(code, row) for code in codes)

    def _tier_sentence(self, reason: TierReason) -> str:
        sentence = str(_TIER_SENTENCES[reason.code]) % _Figures(self, reason.parameters, money)
        return sentence[:1].upper() + sentence[1:]

    def _tier_words(self, reason: TierReason) -> str:
        return str(_TIER_WORDS[reason.code]) % _Figures(self, reason.parameters, compact_money)

    def where(self, region: int | None) -> str:
        """Say in which region something holds, "" for everywhere."""
        if region is None:
            return ""
        if region not in self._region_names:
            found = Region.objects.filter(pk=region).first()
            self._region_names[region] = str(found) if found else ""
        return _(" in %(region)s") % {"region": self._region_names[region]}

    def _churn_sentence_of(self, code: str, row: Row) -> str:
        late, settled = row["payments_late"], row["payments_settled"]
        sentences = {
            "overdue": lambda: self._overdue_sentence(row),
            "falling_breadth": lambda: (
                _("Bought from %(now)s categories, %(before)s in the window before.")
                % {"now": number(row["categories"]), "before": number(row["categories_before"])}
            ),
            "falling_amounts": lambda: (
                _("Bought for %(now)s, %(before)s in the window before.")
                % {"now": self._money(row["net_revenue"]), "before": self._money(row["net_revenue_before"])}
            ),
            "late_payments": lambda: (
                _("%(late)s of %(settled)s payments came late.")
                % {"late": number(late), "settled": number(settled)}
            ),
            "open_complaints": lambda: (
                ngettext(
                    "%(count)s complaint is open.", "%(count)s complaints are open.", row["open_complaints"]
                )
                % {"count": number(row["open_complaints"])}
            ),
            "wallet_moving": lambda: (
                _("Bought for %(now)s elsewhere, %(before)s in the window before, and no more from us.")
                % {"now": self._money(row["elsewhere"]), "before": self._money(row["elsewhere_before"])}
            ),
        }
        return sentences[code]()

    def _overdue_sentence(self, row: Row) -> str:
        since = (self._run.as_of - row["last_order_on"]).days
        return _("Last ordered %(days)s days ago (%(day)s); usually every %(interval)s days.") % {
            "days": number(since),
            "day": day(row["last_order_on"]),
            "interval": number(round(row["median_interval_days"])),
        }

    def _days_overdue(self, row: Row) -> int:
        """Days beyond the customer's own rhythm, 0 while it is not overdue by the policy."""
        last, interval = row["last_order_on"], row["median_interval_days"]
        reasons = self.rules.churn.reasons
        if last is None or not interval or row["lifetime_order_days"] < reasons.least_order_days:
            return 0
        since = (self._run.as_of - last).days
        return since - round(interval) if since * 100 > interval * reasons.overdue_percent else 0

    def _money(self, cents: int) -> str:
        return money(cents, self.currency)


def _as_set(share: Decimal) -> str:
    """A share that a policy sets, with every place that it was set to: 0.005 is 0.5%."""
    return percent(share, max(0, -int((share * 100).normalize().as_tuple().exponent)))


def _steps(row: Row) -> tuple[TierReason, ...]:
    return explain_tier({**row, "threshold_region": row["threshold_region_id"]})


def mark_label(mark: str) -> str:
    """The name of a mark."""
    return str(_MARKS.get(mark, ""))


def fit_problem(code: str | None) -> str:
    """Why no churn score is published, in a sentence; "" without a problem."""
    return str(FIT_PROBLEMS[code]) if code else ""


def model_label(code: str) -> str:
    """The name of a method of churn."""
    return str(MODELS.get(ChurnModel(code), code)) if code else ""


def scheme_label(code: str) -> str:
    """The name of a tier scheme."""
    return str(SCHEMES.get(code, code))


def reason_label(code: str) -> str:
    """The name of a churn reason."""
    return str(REASONS.get(code, code))


def step_label(step: str) -> str:
    """The name of a step of a run, as the ledger keeps it in English."""
    return _(step)
