"""Which encoding a file's bytes are in: its mark, else strict UTF-8, else strict GB18030, else we ask.

Nothing is guessed by letter statistics, which misname short Chinese files. The whole file is decoded once before its
first row is read, in pieces, so that a bad byte at the end is found before anything happens; memory stays flat.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

from django.utils.translation import gettext as _

from customers.imports.problems import EncodingProblem, shown

CHUNK = 1 << 20
SAMPLE = 4096

MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# Files named GB2312 or GBK are full of characters that only GB18030 has, and it contains both.
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "hz": "hz", "ascii": "utf-8"}
NOT_FOR_FILES = frozenset(
    {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7", "hz"}
)

# UTF-8 with this many multi-byte sequences before its first bad byte is damaged UTF-8, not some other encoding.
DAMAGED_UTF8_EVIDENCE = 20
# Of the characters beyond ASCII in Chinese text nearly all are the 3,755 common ones of GB 2312 and its punctuation.
PLAUSIBLE_SHARE = 0.6
PLAUSIBILITY_SAMPLE = 5000

StatedBy = Literal["mark", "zero bytes", "content", "choice"]


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec name, the length in bytes of the mark to skip, and how we know."""

    name: str
    mark_length: int
    stated_by: StatedBy


@dataclass(slots=True)
class _Scan:
    """What decoding a whole stream found: the first bad byte, if any, and some of what is not ASCII."""

    bad_byte: int | None = None
    bad_line: int = 1
    wide_bytes: int = 0
    not_ascii: list[str] = field(default_factory=list)


def detect_encoding(stream: BinaryIO, chosen: str | None = None) -> Encoding:
    """Return the encoding of ``stream``, having decoded it whole without an error.

    Args:
        stream: seekable bytes, read from the start; left anywhere.
        chosen: a codec name that somebody chose (``big5``, ``cp1252`` …); a byte-order mark of it is skipped.

    Raises:
        EncodingProblem: the bytes are not text in the encoding; says line and byte, and what to choose.
    """
    stream.seek(0)
    head = stream.read(SAMPLE)
    if chosen is not None:
        return _checked(stream, _chosen(chosen, head))
    marked = marked_encoding(head) or _wide_without_mark(head)
    if marked is not None:
        return _checked(stream, marked)
    return _utf8_or_gb18030(stream)


def _chosen(name: str, head: bytes) -> Encoding:
    try:
        codec = codecs.lookup(name)
    except LookupError:
        codec = None
    if codec is None or not codec._is_text_encoding or codec.name in NOT_FOR_FILES:
        message = _("There is no encoding named “%(name)s”. Try utf-8, gb18030, big5, utf-16 or cp1252.")
        raise EncodingProblem(message % {"name": shown(name)})
    marked = marked_encoding(head)
    if marked is not None and marked.name.startswith(codec.name):
        return Encoding(marked.name, marked.mark_length, "choice")
    if codec.name in ("utf-16", "utf-32"):
        wide = _wide_without_mark(head)
        fits = wide is not None and wide.name.startswith(codec.name)
        return Encoding(wide.name if wide and fits else f"{codec.name}-le", 0, "choice")
    return Encoding(WIDER.get(codec.name, codec.name), 0, "choice")


def marked_encoding(head: bytes) -> Encoding | None:
    """The encoding that a byte-order mark states; None if there is none."""
    for mark, name in MARKS:
        if head.startswith(mark):
            wide = _wide_without_mark(head[2:]) if name.startswith("utf-16") else None
            if wide is not None and wide.name.startswith("utf-32"):
                # Some exporters write a two-byte mark before four-byte characters.
                return Encoding(wide.name, 2, "mark")
            return Encoding(name, len(mark), "mark")
    return None


