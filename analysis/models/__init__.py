"""Runs, what they found, and the policies that they followed."""

from analysis.models.facts import CustomerMonth, FactsState
from analysis.models.policies import Policy
from analysis.models.records import (
    AttentionGroup,
    CompanySize,
    CompositionGroup,
    CompositionRow,
    CustomerAttention,
    CustomerQuality,
    Dimension,
    DragCost,
    FieldQuality,
    InformantReturn,
    PeriodSale,
    ReferralRow,
    ResourceUse,
    SourceReturn,
    SourceRow,
    WishStatus,
)
from analysis.models.results import CustomerRow, MeasureResult, MeasureShard, MeasureState, RunRow
from analysis.models.runs import AnalysisRun, FactsSource, Publication, RunState
from analysis.models.snapshots import ChurnStatus, CustomerSnapshot, Mark, Tier, TierSummary

__all__ = [
    "AnalysisRun",
    "AttentionGroup",
    "ChurnStatus",
    "CompanySize",
    "CompositionGroup",
    "CompositionRow",
    "CustomerAttention",
    "CustomerMonth",
    "CustomerQuality",
    "CustomerRow",
    "CustomerSnapshot",
    "Dimension",
    "DragCost",
    "FactsSource",
    "FactsState",
    "FieldQuality",
    "InformantReturn",
    "Mark",
    "MeasureResult",
    "MeasureShard",
    "MeasureState",
    "PeriodSale",
    "Policy",
    "Publication",
    "ReferralRow",
    "ResourceUse",
    "RunRow",
    "RunState",
    "SourceReturn",
    "SourceRow",
    "Tier",
    "TierSummary",
    "WishStatus",
]
