"""How the beginning of a file reads in the encodings that it may be in, for whoever has to choose."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.imports.byte_sources import ByteSource
from customers.imports.encodings import detect_encoding, marked_encoding
from customers.imports.problems import EncodingProblem

ENCODINGS: Final[dict[str, str | Promise]] = {
    "utf-8": _("Unicode (UTF-8)"),
    "gb18030": _("Simplified Chinese (GBK, GB 18030)"),
    "big5": _("Traditional Chinese (Big5)"),
    "utf-16": _("Unicode (UTF-16)"),
    "utf-32": _("Unicode (UTF-32)"),
    "cp1252": _("Western European (Windows-1252)"),
    "cp1250": _("Central European (Windows-1250)"),
    "cp1251": _("Cyrillic (Windows-1251)"),
    "cp1253": _("Greek (Windows-1253)"),
    "cp1254": _("Turkish (Windows-1254)"),
    "cp1255": _("Hebrew (Windows-1255)"),
    "cp1256": _("Arabic (Windows-1256)"),
    "cp1257": _("Baltic (Windows-1257)"),
    "cp1258": _("Vietnamese (Windows-1258)"),
    "cp874": _("Thai (Windows-874)"),
    "cp932": _("Japanese (Shift JIS)"),
    "cp949": _("Korean (Windows-949)"),
    "mac-roman": _("Western European (Macintosh)"),
}
"""The encodings to choose from, by codec name."""
LINES: Final = 5
LINE_LENGTH: Final = 200
SAMPLED_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class EncodingPreview:
    """What the beginning of a file is in one encoding.

    Attributes:
        name: the codec's.
        label: for people, in the active language.
        lines: the first line that is not blank, and the first ones after it that differ between encodings.
        fits: whether the first mebibyte is text in this encoding.
        chosen: whether it is the one that the file is read in if nobody chooses.
    """

    name: str
    label: str
    lines: tuple[str, ...]
    fits: bool
    chosen: bool


def encoding_previews(origin: Path | str | BinaryIO, lines: int = LINES) -> tuple[EncodingPreview, ...]:
    """Return how a text file reads in each of ``ENCODINGS``: the chosen one first, then those that fit.

    Args:
        origin: a path, or a seekable binary file; it may be gzip.
        lines: how many lines to show of it.

    Raises:
        FileProblem: it cannot be opened, or is empty or damaged.
    """
    source = ByteSource.of(origin, None)
    with source.open() as stream:
        data = stream.read(SAMPLED_BYTES)
        try:
            chosen = detect_encoding(stream).name
        except EncodingProblem:
            chosen = ""
    previews = [_preview(name, data, lines, chosen) for name in ENCODINGS]
    return tuple(sorted(previews, key=lambda preview: (not preview.chosen, not preview.fits)))


def _preview(name: str, data: bytes, lines: int, chosen: str) -> EncodingPreview:
    mark = marked_encoding(data)
    body = data[mark.mark_length :] if mark else data
    is_chosen = bool(chosen) and chosen.startswith(name)
    codec = chosen if is_chosen else f"{name}-le" if name in ("utf-16", "utf-32") else name
    decoder = codecs.getincrementaldecoder(codec)
    try:
        text = decoder("strict").decode(body)
        fits = True
    except UnicodeError:
        text = decoder("replace").decode(body)
        fits = False
    return EncodingPreview(
        name, str(ENCODINGS[name]), _shown(text, lines), fits and "\0" not in text, is_chosen
    )


def _shown(text: str, count: int) -> tuple[str, ...]:
    """The first line with something, then the first ones beyond ASCII; plain ones fill up."""
    found = [line[:LINE_LENGTH] for line in text.splitlines() if line.strip()]
    first, rest = found[:1], found[1:]
    telling = [line for line in rest if not line.isascii()][: count - 1]
    plain = [line for line in rest if line.isascii()][: count - 1 - len(telling)]
    kept = {*telling, *plain}
    return (*first, *[line for line in dict.fromkeys(rest) if line in kept][: count - 1])
