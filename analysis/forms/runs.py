"""What somebody asks of a new run."""

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RunForm(forms.Form):
    """The day that the run looks back from; today when left empty."""

    as_of = forms.DateField(
        label=_("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last day that counts. Leave it empty for today."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean_as_of(self) -> object:
        """Refuse a day that is still to come: nothing is known of it."""
        day = self.cleaned_data["as_of"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("That day is still to come. Choose today or an earlier day."))
        return day
