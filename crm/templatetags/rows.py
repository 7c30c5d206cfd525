"""The rows of a long list, written plainly.

Half of what a list costs would be Django's template engine walking through the same cell five hundred times. So each
kind of cell is rendered once as a pattern (rows/cell.html), and the rows fill its gaps with escaped text.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any, TypeAlias

from django import template
from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

# Stands for a value in a pattern; no value is ever searched for it.
SLOT = "\0"
DASH = "–"

# The kind of a cell and the values of its gaps.
Cell: TypeAlias = tuple[str, ...]
# What a column says of all its cells: its label, and its classes.
Heading: TypeAlias = tuple[str, str]


@register.simple_tag
def list_rows(headings: Sequence[Heading], rows: Iterable[Sequence[Cell]]) -> SafeString:
    """Write table rows: a cell for each heading, its values escaped."""
    written = []
    language = get_language() or ""
    for cells in rows:
        written.append('<tr class="row-link">')
        for (label, classes), cell in zip(headings, cells, strict=True):
            gaps = iter(cell)
            pieces = _pattern(next(gaps), label, classes, language)
            written.append(pieces[0])
            for value, piece in zip(gaps, pieces[1:], strict=True):
                written.append(escape(value))
                written.append(piece)
        written.append("</tr>")
    return mark_safe("".join(written))  # noqa: S308 - patterns from a template, values escaped


@register.simple_tag
def plain_rows(rows: Iterable[Sequence[object]]) -> SafeString:
    """Write the rows of components/table.html: a heading, then figures, and words where a cell is a mapping."""
    written = []
    for row in rows:
        written.append("<tr>")
        written += [_plain_cell(cell, is_first=place == 0) for place, cell in enumerate(row)]
        written.append("</tr>")
    return mark_safe("".join(written))  # noqa: S308 - values escaped


def _plain_cell(cell: object, *, is_first: bool) -> str:
    if isinstance(cell, Mapping) and (cell.get("text") or cell.get("tier")):
        return render_to_string("rows/words.html", {"cell": cell, "is_first": is_first})
    if is_first:
        return f'<th scope="row">{_localized(cell)}</th>'
    return f'<td class="n">{DASH if cell is None else _localized(cell)}</td>'


def _localized(cell: object) -> str:
    written: Any = localize(cell)
    return conditional_escape(written)


@lru_cache(maxsize=4096)
def _pattern(kind: str, label: str, classes: str, language: str) -> tuple[str, ...]:
    """Return the pieces between the values of a cell, in the active language, which is ``language``."""
    context = {"kind": kind, "label": label, "classes": classes, "slot": SLOT}
    return tuple(render_to_string("rows/cell.html", context).strip().split(SLOT))


def text(value: object) -> Cell:
    """Return a cell of words; nothing is a dash."""
    return ("text", str(value) if value not in {None, ""} else DASH)


def figure(written: str) -> Cell:
    """Return a cell of a figure that is written already."""
    return ("text", written)


def link(url: str, label: str) -> Cell:
    """Return a cell that leads somewhere."""
    return ("link", url, label)


def name(url: str, label: str, under: str = "") -> Cell:
    """Return the cell that names its row."""
    return ("name", url, label, under) if url else ("plain_name", label, under)


def tag(tone: str, label: str, title: str = "") -> Cell:
    """Return a cell of one word that says how something stands: tone "good", "warn", "bad", "info" or nothing."""
    return ("tag", tone or "plain", title, label) if label else text("")
