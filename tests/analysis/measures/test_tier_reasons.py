from dataclasses import replace

from analysis.measures.contribution import contribution
from analysis.measures.tier_reasons import TierReason, TierReasonCode, explain_tier
from analysis.measures.tiers import TierScheme, assign_tiers
from analysis.measures.windows import customer_totals
from tests.analysis.measures import golden


def explanations(scheme: TierScheme = TierScheme.AMOUNT) -> dict[int, tuple[TierReason, ...]]:
    customers = golden.golden_customers()
    ranked = contribution(customer_totals(golden.golden_lines(), golden.YEAR, customers.index))
    policy = replace(golden.POLICY, scheme=scheme)
    rows = ranked.join(assign_tiers(ranked, customers, policy, golden.REGION_PARENTS, golden.AS_OF))
    return {customer: explain_tier(rows.loc[customer].to_dict()) for customer in rows.index}


def test_an_amount_is_explained_by_its_threshold_and_region() -> None:
    [reason] = explanations()[4]
    assert reason.code is TierReasonCode.AMOUNT_A
    assert reason.parameters == {"value": 2_000_000_00, "threshold": 2_000_000_00, "region": golden.WEST}


def test_hysteresis_is_explained_after_the_raw_tier() -> None:
    raw, kept = explanations()[2]
    assert raw.code is TierReasonCode.AMOUNT_B
    assert raw.parameters["region"] is None
    assert kept.code is TierReasonCode.KEPT
    assert kept.parameters == {"tier": "A", "kept_above": 4_500_000_00, "value": 4_999_999_97}


def test_potential_is_explained_last() -> None:
    assert [reason.code for reason in explanations()[8]] == [
        TierReasonCode.AMOUNT_C,
        TierReasonCode.POTENTIAL_HIGH,
    ]
    closing = explanations()[6][-1]
    assert closing.code is TierReasonCode.POTENTIAL_CLOSING
    assert closing.parameters == {"before": "B", "tier": "C"}


def test_pareto_is_explained_by_the_cumulative_share() -> None:
    reasons = explanations(TierScheme.PARETO)
    assert [reasons[customer][0].code for customer in (1, 7, 5, 11)] == [
        TierReasonCode.PARETO_A,
        TierReasonCode.PARETO_B,
        TierReasonCode.PARETO_C,
        TierReasonCode.PARETO_NOT_POSITIVE,
    ]
    assert round(reasons[7][0].parameters["cumulative_share_before"], 6) == 0.841043
