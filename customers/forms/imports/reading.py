"""How a file is to be read, where it can't be told from the file or was told wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.imports.tables import Record, SourceInfo
from customers.models import ImportKind
from customers.services.imports import Reading

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_DELIMITER_LABELS = {
    "comma": _("Comma ,"),
    "semicolon": _("Semicolon ;"),
    "tab": _("Tab"),
    "pipe": _("Vertical bar |"),
}
ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("gb18030", _("GB18030, GBK, GB2312 (Simplified Chinese)")),
    ("big5", _("Big5 (Traditional Chinese)")),
    ("cp950", _("Windows-950 (Traditional Chinese)")),
    ("utf-16", "UTF-16"),
    ("utf-32", "UTF-32"),
    ("cp1252", _("Windows-1252 (Western European)")),
    ("cp1250", _("Windows-1250 (Central European)")),
    ("cp1251", _("Windows-1251 (Cyrillic)")),
    ("cp1253", _("Windows-1253 (Greek)")),
    ("cp1254", _("Windows-1254 (Turkish)")),
    ("cp1255", _("Windows-1255 (Hebrew)")),
    ("cp1256", _("Windows-1256 (Arabic)")),
    ("cp1257", _("Windows-1257 (Baltic)")),
    ("cp1258", _("Windows-1258 (Vietnamese)")),
    ("cp874", _("Windows-874 (Thai)")),
    ("shift_jis", _("Shift JIS (Japanese)")),
    ("euc_kr", _("EUC-KR (Korean)")),
    ("iso8859-1", _("ISO 8859-1 (Western European)")),
)
NO_HEADER = "0"
_HIGHEST_LINE = 2**31 - 1
_SHOWN_CELLS = 4
_SHOWN_LENGTH = 60


class ReadingForm(forms.Form):
    """What the rows are, and how to read the file; only what makes sense for this file is asked."""

    kind = forms.ChoiceField(label=_("What are the rows?"), choices=ImportKind.choices)
    encoding = forms.ChoiceField(
        label=_("Encoding"), required=False, choices=[("", _("Find out")), *ENCODINGS]
    )
    delimiter = forms.ChoiceField(
        label=_("Between the cells"),
        required=False,
        choices=[("", _("Find out")), *_DELIMITER_LABELS.items()],
    )
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    header_line = forms.ChoiceField(label=_("Column names are in"), required=False)

    def __init__(
        self, *args: Any, source: SourceInfo | None, top: Sequence[Record] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        container = source.container if source else "text"
        if container != "text":
            del self.fields["encoding"], self.fields["delimiter"]
        if source is None or len(source.sheets) < 2:
            del self.fields["sheet"]
        else:
            sheets = [(name, name) for name in source.sheets]
            self.fields["sheet"].choices = sheets  # type: ignore[attr-defined]
        if container == "vcard":
            del self.fields["header_line"]
        else:
            lines = [("", gettext("Find out")), (NO_HEADER, gettext("No row: the file has no column names"))]
            lines += [(str(line), _row_label(line, cells)) for line, cells in top]
            self.fields["header_line"].choices = lines  # type: ignore[attr-defined]

    def reading(self) -> Reading:
        """Return what was said; nothing said is for finding out."""
        get = self.cleaned_data.get
        line = get("header_line")
        return Reading(
            encoding=get("encoding") or None,
            delimiter=DELIMITERS.get(get("delimiter") or ""),
            sheet=get("sheet") or None,
            header_line=int(line) if line else None,
            by_name=False,
        )


def asked_reading(data: dict[str, str]) -> Reading:
    """Return the reading that an address or a form asks for; what is no possible answer counts as not said."""
    line = data.get("header_line", "")
    return Reading(
        encoding=data.get("encoding", "") if data.get("encoding", "") in dict(ENCODINGS) else None,
        delimiter=DELIMITERS.get(data.get("delimiter", "")),
        sheet=data.get("sheet") or None,
        header_line=int(line) if line.isascii() and line.isdigit() and int(line) <= _HIGHEST_LINE else None,
        by_name=False,
    )


def said_of(reading: dict[str, Any]) -> dict[str, str]:
    """Return a batch's reading as the form shows it."""
    names = {character: name for name, character in DELIMITERS.items()}
    line = reading.get("header_line")
    return {
        "encoding": reading.get("encoding") or "",
        "delimiter": names.get(reading.get("delimiter") or "", ""),
        "sheet": reading.get("sheet") or "",
        "header_line": "" if line is None else str(line),
    }


def _row_label(line: int, cells: list[str]) -> str:
    filled = [cell.strip() for cell in cells if cell.strip()]
    text = " · ".join(filled[:_SHOWN_CELLS])[:_SHOWN_LENGTH]
    return gettext("Line %(line)d: %(cells)s") % {"line": line, "cells": text or "–"}
