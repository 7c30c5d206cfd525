"""What can be wrong with a file, a row or a cell, each in words that say where it is and what to do."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from django.utils.translation import gettext as _

SHOWN_LENGTH = 40


def shown(text: str) -> str:
    """Return ``text`` fit for a message: on one line, printable, and no longer than 40 characters."""
    line = "".join(c if c.isprintable() else " " for c in text[: SHOWN_LENGTH + 1])
    return line if len(line) <= SHOWN_LENGTH else line[: SHOWN_LENGTH - 1] + "…"


class CellError(ValueError):
    """A cell that cannot be read; the text says why, and what would be right."""


class CellProblem(NamedTuple):
    """Why a row was rejected: the field and the header that feeds it ("" if none does), and a message."""

    field: str
    header: str
    message: str


class FileProblem(Exception):  # noqa: N818 - it is a problem to be told to people, not a programming error
    """A file that cannot be imported at all. ``str()`` is the message; ``code`` is stable, for machines.

    Attributes:
        line: 1-based line or row of the source where it went wrong, if that can be told.
    """

    code: ClassVar[str] = "file_problem"

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class MissingFile(FileProblem):
    """There is no such file, or it may not be read."""

    code = "missing_file"


class EmptyFile(FileProblem):
    """The file has no bytes at all."""

    code = "empty_file"

    def __init__(self) -> None:
        super().__init__(
            _("The file is empty (0 bytes). Export it again and check its size before you import it.")
        )


class TruncatedFile(FileProblem):
    """A compressed file that ends too early or is damaged."""

    code = "truncated_file"


class EncodingProblem(FileProblem):
    """Bytes that are not text in the encoding; ``byte`` is the 0-based offset of the first bad one."""

    code = "encoding"

    def __init__(self, message: str, *, line: int | None = None, byte: int | None = None) -> None:
        super().__init__(message, line=line)
        self.byte = byte


class UnsupportedFile(FileProblem):
    """A kind of file that is not a table, such as a PDF or a picture."""

    code = "unsupported"


class DisguisedSpreadsheet(FileProblem):
    """A workbook whose name says that it is plain text."""

    code = "disguised_spreadsheet"


class SheetProblem(FileProblem):
    """A workbook that cannot be opened or read, or has no such sheet, or none with rows."""

    code = "sheet"


class UnsafeWorkbook(FileProblem):
    """A workbook that holds what no spreadsheet program writes: it could harm whoever parses it."""

    code = "unsafe_workbook"


class UnsafeFile(FileProblem):
    """A compressed file that unpacks to far more than it should."""

    code = "unsafe_file"


class DelimiterProblem(FileProblem):
    """A delimiter that can be none."""

    code = "delimiter"


class NoHeader(FileProblem):
    """No row that names the columns."""

    code = "no_header"


class NoRows(FileProblem):
    """A header with nothing below it."""

    code = "no_rows"

    def __init__(self, header_line: int) -> None:
        message = _("The file has column names in line %(line)d but no rows below them.")
        super().__init__(message % {"line": header_line}, line=header_line)


class MissingColumns(FileProblem):
    """Required columns that no header feeds. ``missing`` holds field names, ``found`` the file's headers."""

    code = "missing_columns"

    def __init__(
        self, message: str, *, missing: tuple[tuple[str, ...], ...], found: tuple[str, ...], line: int
    ) -> None:
        super().__init__(message, line=line)
        self.missing = missing
        self.found = found


class MappingProblem(FileProblem):
    """A column mapping that is not valid JSON, or names fields or headers that do not exist."""

    code = "mapping"


class AmbiguousDates(FileProblem):
    """A date column whose values can be read day first or month first, with nothing in it to decide.

    Attributes:
        field: that it feeds.
        header: of the column.
        example: one of its dates.
    """

    code = "ambiguous_dates"

    def __init__(self, message: str, *, field: str, header: str, example: str) -> None:
        super().__init__(message)
        self.field = field
        self.header = header
        self.example = example


class UnclosedQuote(FileProblem):
    """A quotation mark that opens a cell and is never closed, so that it swallows the rest of the file."""

    code = "unclosed_quote"

    def __init__(self, line: int) -> None:
        message = _(
            "The row that starts in line %(line)d opens a quotation mark that is never closed. "
            "Close it, or double it if it belongs to the text."
        )
        super().__init__(message % {"line": line}, line=line)


class MalformedCards(FileProblem):
    """A vCard file with a card that has no end, or with something between its cards."""

    code = "malformed_cards"

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message, line=line)


class OversizeRecord(FileProblem):
    """A cell or line longer than any honest one."""

    code = "oversize_record"

    def __init__(self, line: int, limit: int) -> None:
        message = _(
            "The row that starts in line %(line)d has a cell or line of more than %(limit)d characters. "
            "A quotation mark that is never closed is the usual cause."
        )
        super().__init__(message % {"line": line, "limit": limit}, line=line)


class TooManyColumns(FileProblem):
    """More columns than any honest table."""

    code = "too_many_columns"
