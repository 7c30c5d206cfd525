"""One line of a card taken apart: its name, what kind of it, and its text in the encoding that it states."""

from __future__ import annotations

import binascii
import codecs
import re
from dataclasses import dataclass
from functools import cache

from customers.imports.vcards.lines import OLD

# Parameters of version 2.1 stand without their name: TEL;CELL;HOME, NOTE;QUOTED-PRINTABLE.
_ENCODINGS = frozenset({"quoted-printable", "base64", "b", "8bit", "7bit"})
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "N": "\n"}
_HEX = re.compile(r"=(?![0-9A-Fa-f]{2})")


class UnreadableLineError(ValueError):
    """A line of a card that is no property, or whose text is not in the encoding that it states."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property: ``name`` in capitals, its ``kinds`` (home, cell, pref …) in lower case, and its raw value.

    ``group`` ties properties of one card to each other (``item1`` of ``item1.TEL``).
    """

    name: str
    kinds: frozenset[str]
    parameters: dict[str, str]
    value: str
    version: str
    group: str = ""

    @property
    def text(self) -> str:
        """The value as one text."""
        return _unescaped(self.value, self.version)

    def parts(self, separator: str = ";") -> list[str]:
        """The components of a structured value, such as the five of a name."""
        return [_unescaped(part, self.version).strip() for part in _split(self.value, separator)]


def read_property(line: str, version: str) -> Property:
    """Take a logical line apart.

    Raises:
        UnreadableLineError: it is no property, or its bytes are not text in the stated encoding.
    """
    head, colon, value = _cut(line, ":")
    if not colon:
        raise UnreadableLineError(line)
    named, *parameters = _split(head, ";", quotes=True)
    group, _dot, name = named.strip().rpartition(".")
    kinds: set[str] = set()
    said: dict[str, str] = {}
    for parameter in parameters:
        key, equals, content = parameter.partition("=")
        key, content = key.strip().lower(), content.strip().strip('"')
        if not equals and key in _ENCODINGS:
            said["encoding"] = key
        elif not equals:
            kinds.add(key)
        elif key == "type":
            kinds.update(word.strip().lower() for word in content.split(","))
        else:
            said[key] = content
    if said.get("encoding", "").lower() == "quoted-printable":
        value = _from_quoted_printable(value, said.get("charset") or "utf-8")
    return Property(name.strip().upper(), frozenset(kinds), said, value, version, group.strip().lower())


def _from_quoted_printable(value: str, charset: str) -> str:
    """Decode ``=E5=BC=A0`` in the stated encoding; without one in UTF-8, else GB 18030, as Chinese phones write it."""
    if _HEX.search(value):
        raise UnreadableLineError(value)
    try:
        data = binascii.a2b_qp(value.encode("ascii"))
        name = codecs.lookup(charset).name
    except (UnicodeEncodeError, LookupError) as error:
        raise UnreadableLineError(value) from error
    for encoding in dict.fromkeys(("gb18030" if name in ("gb2312", "gbk") else name, "gb18030")):
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    raise UnreadableLineError(value)


def _unescaped(text: str, version: str) -> str:
    if "\\" not in text:
        return text
    if version == OLD:
        return text.replace("\\;", ";")
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)


def _split(text: str, separator: str, *, quotes: bool = False) -> list[str]:
    """Split at separators that are neither escaped nor, where ``quotes``, between quotation marks."""
    parts, start = [], 0
    for match in _separators(separator, quotes).finditer(text):
        if match[0] == separator:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]


def _cut(text: str, separator: str) -> tuple[str, str, str]:
    """Like ``str.partition``, but blind to separators between quotation marks."""
    for match in _separators(separator, quotes=True).finditer(text):
        if match[0] == separator:
            return text[: match.start()], separator, text[match.end() :]
    return text, "", ""


@cache
def _separators(separator: str, quotes: bool) -> re.Pattern[str]:
    """What to skip, or to split at: an escaped character, a quotation, the separator."""
    quotation = '|"[^"]*"' if quotes else ""
    return re.compile(rf"\\.{quotation}|{re.escape(separator)}", re.DOTALL)
