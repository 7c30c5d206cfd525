"""Importing a contact list beside a raw COPY of its clean rows into the same indexed tables, and django-import-export.

All in one run, in turns, on one database. The raw COPY is the limit: typed rows on one connection, no reading, no
history, no fates. The peer brings a slice of new rows into the tables that the COPY has just filled. Our rows are
undone as well, which has no peer: as fast among a million as among a tenth of them; its memory is in ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.benchmarks.contacts import write_contacts
from tests.benchmarks.database import ROOT
from tests.benchmarks.measuring import Measured, run_job

ROWS = {"small": 20_000, "medium": 200_000, "large": 1_000_000}
TARGETS = {
    "ours / raw COPY": 0.5,
    "ours / django-import-export": 30.0,
    "undoing / undoing a tenth": 0.8,
    "MB more for ten times the rows": 32.0,
}
AT_MOST = frozenset({"MB more for ten times the rows"})
"""The targets that are limits; the others are to be reached."""
PEER_ROWS = 2_000
_NAME = "kezhi_bench_imports"

Rounds = dict[str, list[Measured]]


def run_benchmark(
    size: str, rounds: int, folder: Path, *, as_json: bool, rows: int | None = None
) -> dict[str, Any]:
    """Write the files, measure in turns, print the table (or the JSON) and return the figures."""
    number = rows or ROWS[size]
    place = folder / "imports"
    place.mkdir(parents=True, exist_ok=True)
    environment = _make_database()
    measured = _measure(number, rounds, place, environment)
    figures = _figures(number, measured)
    print(json.dumps(figures, indent=2) if as_json else _table(figures))  # noqa: T201 - the command's output
    return figures


def _measure(number: int, rounds: int, place: Path, environment: dict[str, str]) -> Rounds:
    """Run every job ``rounds`` times; ours goes first in each, for it leaves the clean rows for the raw COPY."""
    files = {n: place / f"contacts-{n}.csv" for n in (number, number // 10)}
    for rows, file in files.items():
        write_contacts(file, rows)
    slice_of_new = place / "new-contacts.csv"
    write_contacts(slice_of_new, PEER_ROWS, first=number)
    peer = find_spec("import_export") is not None
    names = ["ours", "ours, a tenth", "raw COPY", *(["django-import-export"] if peer else [])]
    measured: Rounds = {name: [] for name in names}
    for _round in range(rounds):
        jobs = {
            "ours, a tenth": ("imports_ours", str(files[number // 10])),
            "ours": ("imports_ours", str(files[number]), str(place)),
            "raw COPY": ("imports_raw", environment["DATABASE_URL"], str(place)),
        }
        if peer:
            jobs["django-import-export"] = ("imports_peer", str(slice_of_new))
        for name, job in jobs.items():
            measured[name].append(run_job(*job, environment=environment))
    return measured


def _figures(number: int, measured: Rounds) -> dict[str, Any]:
    """Return rows a second of each, the ratios beside their targets, and memory."""
    sizes = {
        "ours": number,
        "ours, a tenth": number // 10,
        "raw COPY": number,
        "django-import-export": PEER_ROWS,
    }
    rate = {name: sizes[name] / median(run.seconds for run in runs) for name, runs in measured.items()}
    memory = {name: max(run.peak_mb for run in runs) for name, runs in measured.items()}
    helpers = {name: max(run.helpers_mb for run in runs) for name, runs in measured.items()}
    ratios = {"ours / raw COPY": rate["ours"] / rate["raw COPY"]}
    if "django-import-export" in rate:
        ratios["ours / django-import-export"] = rate["ours"] / rate["django-import-export"]
    undone = {
        name: sizes[name] / median(run.detail["undo"] for run in measured[name])
        for name in ("ours", "ours, a tenth")
    }
    ratios["undoing / undoing a tenth"] = undone["ours"] / undone["ours, a tenth"]
    ratios["MB more for ten times the rows"] = memory["ours"] - memory["ours, a tenth"]
    if helpers["ours, a tenth"]:  # where a tenth is read by one process, the second one is no growth
        ratios["MB more for ten times the rows"] += helpers["ours"] - helpers["ours, a tenth"]
    return {
        "rows": number,
        "rows a second": {name: round(value) for name, value in rate.items()},
        "peak MB": {name: round(value, 1) for name, value in memory.items()},
        "second reader MB": round(helpers["ours"], 1),
        "server MB": {name: round(max(r.server_mb for r in runs), 1) for name, runs in measured.items()},
        "other load": {name: round(max(r.other_load for r in runs), 2) for name, runs in measured.items()},
        "steps": measured["ours"][-1].detail,
        "undone, rows a second": {name: round(value) for name, value in undone.items()},
        "ratios": {name: round(value, 2) for name, value in ratios.items()},
        "targets": TARGETS,
        "met": {name: _is_met(name, value) for name, value in ratios.items()},
    }


def _is_met(name: str, value: float) -> bool:
    return value <= TARGETS[name] if name in AT_MOST else value >= TARGETS[name]


def _table(figures: dict[str, Any]) -> str:
    lines = [f"{figures['rows']:,} contacts, each with a phone and a mail address"]
    for name, rate in figures["rows a second"].items():
        lines.append(
            f"  {name:24} {rate:>9,} rows/s   {figures['peak MB'][name]:>7} MB"
            f"   other load {figures['other load'][name]}"
        )
    for name, value in figures["ratios"].items():
        verdict = "met" if figures["met"][name] else "MISSED"
        limit = "at most" if name in AT_MOST else "at least"
        lines.append(f"  {name:32} {value:>8}   target {limit} {TARGETS[name]}: {verdict}")
    if "django-import-export" not in figures["rows a second"]:
        lines.append("  django-import-export is not installed: it was not measured")
    else:
        lines.append(
            f"  django-import-export brought {PEER_ROWS:,} new rows into tables that held the others"
        )
    lines.append(f"  second reader of ours {figures['second reader MB']} MB")
    for name, rate in figures["undone, rows a second"].items():
        lines.append(f"  {name + ', undone':24} {rate:>9,} rows/s")
    lines.append("  steps: " + ", ".join(f"{step} {seconds} s" for step, seconds in figures["steps"].items()))
    return "\n".join(lines)


def _make_database() -> dict[str, str]:
    """Create and migrate the benchmark's own database; return the environment of jobs on it."""
    server = os.environ["DATABASE_URL"]
    url = urlunsplit(urlsplit(server)._replace(path=f"/{_NAME}"))
    environment = {**os.environ, "DATABASE_URL": url, "LOG_LEVEL": "WARNING", "PYTHONPATH": str(ROOT)}
    with psycopg.connect(server, autocommit=True) as connection:
        name = sql.Identifier(_NAME)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "-v0"], env=environment, check=True, cwd=ROOT
    )
    return environment
