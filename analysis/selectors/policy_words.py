"""What the keys of a policy are called, and how their values are written, in the active language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from analysis.models.care_rules import ComplaintPriority, ServiceLevel
from analysis.selectors.explanations import METRICS, MODELS, SCHEMES
from crm.templatetags.format import days, money, number, percent
from customers.models import Region

Text = str | Promise

NO_RULE = pgettext_lazy("potential", "No such rule")
WORDS: dict[str, dict[str, Text]] = {
    "metric": {metric.value: label for metric, label in METRICS.items()},
    "scheme": {**SCHEMES},
    "returns": {
        "return_date": gettext_lazy("On the day of the return"),
        "original_order": gettext_lazy("On the day of the order"),
    },
    "churn.model": {model.value: label for model, label in MODELS.items()},
    "potential.high_tier": {"A": "A", "B": "B", "none": NO_RULE},
    "complaint_priority": {str(value): label for value, label in ComplaintPriority.choices},
    "service_level": {str(value): label for value, label in ServiceLevel.choices},
}
LABELS: dict[str, Text] = {
    "metric": gettext_lazy("What customers are ranked by"),
    "scheme": gettext_lazy("How tiers are made"),
    "returns": gettext_lazy("When a return counts"),
    "window": gettext_lazy("Period"),
    "window.months": gettext_lazy("Period, whole months"),
    "thresholds.a": gettext_lazy("Threshold of A"),
    "thresholds.b": gettext_lazy("Threshold of B"),
    "pareto.a": gettext_lazy("A: share held by those above"),
    "pareto.b": gettext_lazy("B: share held by those above"),
    "hysteresis": gettext_lazy("Margin before a customer moves down"),
    "marks.vip_share": gettext_lazy("VIP: top share of the customers"),
    "marks.drag_share": gettext_lazy("Drag: bottom share of the customers"),
    "marks.young_days": gettext_lazy("Days for which a new customer is spared"),
    "gold.share": gettext_lazy("Gold: share expected to spend most"),
    "potential.high_tier": gettext_lazy("High potential gives at least"),
    "potential.closing_steps": gettext_lazy("Closing down lowers by so many tiers"),
    "churn.model": gettext_lazy("Model of churn"),
    "churn.horizon_days": gettext_lazy("Horizon of churn, days"),
    "churn.flag_at": gettext_lazy("At risk from a probability of"),
    "attention.key_share_percent": gettext_lazy("Key accounts: top per cent of the customers by value"),
    "attention.many": gettext_lazy("Complains often: from so many complaints in the period"),
    "attention.open_days": gettext_lazy("Days after which an open complaint has waited too long"),
    "attention.least_customers_of_a_cause": gettext_lazy("A cause is named from so many customers"),
    "drag.most_percent": gettext_lazy("Drag: serving takes most of the margin from so many per cent"),
    "wish_list.quiet_days": gettext_lazy("Wish list: days without a contact until talks are quiet"),
    "narrow_buyers.most_categories": gettext_lazy("Narrow: buys in at most so many categories"),
    "narrow_buyers.least_peers": gettext_lazy("Narrow: least customers of an industry to compare with"),
    "narrow_buyers.least_share": gettext_lazy(
        "Narrow: least share of the industry's revenue in these categories"
    ),
}
CARE_LABELS: dict[str, Text] = {
    "days": gettext_lazy("Days between visits"),
    "complaint_priority": gettext_lazy("Complaints in the queue"),
    "complaint_days": gettext_lazy("Days to resolve a complaint"),
    "discount": gettext_lazy("Greatest discount"),
    "service_level": gettext_lazy("Service"),
}
SHARES = {
    "pareto.a", "pareto.b", "hysteresis", "marks.vip_share", "marks.drag_share", "gold.share", "churn.flag_at",
    "clv.discount_rate", "narrow_buyers.least_share",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule that two documents set otherwise, in words; "" where it does not stand."""

    key: str
    label: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What two documents of rules say otherwise, in the order of the keys."""
    then, now = dict(flat(before)), dict(flat(after))
    changed = [key for key in sorted(then.keys() | now.keys()) if then.get(key) != now.get(key)]
    regions = _regions(changed)
    return [
        Difference(
            key,
            label_of(key, regions),
            written(key, then[key]) if key in then else "",
            written(key, now[key]) if key in now else "",
        )
        for key in changed
    ]


def label_of(key: str, regions: Mapping[str, str] | None = None) -> str:
    """What a key is called; a rare one by itself."""
    if key in LABELS:
        return str(LABELS[key])
    first, _dot, rest = key.partition(".")
    if first == "care":
        tier, _dot, what = rest.partition(".")
        return _("Tier %(tier)s: %(what)s") % {"tier": tier, "what": CARE_LABELS[what]}
    if first == "region_thresholds":
        code, _dot, letter = rest.rpartition(".")
        names = {"region": (regions or {}).get(code, code), "tier": letter.upper()}
        return _("%(region)s: threshold of %(tier)s") % names
    return key


def written(key: str, value: Any) -> str:
    """A value as people write it."""
    last = key.rpartition(".")[2]
    for name in (key, last):
        if name in WORDS:
            return str(WORDS[name].get(str(value), value))
    if key.startswith(("thresholds.", "region_thresholds.")):
        return money(int(Decimal(str(value)) * 100), settings.COMPANY_CURRENCY)
    if key in SHARES or last == "discount":
        return percent(Decimal(str(value)), 0 if Decimal(str(value)) * 100 % 1 == 0 else 1)
    if key.endswith("days") and isinstance(value, int):
        return days(value) if value else _("none")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return number(value) if isinstance(value, int) else str(value)


def flat(document: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """The leaves of a document, each under its whole key."""
    for key, value in document.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _regions(keys: list[str]) -> dict[str, str]:
    codes = {key.split(".")[1] for key in keys if key.startswith("region_thresholds.")}
    return {region.code: str(region) for region in Region.objects.filter(code__in=codes)}