def _wide_without_mark(head: bytes) -> Encoding | None:
    """Tell UTF-16 and UTF-32 without a mark by where their zero bytes stand."""
    body = head[: len(head) // 4 * 4]
    if not body or body.count(0) * 4 < len(body):
        return None
    zeros = [body[place::4].count(0) / (len(body) // 4) for place in range(4)]
    if zeros[2] == zeros[3] == 1:
        return Encoding("utf-32-le", 0, "zero bytes")
    if zeros[0] == zeros[1] == 1:
        return Encoding("utf-32-be", 0, "zero bytes")
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if min(even, odd) < 0.1 < 0.5 < max(even, odd):
        return Encoding("utf-16-le" if odd > even else "utf-16-be", 0, "zero bytes")
    return None


def _checked(stream: BinaryIO, encoding: Encoding) -> Encoding:
    scan = _decode_all(stream, encoding)
    if scan.bad_byte is None:
        return encoding
    message = _(
        "Line %(line)d (byte %(byte)d) is not valid %(encoding)s. "
        "Choose another encoding, or save the file again as UTF-8."
    )
    values = {"line": scan.bad_line, "byte": scan.bad_byte, "encoding": encoding.name}
    raise EncodingProblem(message % values, line=scan.bad_line, byte=scan.bad_byte)


def _utf8_or_gb18030(stream: BinaryIO) -> Encoding:
    utf8 = Encoding("utf-8", 0, "content")
    scan = _decode_all(stream, utf8)
    if scan.bad_byte is None:
        return utf8
    if scan.wide_bytes >= DAMAGED_UTF8_EVIDENCE:
        message = _(
            "The file is UTF-8 up to line %(line)d, where byte %(byte)d is damaged. "
            "Correct that line, or export the file again."
        )
        values = {"line": scan.bad_line, "byte": scan.bad_byte}
        raise EncodingProblem(message % values, line=scan.bad_line, byte=scan.bad_byte)
    gb18030 = Encoding("gb18030", 0, "content")
    chinese = _decode_all(stream, gb18030)
    if chinese.bad_byte is None and _plausible(chinese.not_ascii):
        return gb18030
    message = _(
        "Line %(line)d (byte %(byte)d) is neither UTF-8 nor GB18030 text. Choose the file's encoding "
        "(for example cp1252 for Western European files, big5 for Traditional Chinese), or save it again as UTF-8."
    )
    values = {"line": scan.bad_line, "byte": scan.bad_byte}
    raise EncodingProblem(message % values, line=scan.bad_line, byte=scan.bad_byte)


def _decode_all(stream: BinaryIO, encoding: Encoding) -> _Scan:
    """Decode the whole stream; positions are absolute, lines counted by line feeds (or bare carriage returns)."""
    stream.seek(encoding.mark_length)
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    scan = _Scan()
    fed, feeds, returns = encoding.mark_length, 0, 0
    while True:
        chunk = stream.read(CHUNK)
        fed += len(chunk)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            # The decoder's object is what it held back plus this chunk.
            before = error.object[: error.start].decode(encoding.name, "ignore")
            scan.bad_byte = fed - len(error.object) + error.start
            scan.bad_line = 1 + max(feeds + before.count("\n"), returns + before.count("\r"))
            scan.wide_bytes += error.start - len(before)
            return scan
        if not chunk:
            return scan
        feeds += text.count("\n")
        returns += text.count("\r")
        scan.wide_bytes += len(chunk) - len(text)
        if len(scan.not_ascii) < PLAUSIBILITY_SAMPLE and not text.isascii():
            scan.not_ascii += [c for c in text if c > "\x7f"][:PLAUSIBILITY_SAMPLE]


def _plausible(characters: list[str]) -> bool:
    """Whether these read like Chinese: Western text decoded as GB18030 gives rare characters instead."""
    common = 0
    for character in characters:
        code = character.encode("gb18030")
        if len(code) == 2 and code[1] >= 0xA1:
            common += code[0] in (0xA1, 0xA3) or 0xB0 <= code[0] <= 0xD7
    return common >= PLAUSIBLE_SHARE * len(characters)
