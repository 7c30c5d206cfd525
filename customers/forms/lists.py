"""What people say about many rows at once: why they export, to whom they assign, how they tag."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.policy import can
from customers.exports.lists import ListSpec
from customers.exports.running import EVERYTHING, LONGEST_REASON, SHOWN
from customers.models import Campaign
from customers.selectors.profiles import possible_owners
from customers.services.bulk import LONGEST_TAG
from customers.services.bulk_tasks import LONGEST_OUTCOME

TABLES = (("xlsx", _("Excel workbook (xlsx)")), ("csv", _("CSV, for other programs")))
CARDS = (("vcard4", _("vCard 4.0, for address books")), ("vcard3", _("vCard 3.0, for older ones")))


class ExportForm(forms.Form):
    """Format, columns and reason of an export."""

    format = forms.ChoiceField(label=_("Format"), choices=TABLES, widget=forms.RadioSelect, initial="xlsx")
    columns = forms.ChoiceField(
        label=_("Columns"),
        choices=(
            (EVERYTHING, _("All, so that the file can be imported again")),
            (SHOWN, _("Those shown in the list")),
        ),
        widget=forms.RadioSelect,
        initial=EVERYTHING,
    )
    personal = forms.BooleanField(
        label=_("With personal values"),
        required=False,
        help_text=_(
            "Phones, mail addresses and what describes a person. Sensitive values never leave in a list."
        ),
    )
    bom = forms.BooleanField(
        label=_("CSV for Excel"),
        required=False,
        initial=True,
        help_text=_("Begins with a byte order mark, without which Excel garbles Chinese."),
    )
    reason = forms.CharField(
        label=_("What is it for?"),
        max_length=LONGEST_REASON,
        help_text=_("Kept in the audit trail with your name."),
    )

    def __init__(self, *args: Any, user: User, spec: ListSpec, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        takes_personal = can(user, "personal.export") and can(user, "personal.view")
        if not takes_personal:
            del self.fields["personal"]
        if spec.vcard and takes_personal:
            self.fields["format"].choices = [*TABLES, *CARDS]  # type: ignore[attr-defined]
        if spec.parts is not None:
            shown = self.fields["columns"].choices[1]  # type: ignore[attr-defined]
            whole = (EVERYTHING, _("All, a row for every line, so that the file can be imported again"))
            self.fields["columns"].choices = [whole, shown]  # type: ignore[attr-defined]


class AssignForm(forms.Form):
    """To whom customers are given."""

    owner = forms.ModelChoiceField(
        label=_("New owner"), queryset=User.objects.none(), empty_label=_("Choose a colleague")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = possible_owners(user)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        return {"owner": self.cleaned_data["owner"].pk}


class TagForm(forms.Form):
    """With which word customers are marked."""

    tag = forms.CharField(
        label=_("Tag"), max_length=LONGEST_TAG, help_text=_("A new word becomes a new tag.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        return {"tag": self.cleaned_data["tag"]}


class CampaignForm(forms.Form):
    """To which campaign customers are added."""

    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.all(), empty_label=_("Choose a campaign")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        return {"campaign": self.cleaned_data["campaign"].pk}


class TasksForm(forms.Form):
    """What is to be done for each customer, by when, by whom."""

    title = forms.CharField(label=_("What to do"), max_length=200)
    due_on = forms.DateField(
        label=_("Due on"),
        initial=timezone.localdate,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    assignee = forms.ModelChoiceField(
        label=_("Assignee"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Each customer's owner"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = possible_owners(user)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        assignee = self.cleaned_data["assignee"]
        return {
            "title": self.cleaned_data["title"],
            "due_on": self.cleaned_data["due_on"].isoformat(),
            "assignee": assignee.pk if assignee else None,
        }


class DoneForm(forms.Form):
    """What came of tasks that are done."""

    outcome = forms.CharField(label=_("Outcome"), max_length=LONGEST_OUTCOME, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        return {"outcome": self.cleaned_data["outcome"]}


def _tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


class SnoozeForm(forms.Form):
    """Until when tasks are put off."""

    due_on = forms.DateField(
        label=_("Due on"),
        initial=_tomorrow,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        return {"due_on": self.cleaned_data["due_on"].isoformat()}


class ReassignForm(forms.Form):
    """To whom tasks are given."""

    assignee = forms.ModelChoiceField(
        label=_("Assignee"), queryset=User.objects.none(), empty_label=_("Choose a colleague")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = possible_owners(user)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        return {"assignee": self.cleaned_data["assignee"].pk}


BulkForm = AssignForm | TagForm | CampaignForm | TasksForm | DoneForm | SnoozeForm | ReassignForm
BULK_FORMS: dict[str, type[BulkForm]] = {
    "assign": AssignForm,
    "tag": TagForm,
    "campaign": CampaignForm,
    "task": TasksForm,
    "done": DoneForm,
    "snooze": SnoozeForm,
    "reassign": ReassignForm,
}
