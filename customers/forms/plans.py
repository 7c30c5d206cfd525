"""The plans of a month: a line of targets for each colleague."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from customers.selectors.plans import Standing
from customers.services.plans import NEW, Target

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def read_month(written: str, otherwise: date) -> date:
    """Read a month such as 2026-11; anything else is ``otherwise``."""
    found = _MONTH.fullmatch(written)
    if found is None or not date.min.year < int(found[1]) < date.max.year:
        return otherwise
    return date(int(found[1]), int(found[2]), 1)


class PlansForm(forms.Form):
    """Revenue and visits of each colleague; a line left empty sets nothing."""

    def __init__(self, data: QueryDict | None, *, standings: Sequence[Standing]) -> None:
        super().__init__(data)
        self.standings = standings
        for each in standings:
            plan, number = each.plan, each.user.pk
            self.fields[f"revenue_{number}"] = forms.DecimalField(
                label=_("Net revenue"),
                required=False,
                min_value=Decimal(0),
                max_digits=17,
                decimal_places=2,
                initial=plan.revenue if plan else None,
            )
            self.fields[f"visits_{number}"] = forms.IntegerField(
                label=_("Visits"),
                required=False,
                min_value=0,
                max_value=10_000,
                initial=plan.visits if plan else None,
            )
            self.fields[f"version_{number}"] = forms.IntegerField(
                required=False, widget=forms.HiddenInput, initial=plan.version if plan else NEW
            )

    def lines(self) -> list[tuple[Standing, BoundField, BoundField, BoundField]]:
        """Each colleague with the fields of their line."""
        return [
            (
                each,
                self[f"revenue_{each.user.pk}"],
                self[f"visits_{each.user.pk}"],
                self[f"version_{each.user.pk}"],
            )
            for each in self.standings
        ]

    def targets(self) -> list[Target]:
        """What was typed, of a valid form."""
        read: dict[str, Any] = self.cleaned_data
        return [
            Target(
                number,
                read[f"revenue_{number}"] or Decimal(0),
                read[f"visits_{number}"] or 0,
                read[f"version_{number}"] or NEW,
            )
            for number in (each.user.pk for each in self.standings)
            if read[f"revenue_{number}"] is not None or read[f"visits_{number}"] is not None
        ]
