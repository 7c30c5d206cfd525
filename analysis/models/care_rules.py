"""The care plan of a policy: what a customer of each tier gets from us, and what potential does to a tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analysis.measures.tiers import PotentialPolicy
from analysis.models.reading import Section, plain

LONGEST_CARE_DAYS = 3_650
TIERS = ("A", "B", "C")


class ComplaintPriority(models.TextChoices):
    """When a complaint stands in its rep's queue for the day: at once, once it is late, or never."""

    FIRST = "first", pgettext_lazy("complaints", "At once")
    LATE = "late", pgettext_lazy("complaints", "Once it is late")
    NEVER = "never", pgettext_lazy("complaints", "Only in the list of complaints")


class ServiceLevel(models.TextChoices):
    """Who serves a customer."""

    DEDICATED = "dedicated", _("Dedicated: the owner answers in person")
    STANDARD = "standard", _("Standard: the team answers")
    BASIC = "basic", _("Basic: by phone and mail")


@dataclass(frozen=True, slots=True)
class TierCare:
    """What a customer of one tier gets.

    ``days`` without contact after which a visit is due, 0 for no visits; ``complaint_days`` within which a complaint
    is to be resolved; ``discount`` the greatest that may be given, a share of the price.
    """

    days: int
    complaint_priority: ComplaintPriority
    complaint_days: int
    discount: Decimal
    service_level: ServiceLevel

    def document(self) -> dict[str, Any]:
        """The part of the policy's document."""
        return {
            "days": self.days,
            "complaint_priority": self.complaint_priority.value,
            "complaint_days": self.complaint_days,
            "discount": plain(self.discount),
            "service_level": self.service_level.value,
        }


SEED_CARE: Mapping[str, TierCare] = {
    "A": TierCare(30, ComplaintPriority.FIRST, 2, Decimal("0.08"), ServiceLevel.DEDICATED),
    "B": TierCare(90, ComplaintPriority.LATE, 5, Decimal("0.05"), ServiceLevel.STANDARD),
    "C": TierCare(0, ComplaintPriority.NEVER, 10, Decimal("0.02"), ServiceLevel.BASIC),
}


@dataclass(frozen=True, slots=True)
class CareRules:
    """The care plan by tier."""

    tiers: Mapping[str, TierCare] = field(default_factory=lambda: dict(SEED_CARE))

    def document(self) -> dict[str, Any]:
        """The part of the policy's document."""
        return {tier: self.tiers[tier].document() for tier in TIERS}


def read_care(section: Section, default: CareRules) -> CareRules:
    """Read the care plan; what is left out has its default."""
    return CareRules({tier: _read_tier(section.section(tier), default.tiers[tier]) for tier in TIERS})


def _read_tier(section: Section, default: TierCare) -> TierCare:
    return TierCare(
        days=section.integer("days", default.days, least=0, most=LONGEST_CARE_DAYS),
        complaint_priority=section.choice(
            "complaint_priority", ComplaintPriority, default.complaint_priority
        ),
        complaint_days=section.integer(
            "complaint_days", default.complaint_days, least=1, most=LONGEST_CARE_DAYS
        ),
        discount=section.share("discount", default.discount, below_one=True),
        service_level=section.choice("service_level", ServiceLevel, default.service_level),
    )


def read_potential(section: Section, default: PotentialPolicy) -> PotentialPolicy:
    """Read what a judgement of potential does to a tier; what is left out has its default."""
    high = section.value("high_tier") if "high_tier" in section else default.high_tier
    if high not in {"A", "B", "none"}:
        section.reject("high_tier", "A | B | none")
        high = default.high_tier
    return PotentialPolicy(
        high_tier=high, closing_steps=section.integer("closing_steps", default.closing_steps, least=0, most=2)
    )
