"""Tasks for customers of a list of the analysis, each with the reason for which it stands there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import User
from customers.models import TaskOrigin
from customers.selectors.profiles import possible_owners

DEFAULT_DAYS = 3
LONGEST_REASON = 300
ORIGINS = [(origin.value, origin.label) for origin in (TaskOrigin.LIST, TaskOrigin.CHURN)]


class ListTasksForm(forms.Form):
    """What is to be done for each chosen customer, by when and by whom; it can be sent with nothing changed."""

    title = forms.CharField(label=_("What to do"), max_length=200)
    due_on = forms.DateField(
        label=_("Due on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    assignee = forms.ModelChoiceField(
        label=_("Assignee"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Each customer's owner"),
    )
    origin = forms.ChoiceField(choices=ORIGINS, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        user: User,
        title: str = "",
        origin: TaskOrigin = TaskOrigin.LIST,
    ) -> None:
        due_on = timezone.localdate() + timedelta(days=DEFAULT_DAYS)
        super().__init__(data, initial={"title": title, "due_on": due_on, "origin": origin})
        self.fields["assignee"].queryset = possible_owners(user)  # type: ignore[attr-defined]

    def ids(self) -> list[int]:
        """The customers that were chosen: the one whose own button was used, or those that were ticked."""
        data: Any = self.data
        sent = data.getlist("only") or data.getlist("customer")
        return [int(each) for each in sent if each.isascii() and each.isdigit() and int(each) < 2**63]

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        read = self.cleaned_data
        due_on = read["due_on"] or timezone.localdate() + timedelta(days=DEFAULT_DAYS)
        given = {str(pk): str(self.data.get(f"why-{pk}", "")) for pk in self.ids()}
        return {
            "title": read["title"],
            "due_on": due_on.isoformat(),
            "assignee": read["assignee"].pk if read["assignee"] else None,
            "origin": read["origin"],
            "reasons": {pk: why.replace("\0", "")[:LONGEST_REASON] for pk, why in given.items()},
        }
