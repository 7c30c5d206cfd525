"""The cards of a vCard file as logical lines: folded and soft-broken ones joined, pictures left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TextIO

from django.utils.translation import gettext as _

from customers.imports.problems import MalformedCards, OversizeRecord

MAX_LINE = 4_000_000
HEAD = 1000
MAX_CARD_LINES = 10_000
MAX_CARD = 1_000_000
BINARY = ("PHOTO", "LOGO", "SOUND", "KEY")
OLD = "2.1"


@dataclass(slots=True)
class Card:
    """One card: the line where it begins, its version, and its properties as logical lines."""

    line: int
    version: str = "3.0"
    lines: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, text: str) -> None:
        """Keep one more logical line.

        Raises:
            OversizeRecord: the card holds more than any honest one.
        """
        self.size += len(text)
        if self.size > MAX_CARD or len(self.lines) >= MAX_CARD_LINES:
            raise OversizeRecord(self.line, MAX_CARD)
        name, _colon, value = text.partition(":")
        if name.strip().upper() == "VERSION":
            self.version = value.strip()
        self.lines.append(text)


def is_card(text: str) -> bool:
    """Whether a text begins as vCard files do."""
    return text.lstrip()[:11].upper() == "BEGIN:VCARD"


def read_cards(text: TextIO) -> Iterator[Card]:
    """Yield every card of ``text``.

    Cards within cards (an assistant's, in version 2.1) are not people of their own here and are left out.

    Raises:
        MalformedCards: a card has no end, or there is something between two cards.
        OversizeRecord: a line or card is longer than any honest one.
    """
    card: Card | None = None
    inner = 0
    for number, line in _logical_lines(text):
        word = line.strip().upper()
        if card is None:
            card = _begun(number, word)
        elif word == "BEGIN:VCARD":
            inner += _is_inner(card)
        elif word == "END:VCARD" and inner:
            inner -= 1
        elif word == "END:VCARD":
            yield card
            card = None
        elif word and not inner:
            card.add(line)
    if card is not None:
        raise _unfinished(card)


def _begun(number: int, word: str) -> Card | None:
    """The card that begins with a line between cards; None for a blank one."""
    if word == "BEGIN:VCARD":
        return Card(number)
    if word:
        raise MalformedCards(_("Line %(line)d stands outside of every card.") % {"line": number}, number)
    return None


def _is_inner(card: Card) -> bool:
    """Whether a card that begins within another is its assistant's, and not the next after one that was cut off."""
    if not card.lines or not card.lines[-1].upper().startswith("AGENT"):
        raise _unfinished(card)
    return True


def _unfinished(card: Card) -> MalformedCards:
    message = _(
        "The card that begins in line %(line)d has no END:VCARD: it was cut off. Export the file again, or "
        "remove that card."
    )
    return MalformedCards(message % {"line": card.line}, card.line)


def _logical_lines(text: TextIO) -> Iterator[tuple[int, str]]:
    """Join what is one line to the reader: each with the number of the physical line where it begins."""
    begun, parts, held = 0, [""], 0
    is_old = is_quoted = is_binary = False
    for number, raw in _physical_lines(text):
        if is_quoted and parts[-1].endswith("="):
            parts[-1] = parts[-1][:-1]
            parts.append(raw)
        elif raw[:1] in (" ", "\t") and begun:
            # Before 3.0 the blank that begins a folded line belongs to the text.
            parts.append(raw if is_old and not is_binary else raw[1:])
        else:
            if begun:
                yield begun, "".join(parts)
            begun, parts, held = number, [raw], 0
            head = raw[:HEAD].partition(":")[0].upper()
            is_quoted = "QUOTED-PRINTABLE" in head
            is_binary = head.partition(";")[0].rpartition(".")[2].strip() in BINARY
            if head == "VERSION":
                is_old = raw[8:].strip() == OLD
        held += len(raw)
        if held > MAX_LINE:
            raise OversizeRecord(begun, MAX_LINE)
        if is_binary:
            del parts[1:]  # a picture, which is not imported
    if begun:
        yield begun, "".join(parts)


def _physical_lines(text: TextIO) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(iter(partial(text.readline, MAX_LINE), ""), start=1):
        if len(raw) == MAX_LINE:
            raise OversizeRecord(number, MAX_LINE)
        yield number, raw.rstrip("\r\n")
