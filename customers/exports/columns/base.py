"""What a column of a list is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from django.db.models import Field, Model
from django.utils.functional import Promise

from crm.files import Value as Value
from crm.sensitivity import Sensitivity, sensitivity_of
from crm.templatetags.rows import Cell, text
from customers.selectors.masking import MASK

Row: TypeAlias = Mapping[str, Any]
"""One row of a list: what its columns read, by path, and what they need besides, by the name of the reader."""
Text: TypeAlias = str | Promise
MASKED: Cell = ("text", MASK)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Attributes:
        key: its name in addresses and saved views.
        label: its name for people.
        value: what a file gets; the page too, as words, where there is no ``cell``.
        fields: what it reads of the row, as paths from the list's model.
        cell: how the page shows it.
        needs: what is read for all rows of a page at once (``ListSpec.readers``).
        holds: fields that it shows besides ``fields``, to know how sensitive it is.
        sort: the order that its head asks for.
        header: the field of the importer that reads this column, where that is not ``key``.
        is_figure: whether it is aligned right.
        is_short: whether it stands on one line, as days and names do.
        is_shown: whether it is there before anybody chose.
        on_phone: whether a card shows it.
        is_name: whether it names the row: it is never left out, and never masked.
        in_files_only: whether it is too much for a page.
        on_pages_only: whether a file of everything holds the same in other columns.
        needs_run: whether it tells of the published run.
        only_if_filled: whether a file has it only where one of its rows says something there.
        is_calculated: whether it is worked out from other records: an import leaves it out.
    """

    key: str
    label: Text
    value: Callable[[Row], Value]
    fields: tuple[str, ...] = ()
    cell: Callable[[Row], Cell] | None = None
    needs: str = ""
    holds: tuple[tuple[type[Model], str], ...] = ()
    sort: str = ""
    header: str = ""
    is_figure: bool = False
    is_short: bool = False
    is_shown: bool = True
    on_phone: bool = True
    is_name: bool = False
    in_files_only: bool = False
    on_pages_only: bool = False
    needs_run: bool = False
    only_if_filled: bool = False
    is_calculated: bool = False

    def sensitivity(self, model: type[Model]) -> Sensitivity:
        """The class of the most sensitive field that it shows."""
        classes = {sensitivity_of(_field(model, path)) for path in self.fields}
        classes |= {sensitivity_of(_field(each, path)) for each, path in self.holds}
        order = (Sensitivity.SENSITIVE, Sensitivity.PERSONAL)
        return next((each for each in order if each in classes), Sensitivity.OPEN)

    def shown(self, row: Row) -> Cell:
        """The cell of a row."""
        return self.cell(row) if self.cell else text(self.value(row))


def _field(model: type[Model], path: str) -> Field[Any, Any]:
    """Return the field at the end of a path."""
    *relations, last = path.split("__")
    for relation in relations:
        model = cast(type[Model], model._meta.get_field(relation).related_model)
    return cast("Field[Any, Any]", model._meta.get_field(last.removesuffix("_id")))
