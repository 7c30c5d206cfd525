"""What somebody notes on a day."""

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from analysis.models import Annotation


class AnnotationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A day and a few words."""

    class Meta:
        model = Annotation
        fields = ("day", "text")
        widgets = {"day": forms.DateInput(attrs={"type": "date"})}
        help_texts = {
            "text": _("What a chart should say of that day: a price rise, a fair, a competitor's entry.")
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.helper = FormHelper()
        self.helper.form_tag = False
