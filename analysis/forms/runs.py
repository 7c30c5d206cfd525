"""What somebody asks of a new run."""

from datetime import date

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.models import AnalysisRun

EARLIEST_DAY = date(1950, 1, 1)


class RunForm(forms.Form):
    """The day that the run looks back from; today when left empty."""

    as_of = forms.DateField(
        label=_("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_(
            "The last day that counts; empty for today. A look back before the published day is kept, not published."
        ),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_as_of(self) -> date | None:
        """Refuse a day that is still to come, of which nothing is known, and one before any company's orders."""
        day: date | None = self.cleaned_data["as_of"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("That day is still to come. Choose today or an earlier day."))
        if day and day < EARLIEST_DAY:
            raise forms.ValidationError(_("That day lies before all orders. Choose a later one."))
        return day

    def is_not_older_than(self, published: AnalysisRun | None) -> bool:
        """Whether the asked day is not before the published run's: looking back must not replace what others see."""
        day = self.cleaned_data["as_of"]
        return day is None or published is None or day >= published.as_of
