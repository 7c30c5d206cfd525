"""Measures are told what day it is: one that asked a clock could not be done again for a past day."""

import ast
from pathlib import Path

MEASURES = Path(__file__).resolve().parents[2] / "analysis/measures"
CLOCKS = {"today", "now", "utcnow", "localdate", "localtime", "time", "monotonic", "perf_counter"}


def clocks_read(source: str) -> list[str]:
    """The calls of clocks in a module, each as its line and its name."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [(call.lineno, getattr(call.func, "attr", getattr(call.func, "id", ""))) for call in calls]
    return [f"{line}: {name}" for line, name in named if name in CLOCKS]


def test_no_measure_reads_a_clock() -> None:
    modules = sorted(MEASURES.rglob("*.py"))
    assert modules
    found = {module.name: clocks_read(module.read_text("utf-8")) for module in modules}
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_a_clock_would_be_found() -> None:
    assert clocks_read("day = datetime.date.today()\nthen = now(tz)") == ["1: today", "2: now"]
