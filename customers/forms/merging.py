"""Whose answer holds, field by field, when two records become one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from customers.models import Customer
from customers.selectors.merging import KEPT, MERGED, Compared

BIGGEST_VERSION = 2**31 - 1


class MergeForm(forms.Form):
    """One choice for each field in which the two records differ, and the versions that were compared."""

    kept_version = forms.IntegerField(min_value=1, max_value=BIGGEST_VERSION, widget=forms.HiddenInput)
    merged_version = forms.IntegerField(min_value=1, max_value=BIGGEST_VERSION, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, rows: Sequence[Compared], kept: Customer, merged: Customer, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._rows = rows
        self.fields["kept_version"].initial = kept.version
        self.fields["merged_version"].initial = merged.version
        for row in rows:
            self.fields[row.key] = forms.ChoiceField(
                choices=[(KEPT, KEPT), (MERGED, MERGED)], required=False, initial=row.default
            )

    def rows(self) -> list[tuple[Compared, str]]:
        """Return each difference with the side that is chosen."""
        return [(row, self[row.key].value() or row.default) for row in self._rows]

    def chosen(self) -> dict[str, str]:
        """Return the side that was chosen, by key."""
        return {row.key: self.cleaned_data[row.key] or row.default for row in self._rows}

    def versions(self) -> tuple[int, int]:
        """Return the versions of both records that were compared."""
        return self.cleaned_data["kept_version"], self.cleaned_data["merged_version"]
