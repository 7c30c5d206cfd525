"""Which column of a file feeds which field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.imports.columns.base import Layout
from customers.imports.suggestions import ColumnSuggestion

COLUMNS_A_PAGE = 50
Options = list[tuple[str | Promise, list[tuple[str, str | Promise]]]]


class ColumnsForm(forms.Form):
    """A field, or none, for each of some columns."""

    def __init__(self, *args: Any, layout: Layout, shown: Sequence[ColumnSuggestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown = shown
        self.layout = layout
        groups = _grouped(layout)
        for each in shown:
            self.fields[_name(each)] = forms.ChoiceField(
                choices=[("", _("Leave it out")), *_likely(layout, each), *groups],
                required=False,
                initial=each.field or "",
                label=each.header or gettext("Column %(number)d") % {"number": each.index + 1},
            )

    def rows(self) -> list[tuple[ColumnSuggestion, forms.BoundField]]:
        """Return each column with its field of the form."""
        return [(each, self[_name(each)]) for each in self.shown]

    def clean(self) -> dict[str, Any]:
        """See that no two columns feed one field."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        taken: dict[str, ColumnSuggestion] = {}
        for each in self.shown:
            field = cleaned.get(_name(each))
            if field and field in taken:
                message = gettext("%(field)s is fed by the column “%(header)s” already.")
                values = {"field": self.layout.column(field).label, "header": taken[field].header}
                self.add_error(_name(each), message % values)
            elif field:
                taken[field] = each
        return cleaned

    def wishes(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return the mapping: what was said before, with what this form says of its columns."""
        here = {each.header for each in self.shown}
        wishes = {field: wish for field, wish in before.items() if header_of(wish) not in here}
        chosen = {field: each.header for each in self.shown if (field := self.cleaned_data[_name(each)])}
        for each in self.shown:
            if each.field and each.field not in chosen:
                wishes.setdefault(each.field, None)
        for field, header in chosen.items():
            old = before.get(field)
            same = isinstance(old, dict) and old.get("header") == header
            wishes[field] = old if same else header
        return wishes


def still_possible(wishes: Mapping[str, Any], layout: Layout, headers: Sequence[str]) -> dict[str, Any]:
    """Return what of a mapping the same file allows when it is read otherwise, or as something else."""
    fields = {column.field for column in layout.columns}
    return {
        field: wish
        for field, wish in wishes.items()
        if field in fields and (header_of(wish) is None or header_of(wish) in headers)
    }


def header_of(wish: object) -> str | None:
    """Return the column that a wish names; None for a constant or a field left out."""
    if isinstance(wish, str):
        return wish
    return wish.get("header") if isinstance(wish, dict) else None


def _name(column: ColumnSuggestion) -> str:
    return f"column-{column.index}"


def _likely(layout: Layout, column: ColumnSuggestion) -> Options:
    """Return the fields that a column may feed instead, on top of all others."""
    others = [field for field, _confidence in column.alternatives if field != column.field]
    options = [(field, layout.column(field).label) for field in others]
    return [(_("Perhaps"), options)] if options else []


def _grouped(layout: Layout) -> Options:
    groups: dict[str, list[tuple[str, str | Promise]]] = {}
    for column in layout.columns:
        if not column.is_hidden:
            groups.setdefault(str(column.group), []).append((column.field, column.label))
    return list(groups.items())
