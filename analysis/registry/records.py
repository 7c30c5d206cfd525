"""The measures of the family "records", each declared once."""

from __future__ import annotations

from typing import Any

from analysis.registry.declaring import Measure

RECORDS: tuple[Measure[Any], ...] = ()
