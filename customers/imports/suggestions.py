"""What each column of a file may feed, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from difflib import SequenceMatcher
from typing import Any, Final

from crm.sensitivity import Sensitivity
from customers.imports.columns.base import Column, Layout
from customers.imports.context import ColumnContext, ReadingContext
from customers.imports.evidence import NO_VALUE, looks_like_identity_numbers, share, values_of
from customers.imports.headers import header_name
from customers.imports.kinds import Kind
from customers.imports.knowledge import sensitivity_of_column
from customers.imports.matching import ColumnMapping, Reason, match_columns
from customers.imports.problems import CellError
from customers.imports.tables import Table

ALTERNATIVES: Final = 5
EXAMPLES: Final = 3
ALIKE: Final = 0.75
"""How alike an unknown header must be to a known one to be an alternative: 1 is equal."""

# How sure a reason is when all values fit, and the share of that which is left when none does.
SURENESS: Final[Mapping[Reason, float]] = {
    Reason.SAID: 1.0,
    Reason.PRODUCT: 0.99,
    Reason.HEADER: 0.95,
    Reason.WEAK_HEADER: 0.8,
    Reason.VALUES: 0.85,
}
BY_VALUES_ALONE: Final = 0.6
BY_LIKENESS: Final = 0.7
LEFT_WITHOUT_VALUES: Final = 0.4
EMPTY: Final = 0.9
WEIGHED: Final = 20
"""The first values of a column that are weighed against fields that it does not feed."""


@dataclass(frozen=True, slots=True)
class ColumnSuggestion:
    """One column of the file, and what it may feed.

    Attributes:
        index: its place from 0.
        header: its name, as in ``Table.headers``.
        field: what it feeds, None if nothing.
        confidence: 0 to 1.
        reason: why, None if it feeds nothing.
        alternatives: other fields with their confidence, the likeliest first, at most five.
        examples: up to three different values.
        sensitivity: the class of what it feeds, or of what its values look like.
    """

    index: int
    header: str
    field: str | None
    confidence: float
    reason: Reason | None
    alternatives: tuple[tuple[str, float], ...]
    examples: tuple[str, ...]
    sensitivity: Sensitivity


def suggest_columns(
    kind: Kind,
    table: Table,
    wishes: Mapping[str, Any] | None = None,
    context: ReadingContext | None = None,
    layout: Layout | None = None,
) -> tuple[ColumnSuggestion, ...]:
    """Say of every column of ``table``, in their order, what it feeds; it is what ``match_columns`` takes.

    The confidence is that of the reason (somebody said so 1.00, a known product 0.99, a known header 0.95, a header
    that can mean several things 0.80, values of an unmistakable form 0.85), less up to 60 % of it as the first values
    cannot be read as what the field holds. Alternatives are fields with a like header, or whose form the values have.

    Args:
        kind: what the rows are.
        table: the file.
        wishes: what somebody said, see ``match_columns``.
        context: how to read what is written without zone or country.
        layout: see ``match_columns``.

    Raises:
        MappingProblem: see ``match_columns``.
    """
    mapping = match_columns(kind, table, wishes, layout)
    judge = _Judge(mapping, table, context)
    return tuple(judge.suggestion(index, header) for index, header in enumerate(table.headers))


class _Judge:
    """Weighs columns against fields."""

    def __init__(self, mapping: ColumnMapping, table: Table, context: ReadingContext | None) -> None:
        self.mapping = mapping
        self.table = table
        self.layout: Layout = mapping.layout
        self.columns = {column.field: column for column in self.layout.columns if not column.is_hidden}
        self.spellings = [
            (column.field, key) for column in self.layout.columns for key in (*column.keys, *column.weak_keys)
        ]
        self.fed_by = {source.index: name for name, source in mapping.sources.items()}
        self.context = ColumnContext(context.time_zone if context else UTC)
        self.choosy = {
            name: column.cleaner(self.context) for name, column in self.columns.items() if _is_choosy(column)
        }

    def suggestion(self, index: int, header: str) -> ColumnSuggestion:
        values = values_of(self.table, index)
        name = self.fed_by.get(index)
        reason = self.mapping.reasons.get(name) if name else None
        confidence = 0.0
        if name and reason:
            confidence = 1.0 if reason is Reason.SAID else SURENESS[reason] * self._fit(name, values)
        sensitivity = Sensitivity.OPEN
        if name:
            sensitivity = sensitivity_of_column(self.layout.column(name))
        elif looks_like_identity_numbers(self.table, index):
            sensitivity = Sensitivity.SENSITIVE
        return ColumnSuggestion(
            index=index,
            header=header,
            field=name,
            confidence=round(confidence, 2),
            reason=reason,
            alternatives=self._alternatives(header, values, name),
            examples=tuple(dict.fromkeys(values))[:EXAMPLES],
            sensitivity=sensitivity,
        )

    def _fit(self, name: str, values: list[str]) -> float:
        """How well values go with a field: 1 if all can be read, EMPTY if there are none."""
        if not values:
            return EMPTY
        readable = share(values, self.layout.column(name).cleaner(self.context))
        return LEFT_WITHOUT_VALUES + (1 - LEFT_WITHOUT_VALUES) * readable

    def _alternatives(
        self, header: str, values: list[str], taken: str | None
    ) -> tuple[tuple[str, float], ...]:
        found: dict[str, float] = {}
        for name, sureness in (*self._by_header(header), *self._by_values(values)):
            if name != taken:
                found[name] = max(found.get(name, 0.0), round(sureness, 2))
        best = sorted(found.items(), key=lambda item: -item[1])
        return tuple(best[:ALTERNATIVES])

    def _by_header(self, header: str) -> Iterator[tuple[str, float]]:
        """Fields with a header that is this one or like it."""
        key = header_name(header).key
        if not key:
            return
        matcher = SequenceMatcher(None, b=key, autojunk=False)
        for name, known in self.spellings:
            likeness = _likeness(matcher, key, known)
            if likeness >= ALIKE and name in self.columns:
                yield name, BY_LIKENESS * likeness

    def _by_values(self, values: list[str]) -> Iterator[tuple[str, float]]:
        """Fields that hold a form of their own, by how many values have it."""
        for name, cleaner in self.choosy.items():
            readable = share(values[:WEIGHED], cleaner)
            if readable > 1 - LEFT_WITHOUT_VALUES:
                yield name, BY_VALUES_ALONE * readable


def _likeness(matcher: SequenceMatcher[str], key: str, known: str) -> float:
    """How alike two headers are, 0 to 1; 0 for any that are not. One that contains another is nearly it."""
    if key == known:
        return 1.0
    shorter, longer = sorted((key, known), key=len)
    if len(shorter) > 1 and shorter in longer and len(shorter) * 3 >= len(longer):
        return 0.9
    matcher.set_seq1(known)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


def _is_choosy(column: Column) -> bool:
    """Whether a field takes only what has a form of its own: a date, a number, one of some words."""
    try:
        column.cleaner(ColumnContext(UTC))(NO_VALUE)
    except CellError:
        return True
    return False
