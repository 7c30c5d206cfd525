"""How far the work on a customer at risk has come."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import CaseState
from customers.services.churn_cases import LONGEST_NOTE

STEPS = [(state.value, state.label) for state in CaseState if state != CaseState.OPEN]


class CaseForm(forms.Form):
    """A step and a note; ``version`` is the case as it was opened, nothing from a button that shows none."""

    state = forms.ChoiceField(label=_("How it stands"), choices=STEPS, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def clean_state(self) -> CaseState:
        """The step as such."""
        return CaseState(self.cleaned_data["state"])
