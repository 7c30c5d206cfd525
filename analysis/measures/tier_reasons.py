"""Why is this customer an A? The steps of a published row, as codes with their figures, for pages to put into words.

Source: the steps are those of :mod:`analysis.measures.tiers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from analysis.measures.tiers import TierScheme


class TierReasonCode(StrEnum):
    """What one step of the policy did. Money parameters are cents, shares fractions, tiers letters."""

    AMOUNT_A = "amount_a"
    """value, threshold, region: value ≥ threshold a."""
    AMOUNT_B = "amount_b"
    """value, threshold, region: value ≥ threshold b."""
    AMOUNT_C = "amount_c"
    """value, threshold, region: value < threshold b."""
    PARETO_A = "pareto_a"
    """cumulative_share_before: under the first cut."""
    PARETO_B = "pareto_b"
    """cumulative_share_before: under the second cut."""
    PARETO_C = "pareto_c"
    """cumulative_share_before: beyond both cuts."""
    PARETO_NOT_POSITIVE = "pareto_not_positive"
    """value: not above zero."""
    KEPT = "kept"
    """tier, kept_above: hysteresis held the previous tier."""
    POTENTIAL_HIGH = "potential_high"
    """tier: high potential put the customer into it."""
    POTENTIAL_CLOSING = "potential_closing"
    """tier: closing down put the customer into it."""
    POTENTIAL_EXPIRED = "potential_expired"
    """potential: a rule that would have applied has run out."""


@dataclass(frozen=True, slots=True)
class TierReason:
    """One step: its code and the figures that it compared."""

    code: TierReasonCode
    parameters: Mapping[str, Any]


def explain_tier(row: Mapping[str, Any]) -> tuple[TierReason, ...]:
    """The steps that led to a row's tier, in order.

    Parameters
    ----------
    row
        One customer's published row: ``value``, ``cumulative_share_before`` and the columns of
        :func:`analysis.measures.tiers.assign_tiers`; missing figures as None or NA.

    Returns
    -------
    tuple of TierReason
        The raw tier's reason first, then hysteresis and potential where they did something.
    """
    steps = [_raw_reason(row)]
    if not pd.isna(row["kept_above"]):
        kept = {"tier": row["tier_kept"], "kept_above": int(row["kept_above"]), "value": int(row["value"])}
        steps.append(TierReason(TierReasonCode.KEPT, kept))
    if row["potential_rule"] == "expired":
        steps.append(TierReason(TierReasonCode.POTENTIAL_EXPIRED, {"potential": row["potential"]}))
    elif row["potential_rule"] != "none":
        code = TierReasonCode(f"potential_{row['potential_rule']}")
        steps.append(TierReason(code, {"before": row["tier_kept"], "tier": row["tier"]}))
    return tuple(steps)


def _raw_reason(row: Mapping[str, Any]) -> TierReason:
    value, letter = int(row["value"]), str(row["tier_raw"]).lower()
    if row["tier_scheme"] == TierScheme.PARETO:
        if value <= 0:
            return TierReason(TierReasonCode.PARETO_NOT_POSITIVE, {"value": value})
        before = float(row["cumulative_share_before"])
        return TierReason(TierReasonCode(f"pareto_{letter}"), {"cumulative_share_before": before})
    threshold = row["threshold_a"] if letter == "a" else row["threshold_b"]
    region = None if pd.isna(row["threshold_region"]) else int(row["threshold_region"])
    parameters = {"value": value, "threshold": int(threshold), "region": region}
    return TierReason(TierReasonCode(f"amount_{letter}"), parameters)
