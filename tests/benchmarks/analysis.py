"""The analysis beside DuckDB over Parquet on the same rows, in turns; ratios, memory, and how cost grows with size."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from analysis.models.rules import WindowRule
from tests.benchmarks.database import AS_OF, BenchDatabase, Results
from tests.benchmarks.measuring import Measured, run_job

TARGETS = {
    "nightly": 0.6,
    "rebuild": 1.3,
    "growth of refresh": 12.0,
    "exponent": 1.05,
    "nightly MB": 1024.0,
}
CHURN_STEPS = ("Fitting the churn model", "Judging the churn model by the past")

# The measures that follow a run's publication, and the processes that share them; heavy ones in so many shards.
FURTHER = {"further, 1 worker": "1", "further, 2 workers": "2"}
SHARDS = 4
STEPS = ("read", "compute", "merge", "store")

Rounds = dict[str, list[Measured]]


def run_benchmark(
    size: str, rounds: int, folder: Path, *, as_json: bool, further: bool = True
) -> dict[str, Any]:
    """Prepare the database, measure in turns, print the table (or the JSON) and return the figures."""
    database = BenchDatabase(size, folder)
    database.make()
    measured = _measure(database, rounds)
    if further:
        measured |= _measure_further(database, rounds)
    figures = _figures(size, database.counts(), measured, Results(folder))
    print(json.dumps(figures, indent=2) if as_json else _table(figures))  # noqa: T201 - the command's output
    return figures


def _measure(database: BenchDatabase, rounds: int) -> Rounds:
    window = WindowRule().window(datetime.date.fromisoformat(AS_OF), None)
    before = window.start - (window.end - window.start)
    environment = database.environment
    jobs: dict[str, tuple[str, ...]] = {
        "reference": (
            "reference",
            database.url,
            str(database.folder),
            AS_OF,
            str(window.start),
            str(before),
        ),
        "nightly": ("ours", "nightly", AS_OF),
        "rebuild": ("ours", "rebuild", AS_OF),
    }
    run_job(*jobs["rebuild"], environment=environment)  # warms caches, and leaves the facts current
    measured: Rounds = {name: [] for name in (*jobs, "refresh 0.1 %", "refresh 1 %")}
    for _round in range(rounds):
        for name, job in jobs.items():
            measured[name].append(run_job(*job, environment=environment))
    for _round in range(rounds):
        for name, permille in (("refresh 0.1 %", "1"), ("refresh 1 %", "10")):
            measured[name].append(run_job("ours", "refresh", AS_OF, permille, environment=environment))
    run_job("ours", "tidy", AS_OF, environment=environment)
    return measured


def _measure_further(database: BenchDatabase, rounds: int) -> Rounds:
    """Time what follows a run's publication, by one worker and by two."""
    shared = {
        **database.environment,
        "ANALYSIS_SHARD_CUSTOMERS": str(max(1, database.counts()["customers"] // SHARDS)),
    }
    run_job("further", "1", environment=shared)  # brings what customers bought of each product up to date
    measured: Rounds = {name: [] for name in FURTHER}
    for _round in range(rounds):
        for name, workers in FURTHER.items():
            measured[name].append(run_job("further", workers, environment=shared))
    return measured


def _figures(size: str, counts: dict[str, int], measured: Rounds, results: Results) -> dict[str, Any]:
    seconds = {name: _median(rounds, "seconds") for name, rounds in measured.items()}
    churn = median(
        sum(each.detail["timings"][step] for step in CHURN_STEPS) for each in _quiet(measured["nightly"])
    )
    reference = seconds["reference"]
    earlier = results.load()
    results.save(size, {"customers": counts["customers"], **seconds})
    return {
        "size": size,
        **counts,
        "rounds": len(measured["reference"]),
        "quiet_rounds": {name: sum(each.is_quiet for each in rounds) for name, rounds in measured.items()},
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "cpu_seconds": {name: round(_median(rounds, "cpu_seconds"), 2) for name, rounds in measured.items()},
        "ratio": {name: round(value / reference, 3) for name, value in seconds.items()},
        "ratio_without_churn_model": round((seconds["nightly"] - churn) / reference, 3),
        "churn_model_seconds": round(churn, 3),
        "growth_of_refresh": round(seconds["refresh 1 %"] / seconds["refresh 0.1 %"], 2),
        "peak_mb": {name: round(_median(rounds, "peak_mb")) for name, rounds in measured.items()},
        "server_mb": {name: round(_median(rounds, "server_mb")) for name, rounds in measured.items()},
        "exponents": _exponents(size, counts["customers"], seconds, earlier),
        "steps": measured["nightly"][-1].detail["timings"],
        "rebuild_steps": measured["rebuild"][-1].detail["timings"],
        "further": _further(measured) if set(FURTHER) <= set(measured) else None,
        "targets": TARGETS,
    }


def _further(measured: Rounds) -> dict[str, Any]:
    """What each further measure took by one worker, the peak of any process, and whether two found the same rows."""
    one, two = (measured[name][-1] for name in FURTHER)
    return {
        "faster_by_two": round(
            _median(measured["further, 1 worker"], "seconds")
            / _median(measured["further, 2 workers"], "seconds"),
            2,
        ),
        "helper_mb": round(max(two.detail["helper_peaks_mb"])),
        "same_rows": None if not one.detail["digest"] else one.detail["digest"] == two.detail["digest"],
        "measures": one.detail["measures"],
    }


def _exponents(
    size: str, customers: int, seconds: dict[str, float], earlier: dict[str, dict[str, float]]
) -> dict[str, dict[str, float]]:
    """By how much cost grows with the number of customers: log of the times' ratio ÷ log of the sizes' ratio."""
    return {
        other: {
            name: round(
                math.log(seconds[name] / figures[name]) / math.log(customers / figures["customers"]), 2
            )
            for name in ("reference", "nightly", "rebuild")
        }
        for other, figures in earlier.items()
        if other != size and figures["customers"] < customers
    }


def _quiet(rounds: Sequence[Measured]) -> list[Measured]:
    """The rounds that the machine was quiet in; all when none was, which the figures then say."""
    return [each for each in rounds if each.is_quiet] or list(rounds)


def _median(rounds: Sequence[Measured], figure: str) -> float:
    return float(median(getattr(each, figure) for each in _quiet(rounds)))


def _table(figures: dict[str, Any]) -> str:
    lines = [
        f"Analysis, {figures['size']}: {figures['customers']:,} customers, {figures['orders']:,} orders, "
        f"{figures['lines']:,} lines; medians of {figures['rounds']} rounds in turns",
        f"{'':18}{'seconds':>9}{'x DuckDB':>10}{'target':>8}{'CPU s':>8}{'app MB':>8}{'server MB':>11}"
        f"{'quiet rounds':>14}",
    ]
    for name, seconds in figures["seconds"].items():
        target = {"nightly": "0.6", "rebuild": "1.3"}.get(name, "")
        lines.append(
            f"{name:18}{seconds:9.2f}{figures['ratio'][name]:10.2f}{target:>8}{figures['cpu_seconds'][name]:8.1f}"
            f"{figures['peak_mb'][name]:8}{figures['server_mb'][name]:11}{figures['quiet_rounds'][name]:>11}/{figures['rounds']}"
        )
    lines.append(
        f"Of the nightly run {figures['churn_model_seconds']} s fit and judge the churn model, which the "
        f"reference does not do; without them it is {figures['ratio_without_churn_model']} x DuckDB."
    )
    lines.append(
        f"Refresh 1 % / 0.1 %: {figures['growth_of_refresh']} (target ≤ 12). Nightly memory target ≤ 1024 MB."
    )
    if figures["further"]:
        lines += _further_lines(figures["further"])
    for other, exponents in figures["exponents"].items():
        grown = ", ".join(f"{name} {value}" for name, value in exponents.items())
        lines.append(f"Exponent against {other}: {grown} (target ≤ 1.05)")
    if any(not count for count in figures["quiet_rounds"].values()):
        lines.append(
            "The machine was busy with something else in every round of some job: do not trust these figures."
        )
    return "\n".join(lines)


def _further_lines(further: dict[str, Any]) -> list[str]:
    same = {True: "the same rows", False: "OTHER ROWS", None: "rows not compared, too many"}[
        further["same_rows"]
    ]
    told = (
        f"Further measures: two workers are {further['faster_by_two']} x as fast as one and find {same}; "
        f"the second one's peak is {further['helper_mb']} MB. The slowest, seconds of one worker:"
    )
    return [told, *_slowest(further["measures"])]


def _slowest(measures: dict[str, dict[str, Any]], count: int = 8) -> list[str]:
    def total(each: dict[str, Any]) -> float:
        return float(sum(each.get(step, 0) for step in STEPS))

    first = sorted(measures.items(), key=lambda item: -total(item[1]))[:count]
    return [
        f"  {name:24}{total(each):9.2f}  "
        + ", ".join(f"{step} {each[step]:.2f}" for step in STEPS if step in each)
        + f", {each['rows']:,} rows"
        for name, each in first
    ]
