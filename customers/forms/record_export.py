"""What somebody says who takes one record out of the house."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_REASON = 200
FORMATS = (("csv", "CSV"), ("json", "JSON"))


class RecordExportForm(forms.Form):
    """Which file, with which values, and what for."""

    reason = forms.CharField(
        label=_("What is the file for?"),
        max_length=LONGEST_REASON,
        help_text=_("Goes on record with your name."),
    )
    format_ = forms.ChoiceField(label=_("Format"), choices=FORMATS)
    personal = forms.BooleanField(label=_("With personal values"), required=False)
