"""What the rows of a file may be, told by its headers."""

from __future__ import annotations

from customers.imports.columns.base import Layout
from customers.imports.headers import header_name, is_calculated
from customers.imports.kinds import Kind
from customers.imports.layouts import LAYOUTS, find_profile
from customers.imports.matching import match_columns
from customers.imports.tables import Table


def guess_kinds(table: Table) -> tuple[tuple[Kind, float], ...]:
    """Return the kinds, the likeliest first, each with how well it fits: 0 to 1.

    It is the share of the file's named columns that a kind knows, halved for every need that none of them meets; a
    layout of a known product fits fully. Among equal ones the order of ``Kind`` counts.
    """
    keys = frozenset(header_name(header).key for header in table.headers)
    scores = {}
    for kind in Kind:
        if find_profile(kind, keys):
            scores[kind] = 1.0
        else:
            scores[kind] = _fit(LAYOUTS[kind], table)
    return tuple(sorted(scores.items(), key=lambda item: -item[1]))


def _fit(layout: Layout, table: Table) -> float:
    mapping = match_columns(layout.kind, table)
    named = sum(1 for header in table.headers if header and not is_calculated(header))
    return len(mapping.sources) / (max(named, 1) << len(mapping.missing))
