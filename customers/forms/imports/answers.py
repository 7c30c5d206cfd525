"""What a file leaves open: the order of day and month, and what its words mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from customers.imports.questions import ChoiceQuestion, DateQuestion

# So many words of a column are asked about; the rest is said by the check.
WORDS_ASKED = 40
LEFT_BLANK = "-"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a file, how often it stands there, and the field that says what it means."""

    text: str
    count: int
    asked: forms.BoundField


class AnswersForm(forms.Form):
    """One choice for each column of ambiguous dates, one for each word that has no meaning yet."""

    def __init__(
        self, *args: Any, dates: Sequence[DateQuestion], words: Sequence[ChoiceQuestion], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.dates, self.words = dates, words
        for date_question in dates:
            self.fields[f"order-{date_question.field}"] = forms.ChoiceField(
                label=date_question.header,
                required=False,
                choices=_orders(date_question),
                widget=forms.RadioSelect,
            )
        for question in words:
            choices = [("", _("Not known: such rows are rejected")), (LEFT_BLANK, _("Leave it blank"))]
            for number, value in enumerate(question.values[:WORDS_ASKED]):
                self.fields[_word(question.field, number)] = forms.ChoiceField(
                    label=value.text,
                    required=False,
                    choices=[*choices, *question.choices],
                    initial=value.meaning or "",
                )
                self.fields[_text(question.field, number)] = forms.CharField(
                    initial=value.text, required=False, strip=False, widget=forms.HiddenInput
                )

    def date_rows(self) -> list[tuple[DateQuestion, forms.BoundField]]:
        """Return each column of dates with the field that asks."""
        return [(each, self[f"order-{each.field}"]) for each in self.dates]

    def word_rows(self) -> list[tuple[ChoiceQuestion, list[Word]]]:
        """Return each column of words with the fields that ask."""
        return [
            (
                each,
                [
                    Word(value.text, value.count, self[_word(each.field, number)])
                    for number, value in enumerate(each.values[:WORDS_ASKED])
                ],
            )
            for each in self.words
        ]

    def hidden(self) -> list[forms.BoundField]:
        """Return the fields that say which word is meant."""
        return self.hidden_fields()

    def into(self, wishes: dict[str, Any]) -> None:
        """Write the answers into a mapping, for the columns that still feed what they fed."""
        for each in self.dates:
            order = self.cleaned_data[f"order-{each.field}"]
            if order:
                _extend(wishes, each.field, each.header, {"date_order": order})
        for question in self.words:
            meanings = dict(self._meanings(question))
            if meanings:
                _extend(wishes, question.field, question.header, {"values": meanings})

    def _meanings(self, question: ChoiceQuestion) -> list[tuple[str, str | None]]:
        """Return what was said of the words, as the file has them: the list may have changed since it was asked."""
        known = {value.text: value.meaning for value in question.values}
        said = []
        for number in range(min(len(question.values), WORDS_ASKED)):
            text = self.cleaned_data[_text(question.field, number)]
            meaning = self.cleaned_data[_word(question.field, number)]
            if meaning and text in known and meaning != known[text]:
                said.append((text, None if meaning == LEFT_BLANK else meaning))
        return said


def _extend(wishes: dict[str, Any], field: str, header: str, more: dict[str, Any]) -> None:
    wish = wishes.get(field, header)
    plain = {"header": wish} if isinstance(wish, str) else wish
    if not isinstance(plain, dict) or plain.get("header") != header:
        return
    values = {**plain.get("values", {}), **more.get("values", {})}
    wishes[field] = {**plain, **more, **({"values": values} if values else {})}


def _orders(question: DateQuestion) -> list[tuple[str, str]]:
    return [(order.value, date_format(days[0], "DATE_FORMAT")) for order, days in question.readings.items()]


def _word(field: str, number: int) -> str:
    return f"word-{field}-{number}"


def _text(field: str, number: int) -> str:
    return f"text-{field}-{number}"
