"""Cells of one row, to be put right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

LONGEST_CELL = 131_072
# Longer than this, or of several lines, a cell is edited in an area.
_ONE_LINE = 120
# A form holds no more fields than a browser may send.
CELLS_ASKED = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it stands; ``is_wrong`` if the row is rejected for it."""

    column: int
    header: str
    text: str
    is_wrong: bool
    is_corrected: bool


class CellsForm(forms.Form):
    """The texts of some cells."""

    def __init__(self, *args: Any, cells: Sequence[Cell], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells = cells[:CELLS_ASKED]
        for cell in self.cells:
            look = {"class": "form-control"}
            if cell.is_wrong:
                look = {"class": "form-control is-invalid", "aria-invalid": "true"}
            is_long = len(cell.text) > _ONE_LINE or "\n" in cell.text
            self.fields[_name(cell)] = forms.CharField(
                label=cell.header,
                initial=cell.text,
                required=False,
                strip=False,
                max_length=LONGEST_CELL,
                widget=forms.Textarea({"rows": 3, **look}) if is_long else forms.TextInput(look),
            )

    def rows(self) -> list[tuple[Cell, forms.BoundField]]:
        """Return each cell with its field."""
        return [(cell, self[_name(cell)]) for cell in self.cells]

    def changed(self) -> list[tuple[int, str]]:
        """Return column and text of the cells that were changed."""
        return [
            (cell.column, self.cleaned_data[_name(cell)])
            for cell in self.cells
            if _lines(self.cleaned_data[_name(cell)]) != _lines(cell.text)
        ]


def _name(cell: Cell) -> str:
    return f"cell-{cell.column}"


def _lines(text: str) -> list[str]:
    """Browsers send line ends of their own."""
    return text.splitlines()
