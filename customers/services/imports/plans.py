"""What importing one kind of file consists of; each kind says how in its own module."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from customers.imports.matching import ColumnMapping
from customers.imports.parsing import RowResult
from customers.imports.tables import Table
from customers.services.imports.names import Names
from customers.services.imports.rules import MatchRules

if TYPE_CHECKING:
    from customers.services.imports.sensitive import SealedValues


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that can be read and has the columns that it needs."""

    table: Table
    mapping: ColumnMapping


class Plan(ABC):
    """One kind of import over the staging tables, in five steps.

    ``staged`` turns a row into the values of the table ``staged``, which COPY fills; ``prepare`` looks at the file
    as a whole, refuses it or cuts it into chunks (table ``grouped``: line_no, chunk); ``judge`` fills the table
    ``judged`` with what is to become of the rows of some chunks, changing nothing else; ``write`` does it.
    Only what ``write`` does is seen outside the staging tables.

    Attributes:
        columns: of ``staged``, without ``line_no`` and ``reason``.
        not_stored: fields that are read but have no place among the records yet.
        together: the column of ``staged`` whose rows stand and fall together, such as the lines of an order.
        of_one_chunk: the staging tables that hold what one chunk needs, each chunk anew.
        is_whole_file: whether all rows of the file are staged, and not some that are judged anew.
        is_written: whether what is judged is written in the same transaction; else it is only looked at.
    """

    columns: ClassVar[tuple[str, ...]]
    not_stored: ClassVar[frozenset[str]] = frozenset()
    together: ClassVar[str] = ""
    of_one_chunk: ClassVar[tuple[str, ...]] = ("judged",)
    is_whole_file = True
    is_written = False

    def __init__(
        self, mapping: ColumnMapping, names: Names, rules: MatchRules, sealed_values: SealedValues
    ) -> None:
        self.mapping = mapping
        self.names = names
        self.rules = rules
        self.sealed_values = sealed_values
        self.optional_fed: dict[str, str] = {}
        """Further columns of ``staged`` that this file feeds, with what they mean: those of few files."""
        self.company = {"currency": settings.COMPANY_CURRENCY, "time_zone": settings.COMPANY_TIME_ZONE}

    @property
    @abstractmethod
    def searched(self) -> dict[type[Model], tuple[str, ...]]:
        """The records whose tables grow with the file, and the columns by which ``judge`` looks them up."""

    @abstractmethod
    def tables(self) -> tuple[str, ...]:
        """Return the CREATE statements of the staging tables that are there from the start."""

    @abstractmethod
    def staged(self, row: Any) -> tuple[Any, ...]:
        """Return the values of ``columns`` for a good row."""

    def staged_reject(self, result: RowResult) -> tuple[Any, ...]:
        """Return the values of ``columns`` for a row that could not be read."""
        return (None,) * len(self.columns)

    @abstractmethod
    def prepare(self, cursor: CursorWrapper, chunk_rows: int) -> None:
        """Look at the whole file; raises FileProblem if nothing of it can be imported."""

    @abstractmethod
    def judge(self, cursor: CursorWrapper, first: int, last: int) -> None:
        """Fill ``judged`` with the verdicts on the rows of chunks ``first`` to ``last``."""

    @abstractmethod
    def write(self, cursor: CursorWrapper, chunk: int) -> dict[str, int]:
        """Do what ``judged`` says, for one chunk; return how many records of other kinds it brought along."""

    def is_independent(self, cursor: CursorWrapper) -> bool:
        """Whether two chunks can be written at once, since neither can meet what the other one writes."""
        return False

    def has(self, field: str) -> bool:
        """Whether a column or a constant feeds ``field``."""
        return field in self.mapping.sources or field in self.mapping.constants

    def unstored_headers(self) -> list[str]:
        """Return the headers, and the values for all rows, that were understood and are not kept."""
        sources, constants = self.mapping.sources, self.mapping.constants
        return [source.header for field, source in sources.items() if field in self.not_stored] + [
            str(value) for field, value in constants.items() if field in self.not_stored
        ]
