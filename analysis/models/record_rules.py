"""The part of a policy that the measures over records decide by: read key by key, written back complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from analysis.measures.attention import AttentionPolicy
from analysis.measures.data_quality import QualityPolicy
from analysis.measures.drag import DragPolicy
from analysis.measures.informants import InformantPolicy
from analysis.measures.resources import ResourcePolicy
from analysis.measures.wish_list import WishPolicy
from analysis.models.reading import Section

MOST_DAYS = 3_650
MOST_TIMES = 1_000


@dataclass(frozen=True, slots=True)
class RecordRules:
    """When records tell something: silence, complaints, cost, wishes, mismatches, stale or unused fields."""

    informants: InformantPolicy = field(default_factory=InformantPolicy)
    attention: AttentionPolicy = field(default_factory=AttentionPolicy)
    drag: DragPolicy = field(default_factory=DragPolicy)
    wish_list: WishPolicy = field(default_factory=WishPolicy)
    resources: ResourcePolicy = field(default_factory=ResourcePolicy)
    data_quality: QualityPolicy = field(default_factory=QualityPolicy)

    def document(self) -> dict[str, Any]:
        """The rules as JSON sections with every key."""
        attention = self.attention
        return {
            "informants": {"silent_days": self.informants.silent_days},
            "attention": {
                "key_share_percent": attention.key_share_percent,
                "many": attention.many,
                "open_days": attention.open_days,
                "least_customers_of_a_cause": attention.least_customers_of_a_cause,
            },
            "drag": {"most_percent": self.drag.most_percent},
            "wish_list": {"quiet_days": self.wish_list.quiet_days},
            "resources": {
                "limit_percent": int(self.resources.limit * 100),
                "vain_visits": self.resources.vain_visits,
            },
            "data_quality": {
                "fresh_days": self.data_quality.fresh_days,
                "unused_share": format(self.data_quality.unused_share.normalize(), "f"),
            },
        }


def read_record_rules(top: Section, default: RecordRules) -> RecordRules:
    """Read the sections of a policy document; keys that are left out have their defaults."""
    return RecordRules(
        informants=_read_informants(top.section("informants"), default.informants),
        attention=_read_attention(top.section("attention"), default.attention),
        drag=_read_drag(top.section("drag"), default.drag),
        wish_list=_read_wish_list(top.section("wish_list"), default.wish_list),
        resources=_read_resources(top.section("resources"), default.resources),
        data_quality=_read_data_quality(top.section("data_quality"), default.data_quality),
    )


def _read_informants(section: Section, default: InformantPolicy) -> InformantPolicy:
    return InformantPolicy(section.integer("silent_days", default.silent_days, least=1, most=MOST_DAYS))


def _read_attention(section: Section, default: AttentionPolicy) -> AttentionPolicy:
    return AttentionPolicy(
        key_share_percent=section.integer("key_share_percent", default.key_share_percent, least=0, most=100),
        many=section.integer("many", default.many, least=1, most=MOST_TIMES),
        open_days=section.integer("open_days", default.open_days, least=0, most=MOST_DAYS),
        least_customers_of_a_cause=section.integer(
            "least_customers_of_a_cause", default.least_customers_of_a_cause, least=1, most=MOST_TIMES
        ),
    )


def _read_drag(section: Section, default: DragPolicy) -> DragPolicy:
    return DragPolicy(section.integer("most_percent", default.most_percent, least=1, most=100))


def _read_wish_list(section: Section, default: WishPolicy) -> WishPolicy:
    return WishPolicy(section.integer("quiet_days", default.quiet_days, least=1, most=MOST_DAYS))


def _read_resources(section: Section, default: ResourcePolicy) -> ResourcePolicy:
    percent = section.integer("limit_percent", int(default.limit * 100), least=101, most=10_000)
    visits = section.integer("vain_visits", default.vain_visits, least=1, most=MOST_TIMES)
    return ResourcePolicy(limit=Decimal(percent) / 100, vain_visits=visits)


def _read_data_quality(section: Section, default: QualityPolicy) -> QualityPolicy:
    return QualityPolicy(
        fresh_days=section.integer("fresh_days", default.fresh_days, least=1, most=MOST_DAYS),
        unused_share=section.share("unused_share", default.unused_share),
    )
