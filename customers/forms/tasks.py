"""Tasks as somebody types them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import User
from customers.forms.meanwhile import SEEN, remember
from customers.models import Task
from customers.selectors.parts import state_of
from customers.selectors.tasks import possible_assignees

if TYPE_CHECKING:
    _Base = forms.ModelForm[Task]
else:
    _Base = forms.ModelForm


class TaskForm(_Base):
    """What to do, why, by when and by whom."""

    class Meta:
        model = Task
        fields = ("title", "reason", "due_on", "assignee")
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assignee = self.fields["assignee"]
        assignee.queryset = possible_assignees(user, self.instance)  # type: ignore[attr-defined]
        assignee.empty_label = None  # type: ignore[attr-defined]
        assignee.required = True
        if self.instance.pk:
            remember(self, state_of(self.instance))
        else:
            assignee.initial = user.pk

    def changes(self) -> dict[str, Any]:
        """Return what differs from how the task stands."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != SEEN}


class OutcomeForm(forms.Form):
    """What came of a task."""

    outcome = forms.CharField(label=_("Outcome"), max_length=300, required=False)
