"""Runs, what they found, and the policies that they followed."""

from analysis.models.facts import CustomerMonth, FactsState
from analysis.models.policies import Policy
from analysis.models.results import CustomerRow, MeasureResult, MeasureShard, MeasureState, RunRow
from analysis.models.runs import AnalysisRun, FactsSource, Publication, RunState
from analysis.models.snapshots import ChurnStatus, CustomerSnapshot, Mark, Tier, TierSummary

__all__ = [
    "AnalysisRun",
    "ChurnStatus",
    "CustomerMonth",
    "CustomerRow",
    "CustomerSnapshot",
    "FactsSource",
    "FactsState",
    "Mark",
    "MeasureResult",
    "MeasureShard",
    "MeasureState",
    "Policy",
    "Publication",
    "RunRow",
    "RunState",
    "Tier",
    "TierSummary",
]
