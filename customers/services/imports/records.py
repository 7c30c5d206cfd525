"""Kinds of files of which each row is one record with a natural key: everything but orders.

A record that the key finds is updated where the row says something else; blank cells erase nothing. Of several rows
with one key the first counts: a later one that says the same is skipped, one that says otherwise is rejected.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.utils.translation import gettext as _

from customers.imports.matching import ColumnMapping
from customers.services.imports.names import Names
from customers.services.imports.plans import Plan
from customers.services.imports.rules import ConflictPolicy, MatchRules
from customers.services.imports.statements import (
    JUDGED,
    assignments,
    chunk_range,
    default_of,
    insert_into,
    old_values,
    same_moment,
    template,
)

if TYPE_CHECKING:
    from customers.services.imports.sensitive import SealedValues

_GROUP = """
CREATE UNLOGGED TABLE grouped AS
SELECT line_no, ((row_number() OVER (ORDER BY line_no) - 1) / %(chunk_rows)s)::integer AS chunk,
    CASE WHEN first_line < line_no THEN first_line END AS repeats, false AS differs
FROM (
    SELECT line_no,
        CASE WHEN reason = '' AND record_key IS NOT NULL
            THEN min(line_no) FILTER (WHERE reason = '') OVER (PARTITION BY record_key) END AS first_line
    FROM staged
) keyed
"""

# A row without a number of its own is known again by what it says; equal rows by their count.
_NAME_BY_CONTENT = """
UPDATE staged s SET record_key = 'AUTO-' || named.hash || '-' || named.place
FROM (
    SELECT line_no, hash, row_number() OVER (PARTITION BY hash ORDER BY line_no) AS place
    FROM (
        SELECT line_no, left(md5(ROW({content})::text), 20) AS hash FROM staged
        WHERE record_key IS NULL AND reason = ''
    ) hashed
) named
WHERE named.line_no = s.line_no
"""


_OF_CHUNKS = "g.chunk BETWEEN %(first)s AND %(last)s AND s.line_no BETWEEN %(first_line)s AND %(last_line)s"


def field_of(column: str) -> str:
    """Return the field that a column belongs to: ``owner`` for ``owner_id``."""
    return column.removesuffix("_id")


class RecordPlan(Plan):
    """One row, one record.

    Attributes:
        model: whose records they are.
        key: the column that is unique among them; ``record_key`` of ``staged`` holds it.
        values: column → expression over ``s`` (the staged row) and ``joins``; NULL where the row says nothing.
        joins: what to join to ``s`` to resolve what it names.
        match: how ``t``, the known record, is found.
        faults: WHEN … THEN branches of further reasons to reject.
        news: condition that something beside ``values`` is new, such as a phone number.
        on_update: further assignments when a record changes.
        optional: more ``values``, of columns that few files have: staged and compared where this one feeds them.
        content: columns of ``staged`` by which a row without a key is known again, or None if rows need no key.
    """

    model: ClassVar[type[Model]]
    key: ClassVar[str]
    values: ClassVar[dict[str, str]]
    joins: ClassVar[str] = ""
    match: ClassVar[str]
    faults: ClassVar[str] = ""
    news: ClassVar[str] = "false"
    on_update: ClassVar[str] = ""
    content: ClassVar[tuple[str, ...] | None] = None
    optional: ClassVar[dict[str, str]] = {}

    def __init__(
        self, mapping: ColumnMapping, names: Names, rules: MatchRules, sealed_values: SealedValues
    ) -> None:
        super().__init__(mapping, names, rules, sealed_values)
        self.optional_fed = {each: said for each, said in self.optional.items() if self.has(field_of(each))}
        self.said = {**self.values, **self.optional_fed}
        """What is compared and written."""

    @property
    def searched(self) -> dict[type[Model], tuple[str, ...]]:
        """The one kind of record that a row is, by its key."""
        return {self.model: ("id", self.key)}

    @classmethod
    def staged_table(cls, columns: str) -> str:
        """Return the CREATE statement of ``staged`` with these columns beside the usual ones."""
        optional = "".join(
            f", {column} {cls.model._meta.get_field(column).db_type(connection)}" for column in cls.optional
        )
        return (
            "CREATE UNLOGGED TABLE staged (line_no integer PRIMARY KEY, reason text NOT NULL DEFAULT '',"
            f" record_key text, {columns}{optional})"
        )

    def judged_table(self) -> str:
        """Return the CREATE statement of ``judged``, its columns typed as the records' are."""
        types = (f"{c} {self.model._meta.get_field(c).db_type(connection)}" for c in (self.key, *self.said))
        return f"{JUDGED}, {', '.join(types)})"

    @abstractmethod
    def reasons(self) -> dict[str, Any]:
        """Return the messages that ``faults`` formats, and other parameters of the expressions."""

    def reject_the_impossible(self, cursor: CursorWrapper) -> None:
        """Reject rows that cannot be kept whatever we know; raises FileProblem if that concerns the file."""

    def prepare(self, cursor: CursorWrapper, chunk_rows: int) -> None:
        """Name the rows, find those that repeat another, and cut the file into chunks."""
        cursor.execute("ANALYZE staged")
        self.reject_the_impossible(cursor)
        if self.content is not None:
            cursor.execute(_NAME_BY_CONTENT.replace("{content}", ", ".join(self.content)))
        cursor.execute(_GROUP, {"chunk_rows": chunk_rows})
        mine = ", ".join(f"s.{column}" for column in self.columns)
        first = ", ".join(f"f.{column}" for column in self.columns)
        cursor.execute(
            f"UPDATE grouped g SET differs = ROW({mine}) IS DISTINCT FROM ROW({first})"  # noqa: S608 - our columns
            " FROM staged s, staged f WHERE s.line_no = g.line_no AND f.line_no = g.repeats"
        )
        cursor.execute("CREATE INDEX ON grouped (chunk)")
        cursor.execute("ANALYZE grouped")

    def judge(self, cursor: CursorWrapper, first: int, last: int) -> None:
        """Compare each row with the record that its key finds."""
        differs = _("Line %(line)s has the same key and says otherwise. Keep one of the two.")
        params = {
            **self.company,
            **self.reasons(),
            **{f"default_{column}": default_of(self.model, column) for column in self.said},
            "differs": template(differs, "line"),
            "repeats": template(_("Repeats line %(line)s."), "line"),
            **chunk_range(cursor, first, last),
        }
        if self.is_written:
            cursor.execute(self._holding(), params)
        cursor.execute("TRUNCATE judged")
        cursor.execute(self._judgement(), params)

    def write(self, cursor: CursorWrapper, chunk: int) -> dict[str, int]:
        """Insert the created records, update the updated ones."""
        table = self.model._meta.db_table
        columns = (self.key, *self.said)
        created = insert_into(
            self.model,
            {"id": "j.subject_id"} | {column: f"j.{column}" for column in columns} | self.created_columns(),
            f"judged j {self.created_joins()} WHERE j.outcome = 'created' ORDER BY j.line_no",
        )
        cursor.execute(created.text, created.params)
        further = f", {self.on_update}" if self.on_update else ""
        cursor.execute(
            f"UPDATE {table} t SET {assignments(tuple(self.said), 'j')}{further}"  # noqa: S608 - our columns
            " FROM judged j WHERE t.id = j.subject_id AND j.outcome = 'updated' AND j.changes ? 'old'"
        )
        return {}

    def joined(self) -> str:
        """Return what to join to ``s`` to resolve what it names."""
        return self.joins

    def created_columns(self) -> dict[str, str]:
        """Return further columns of created records: column → expression over ``j`` and ``created_joins``."""
        return {}

    def created_joins(self) -> str:
        """Return what to join to ``j`` for ``created_columns``."""
        return ""

    def _decided(self, column: str) -> str:
        """Return the expression of what a column is to hold: the row's word, the record's, or the default.

        A blank cell never erases; whose word counts otherwise is for the rules to say.
        """
        said, default = self.said[column], f"%(default_{column})s"
        if self.model._meta.get_field(column).get_internal_type() == "DateTimeField":
            said = same_moment(said, f"t.{column}")
        policy = self.rules.policy(field_of(column))
        if policy == ConflictPolicy.KEEP:
            return f"CASE WHEN t.id IS NULL THEN coalesce({said}, {default}) ELSE t.{column} END"
        if policy == ConflictPolicy.FILL:
            is_text = self.model._meta.get_field(column).get_internal_type() in ("CharField", "TextField")
            known = f"nullif(t.{column}, '')" if is_text else f"t.{column}"
            return f"coalesce({known}, {said}, t.{column}, {default})"
        return f"coalesce({said}, t.{column}, {default})"

    def _holding(self) -> str:
        """Return the statement that holds the known records of some chunks until what is found of them is written.

        In the order of their ids, as everybody does who holds several.
        """
        return f"""
SELECT count(*) FROM (
    SELECT t.id FROM grouped g JOIN staged s ON s.line_no = g.line_no
    {self.joined()}
    JOIN {self.model._meta.db_table} t ON {self.match}
    WHERE {_OF_CHUNKS}
    ORDER BY t.id FOR NO KEY UPDATE OF t
) held
"""  # noqa: S608 - put together from the columns of our own tables

    def _judgement(self) -> str:
        table = self.model._meta.db_table
        columns = tuple(self.said)
        named = ", ".join(f"{self._decided(column)} AS {column}" for column in self.said)
        return f"""
INSERT INTO judged (line_no, outcome, subject_id, changes, reason, {self.key}, {", ".join(columns)})
SELECT n.line_no,
    CASE
        WHEN n.reason <> '' THEN 'rejected'
        WHEN n.repeats IS NOT NULL THEN 'skipped'
        WHEN t.id IS NULL THEN 'created'
        WHEN d.old IS NOT NULL OR n.has_news THEN 'updated'
        ELSE 'unchanged'
    END,
    coalesce(t.id, nextval('{table}_id_seq')),
    CASE
        WHEN n.repeats IS NOT NULL THEN jsonb_build_object('duplicate_of', jsonb_build_object('line', n.repeats))
        WHEN n.reason = '' AND d.old IS NOT NULL THEN jsonb_build_object('old', d.old)
    END,
    CASE WHEN n.reason <> '' THEN n.reason WHEN n.repeats IS NULL THEN '' ELSE format(%(repeats)s, n.repeats) END,
    n.record_key, {", ".join(f"n.{column}" for column in columns)}
FROM (
    SELECT g.line_no, g.repeats, s.record_key, t.id AS known_id,
        CASE
            WHEN s.reason <> '' THEN s.reason
            WHEN g.differs THEN format(%(differs)s, g.repeats)
            {self.faults}
            ELSE ''
        END AS reason,
        {named},
        t.id IS NOT NULL AND ({self.news}) AS has_news
    FROM grouped g JOIN staged s ON s.line_no = g.line_no
    {self.joined()}
    LEFT JOIN {table} t ON {self.match}
    WHERE {_OF_CHUNKS}
) n
LEFT JOIN {table} t ON t.id = n.known_id
CROSS JOIN LATERAL (SELECT CASE WHEN t.id IS NOT NULL THEN {old_values(columns, "t", "n")} END AS old) d
ORDER BY n.line_no
"""  # noqa: S608 - put together from the columns of our own tables
