"""The measures of the family "scores", each declared once."""

from __future__ import annotations

from typing import Any

from analysis.registry.declaring import Measure

SCORES: tuple[Measure[Any], ...] = ()
