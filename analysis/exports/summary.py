"""summary.json: what a run found in total."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from analysis.models import AnalysisRun

COUNTS = frozenset(
    {"lines", "customers", "customers_with_orders", "customers_positive_net", "excluded_customers"}
)


def summary_of(run: AnalysisRun) -> dict[str, Any]:
    """The run as a JSON document; money in units of the currency with at most two decimals.

    docs/operations/analyse.md describes every key.
    """
    return {
        "run": run.pk,
        "state": run.state,
        "as_of": run.as_of.isoformat(),
        "currency": run.currency,
        "policy": {"version": run.policy.version, "rules": run.policy.rules},
        "window": {"start": _day(run.window_start), "end": _day(run.window_end)},
        "compared_with": run.previous_id,
        "facts": run.facts_source,
        "totals": _totals(run.totals),
        "tiers": run.tiers,
        "churn": {name: found for name, found in run.churn.items() if name != "by_band"},
        "timings": run.timings,
    }


def write_summary(run: AnalysisRun, path: Path) -> None:
    """Write the summary as a file."""
    text = json.dumps(summary_of(run), ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _totals(totals: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in totals.items():
        if name == "top":
            found["top"] = [
                {"percent": percent, "customers": customers, "value": _units(cents)}
                for percent, customers, cents in value
            ]
        elif isinstance(value, dict):
            found[name] = _totals(value)
        else:
            found[name] = value if name in COUNTS else _units(value)
    return found


def _units(cents: int) -> float:
    """Cents as a JSON number of units: fifteen digits hold any company's cents."""
    return float(Decimal(cents) / 100)


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
