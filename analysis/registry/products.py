"""The measures of the family "products", each declared once."""

from __future__ import annotations

from typing import Any

from analysis.registry.declaring import Measure

PRODUCTS: tuple[Measure[Any], ...] = ()
