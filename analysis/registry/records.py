"""The measures of the family "records": what the records tell of customers' make-up, trade and treatment."""

from __future__ import annotations

from typing import Any

from analysis.registry.dealings import DEALINGS
from analysis.registry.declaring import Measure
from analysis.registry.origins import ORIGINS

RECORDS: tuple[Measure[Any], ...] = (*ORIGINS, *DEALINGS)
