"""What a policy file may say and what an export holds is written down; neither page may fall behind."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.exports.customers import COLUMNS
from analysis.models.rules import PolicyRules, Span

DOCS = Path(__file__).resolve().parents[2] / "docs"


def keys_of(document: dict[str, Any], path: str = "") -> Iterator[str]:
    for key, value in document.items():
        if isinstance(value, dict) and value and key != "window":
            yield from keys_of(value, f"{path}{key}.")
        else:
            yield f"{path}{key}"


def first_cells(page: str) -> set[str]:
    """The names in the first column of a page's tables."""
    text = (DOCS / page).read_text(encoding="utf-8")
    cells = re.findall(r"(?m)^\| (`[^|]+) \|", text)
    return {name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)}


def test_every_key_of_a_policy_is_documented_with_its_default() -> None:
    documented = first_cells("policy.md")
    assert documented == set(keys_of(PolicyRules().document()))
    text = (DOCS / "policy.md").read_text(encoding="utf-8")
    assert all(f'"{span}"' in text for span in Span if span is not Span.FIXED)


def test_every_column_of_the_export_is_documented() -> None:
    assert set(COLUMNS) <= first_cells("operations/analyse.md")
