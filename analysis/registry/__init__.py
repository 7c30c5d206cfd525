"""Every measure, declared once: those of the core run, and the further ones that follow its publication."""

from __future__ import annotations

from typing import Any

from analysis.registry.core import PUBLISHED, find
from analysis.registry.declaring import Measure, Merging, Outcome, Table
from analysis.registry.products import PRODUCTS
from analysis.registry.records import RECORDS
from analysis.registry.scores import SCORES

__all__ = ["FURTHER", "PUBLISHED", "Measure", "Merging", "Outcome", "Table", "find", "measure_called"]

FURTHER: tuple[Measure[Any], ...] = (*SCORES, *PRODUCTS, *RECORDS)
_BY_NAME = {measure.name: measure for measure in FURTHER}


def measure_called(name: str) -> Measure[Any] | None:
    """The further measure of this name; None for one that is not declared any more."""
    return _BY_NAME.get(name)
