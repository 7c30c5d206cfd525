"""Every measure, declared once: those of the core run, and the further ones that follow its publication."""

from __future__ import annotations

from typing import Any

from analysis.registry.changes import CHANGES
from analysis.registry.core import PUBLISHED, find
from analysis.registry.declaring import Measure, Merging, Outcome, Table
from analysis.registry.products import PRODUCTS
from analysis.registry.records import RECORDS
from analysis.registry.scores import SCORES

__all__ = ["FURTHER", "PUBLISHED", "Measure", "Merging", "Outcome", "Table", "find"]

FURTHER: dict[str, Measure[Any]] = {
    measure.name: measure for measure in (*CHANGES, *SCORES, *PRODUCTS, *RECORDS)
}
