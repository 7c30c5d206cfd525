"""The file itself: chosen, dropped or pasted."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import ImportKind

MEGABYTE = 1 << 20
ACCEPTED = ".csv,.tsv,.tab,.txt,.xlsx,.xlsm,.xls,.xlsb,.ods,.vcf,.vcard,.gz"
# Longer text is sent as a file: the page's script makes one of it.
LONGEST_PASTE = 2_000_000


class UploadForm(forms.Form):
    """A file or pasted rows, and what they are, if that is to be said rather than found out."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "class": "drop-input"}),
    )
    text = forms.CharField(
        label=_("Or paste rows from a spreadsheet"),
        required=False,
        strip=False,
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("With the row of column names on top."),
    )
    kind = forms.ChoiceField(
        label=_("What are the rows?"),
        required=False,
        choices=[("", _("Find out from the columns")), *ImportKind.choices],
        help_text=_(
            "A customer file may hold people, companies or both. You can change this in the next step."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one file, no larger than is taken."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if file is None and not text.strip():
            if not self.errors:
                self.add_error("file", _("Choose a file, drop one here, or paste rows below."))
        elif file is not None and text.strip():
            self.add_error("text", _("Send either a file or pasted rows, not both: clear one of them."))
        elif file is not None and file.size > settings.IMPORT_MAX_MB * MEGABYTE:
            self.add_error("file", too_large())
        return cleaned

    def opened(self) -> tuple[BinaryIO, str]:
        """Return the bytes and what they are called."""
        file = self.cleaned_data["file"]
        if file is not None:
            return cast(BinaryIO, file.file), str(file.name)
        return io.BytesIO(self.cleaned_data["text"].encode()), gettext("Pasted rows") + ".txt"


def too_large() -> str:
    """Say that a file is larger than is taken, and what to do."""
    message = gettext(
        "The file is larger than %(size)s MB. Compress it with gzip, or split it and import the parts one by one."
    )
    return message % {"size": settings.IMPORT_MAX_MB}
