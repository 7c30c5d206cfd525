"""The part of a policy that the measures over products decide by: read key by key, written back complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from analysis.measures.baskets import BasketPolicy
from analysis.measures.cross_sell import CrossSellPolicy
from analysis.measures.mix_advice import MixPolicy
from analysis.measures.narrow_buyers import NarrowPolicy
from analysis.measures.profitability import ProfitPolicy
from analysis.measures.regional_affinity import AffinityPolicy
from analysis.measures.upsell import UpsellPolicy
from analysis.models.reading import Section

MOST = 1_000
MOST_A_CUSTOMER = 20
MOST_NEIGHBOURS = 100


@dataclass(frozen=True, slots=True)
class ProductRules:
    """When products tell something: known costs, thin margins, telling pairs, narrow buyers, due purchases, places."""

    profitability: ProfitPolicy = field(default_factory=ProfitPolicy)
    mix_advice: MixPolicy = field(default_factory=MixPolicy)
    cross_sell: CrossSellPolicy = field(default_factory=CrossSellPolicy)
    narrow_buyers: NarrowPolicy = field(default_factory=NarrowPolicy)
    upsell: UpsellPolicy = field(default_factory=UpsellPolicy)
    regional_affinity: AffinityPolicy = field(default_factory=AffinityPolicy)

    def document(self) -> dict[str, Any]:
        """The rules as JSON sections with every key."""
        mix, baskets, narrow = self.mix_advice, self.cross_sell.baskets, self.narrow_buyers
        return {
            "profitability": {"least_coverage": _plain(self.profitability.least_coverage)},
            "mix_advice": {
                "thin_margin": _plain(mix.thin_margin),
                "good_margin": _plain(mix.good_margin),
                "least_coverage": _plain(mix.least_coverage),
                "per_customer": mix.per_customer,
            },
            "baskets": {"least_together": baskets.least_together, "neighbours": baskets.neighbours},
            "cross_sell": {"per_customer": self.cross_sell.per_customer},
            "narrow_buyers": {
                "most_categories": narrow.most_categories,
                "least_peers": narrow.least_peers,
                "least_share": _plain(narrow.least_share),
            },
            "upsell": {
                "days_ahead": self.upsell.days_ahead,
                "percent_past": self.upsell.percent_past,
                "least_order_days": self.upsell.least_order_days,
                "most_late_percent": self.upsell.most_late_percent,
                "least_payments": self.upsell.least_payments,
            },
            "regional_affinity": {
                "least_customers": self.regional_affinity.least_customers,
                "least_expected": self.regional_affinity.least_expected,
            },
        }


def read_product_rules(top: Section, default: ProductRules) -> ProductRules:
    """Read the sections of a policy document; keys that are left out have their defaults."""
    coverage = default.profitability.least_coverage
    return ProductRules(
        profitability=ProfitPolicy(top.section("profitability").share("least_coverage", coverage)),
        mix_advice=_read_mix(top.section("mix_advice"), default.mix_advice),
        cross_sell=_read_cross_sell(top, default.cross_sell),
        narrow_buyers=_read_narrow(top.section("narrow_buyers"), default.narrow_buyers),
        upsell=_read_upsell(top.section("upsell"), default.upsell),
        regional_affinity=_read_affinity(top.section("regional_affinity"), default.regional_affinity),
    )


def _read_mix(section: Section, default: MixPolicy) -> MixPolicy:
    good = section.share("good_margin", default.good_margin, below_one=True)
    thin = section.share("thin_margin", default.thin_margin)
    if thin > good:
        section.reject("thin_margin", _("at most good_margin"))
        thin = good
    return MixPolicy(
        thin_margin=thin,
        good_margin=good,
        least_coverage=section.share("least_coverage", default.least_coverage),
        per_customer=section.integer("per_customer", default.per_customer, least=1, most=MOST_A_CUSTOMER),
    )


def _read_cross_sell(top: Section, default: CrossSellPolicy) -> CrossSellPolicy:
    baskets, own = top.section("baskets"), top.section("cross_sell")
    pairs = default.baskets
    return CrossSellPolicy(
        per_customer=own.integer("per_customer", default.per_customer, least=1, most=MOST_A_CUSTOMER),
        baskets=BasketPolicy(
            least_together=baskets.integer("least_together", pairs.least_together, least=1, most=MOST),
            neighbours=baskets.integer("neighbours", pairs.neighbours, least=1, most=MOST_NEIGHBOURS),
        ),
    )


def _read_narrow(section: Section, default: NarrowPolicy) -> NarrowPolicy:
    return NarrowPolicy(
        most_categories=section.integer("most_categories", default.most_categories, least=1, most=MOST),
        least_peers=section.integer("least_peers", default.least_peers, least=1, most=MOST),
        least_share=_above_zero(section, "least_share", default.least_share),
    )


def _read_upsell(section: Section, default: UpsellPolicy) -> UpsellPolicy:
    late = section.integer("most_late_percent", default.most_late_percent, least=0, most=100)
    return UpsellPolicy(
        days_ahead=section.integer("days_ahead", default.days_ahead, least=0, most=MOST),
        percent_past=section.integer("percent_past", default.percent_past, least=0, most=MOST),
        least_order_days=section.integer("least_order_days", default.least_order_days, least=2, most=MOST),
        most_late_percent=late,
        least_payments=section.integer("least_payments", default.least_payments, least=0, most=MOST),
    )


def _read_affinity(section: Section, default: AffinityPolicy) -> AffinityPolicy:
    return AffinityPolicy(
        least_customers=section.integer("least_customers", default.least_customers, least=1, most=MOST),
        least_expected=section.integer("least_expected", default.least_expected, least=1, most=MOST),
    )


def _above_zero(section: Section, key: str, default: Decimal) -> Decimal:
    share = section.share(key, default)
    if share == 0:
        section.reject(key, _("above 0"))
        return default
    return share


def _plain(share: Decimal) -> str:
    return format(share.normalize(), "f")
