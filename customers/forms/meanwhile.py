"""Forms that know how the record stood when they were opened, and what somebody else has changed since."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Manager, Model
from django.forms import BaseForm
from django.utils.translation import gettext as _

from crm.templatetags.format import day

SEEN = "seen"
LENGTH = 64


def remember(form: BaseForm, state: str) -> None:
    """Let a form carry the digest of how its record stood when it was opened."""
    form.fields[SEEN] = forms.CharField(required=False, max_length=LENGTH, widget=forms.HiddenInput)
    form.initial[SEEN] = state


def seen_in(form: BaseForm) -> str | None:
    """Return the digest that a valid form came back with, None when it has none."""
    return form.cleaned_data.get(SEEN) or None


def send_again(form: BaseForm, current: Model, state: str) -> list[dict[str, str]]:
    """Let what was typed be sent over the record as it stands now; return label, theirs and yours of what differs."""
    typed: Any = form.data.copy()  # type: ignore[attr-defined]
    typed[SEEN] = state
    form.data = typed
    found = []
    for name, field in form.fields.items():
        stands, mine = getattr(current, name, None), form.cleaned_data.get(name)
        if name != SEEN and _key(stands) != _key(mine):
            found.append(
                {
                    "label": str(field.label or form[name].label),
                    "theirs": _in_words(field, stands),
                    "yours": _in_words(field, mine),
                }
            )
    return found


def _key(value: Any) -> Any:
    """Return by what two values are compared: records by their keys, nothing as nothing."""
    if isinstance(value, Manager):
        value = value.all()
    if isinstance(value, Model):
        return value.pk
    if value is None or isinstance(value, str | bool | int | date):
        return value or None
    return {_key(each) for each in value} if hasattr(value, "__iter__") else value


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Manager):
        value = value.all()
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        return _(", ").join(str(each) for each in value)
    if isinstance(field, forms.ChoiceField) and not isinstance(value, Model):
        return str(dict(field.choices).get(value, value or ""))  # type: ignore[arg-type]
    return "" if value is None else str(value)
