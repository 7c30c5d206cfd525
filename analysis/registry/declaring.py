"""How a further measure is declared: what it reads, what it computes, where its rows go, what must come before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pandas as pd

from analysis.datasets.source import Source
from analysis.measures.windows import Window
from analysis.models import AnalysisRun, RunRow
from analysis.models.rules import PolicyRules
from crm.copying import Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Data = TypeVar("Data")


@dataclass(frozen=True, slots=True)
class Table:
    """A table that a measure fills.

    Attributes
    ----------
    model
        Its model.
    kinds
        The columns and their kinds (crm.copying), ``run_id`` left out.
    partitioned
        Whether a run's rows are a partition of their own. For tables with a row per customer or more; smaller ones are
        ordinary tables.
    indexes
        Columns of each index of a partition, beside its key.
    asked
        The columns that pages filter and sort by, which the planner needs to know about at once; all when left out.
    """

    model: type[RunRow]
    kinds: Mapping[str, Kind]
    partitioned: bool = False
    indexes: tuple[tuple[str, ...], ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return self.model._meta.db_table

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the primary key."""
        return tuple(str(field.column) for field in self.model._meta.pk_fields)


@dataclass(slots=True)
class Outcome:
    """What a measure found.

    Attributes
    ----------
    rows
        A frame for each table; columns of the index count as columns.
    summary
        Company-wide figures as JSON, shown to whoever sees the company.
    parts
        What a shard hands on to the merging step.
    problem
        Why the data do not allow this measure: an English msgid. It has no rows then.
    """

    rows: dict[type[RunRow], pd.DataFrame] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, pd.DataFrame] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Merging:
    """What the merging step of a sharded measure is given: every part whole, in the order of the shards."""

    run: AnalysisRun
    rules: PolicyRules
    window: Window
    parts: dict[str, pd.DataFrame]
    summaries: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Measure(Generic[Data]):
    """A further measure: it reads what the run has published, the facts and the records as of the run's day.

    Attributes
    ----------
    name
        Its key everywhere; docs/measures has a page of this name, with hyphens.
    label
        What people call it.
    read
        Reads what ``compute`` needs, within the run's snapshot.
    compute
        Calls the pure measure; nothing is read any more.
    tables
        Where its rows go.
    after
        The further measures whose rows ``read`` reads. The core run is always there.
    reads_products
        Whether ``read`` asks for what each customer bought of each product, which is brought up to date first.
    parts
        Of a sharded measure: the columns of what shards hand on.
    merge
        Given, the measure is sharded: ``read`` and ``compute`` are done for one range of customers at a time, on as
        many workers as there are, and this puts the parts together. Rows that shards return are final.
    """

    name: str
    label: _StrPromise
    read: Callable[[Source], Data]
    compute: Callable[[Data], Outcome]
    tables: tuple[Table, ...] = ()
    after: tuple[str, ...] = ()
    reads_products: bool = False
    parts: Mapping[str, Mapping[str, Kind]] = field(default_factory=dict)
    merge: Callable[[Merging], Outcome] | None = None
