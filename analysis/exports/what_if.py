"""What a draft policy would change, as lines for a terminal or as JSON."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from analysis.selectors.moves import MovedCustomer
from analysis.services.what_follows import MarkMoves
from analysis.services.what_if import WhatIf
from crm.templatetags.format import compact_money, day, number

MOVERS_SHOWN = 20


def what_if_record(found: WhatIf) -> dict[str, Any]:
    """The whole answer as JSON; money in cents."""
    return {
        "as_of": found.as_of.isoformat(),
        "compared_with": found.compared_with.pk,
        "policy": found.rules.document(),
        "caution": found.caution,
        "customers": found.customers,
        "tiers_before": found.tiers_before,
        "tiers": found.tiers,
        "moved": found.moved,
        "flags": {"raised": found.flags_raised, "cleared": found.flags_cleared},
        "marks": {
            each.mark: {"before": each.before, "after": each.after, "gained": each.gained, "lost": each.lost}
            for each in found.marks
        },
        "follows": found.follows,
        "passages": [
            {"from": each.tier_before, "to": each.tier, "customers": each.customers, "value": each.value}
            for each in found.passages
        ],
        "regions": [
            {"region": each.region, "up": each.up, "down": each.down, "value": each.value}
            for each in found.regions
        ],
        "movers": [_mover_record(mover) for mover in found.movers],
    }


def what_if_lines(found: WhatIf) -> list[str]:
    """The answer in short, with the greatest movers."""
    lines = [found.caution] if found.caution else []
    lines += [
        _("As of %(day)s, beside run %(run)d: %(moved)s of %(customers)s customers would move.")
        % {
            "day": day(found.as_of),
            "run": found.compared_with.pk,
            "moved": number(found.moved),
            "customers": number(found.customers),
        },
        _("Tiers: %(tiers)s.")
        % {
            "tiers": ", ".join(
                f"{tier} {number(found.tiers_before[tier])} → {number(count)}"
                for tier, count in found.tiers.items()
            )
        },
        _("Churn flags: %(raised)s raised, %(cleared)s cleared.")
        % {"raised": number(found.flags_raised), "cleared": number(found.flags_cleared)},
    ]
    lines += [_mark_line(each) for each in found.marks if each.gained or each.lost]
    lines += found.follows
    for each in found.passages:
        worth = compact_money(each.value, settings.COMPANY_CURRENCY)
        lines.append(f"  {each.tier_before or '–'} → {each.tier or '–'}  {number(each.customers)}  {worth}")
    lines += [f"  {mover.code} {mover.name}: {mover.sentence}" for mover in found.movers[:MOVERS_SHOWN]]
    return lines


def _mark_line(each: MarkMoves) -> str:
    return _("%(mark)s: %(before)s → %(after)s, %(gained)s gained, %(lost)s lost.") % {
        "mark": each.label,
        "before": number(each.before),
        "after": number(each.after),
        "gained": number(each.gained),
        "lost": number(each.lost),
    }


def _mover_record(mover: MovedCustomer) -> dict[str, Any]:
    return {
        "customer": mover.code,
        "from": mover.tier_before,
        "to": mover.tier,
        "value_before": mover.value_before,
        "value": mover.value,
        "cause": mover.cause,
        "sentence": mover.sentence,
        "reasons": list(mover.reasons),
    }
