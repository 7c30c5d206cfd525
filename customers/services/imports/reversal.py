"""Taking back what an import wrote, as far as nobody has worked on it since: set-based, a chunk of rows at a time.

What the import wrote is read from the history: the versions whose context names it. A record counts as edited where it
is no longer as the import left it. Names in the SQL are our own tables' and columns'.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.utils.translation import gettext as _

from customers.models import (
    Address,
    CompanyProfile,
    Complaint,
    Consent,
    ContactPoint,
    Customer,
    CustomerActivity,
    CustomValue,
    DataKey,
    FieldProvenance,
    Interaction,
    Note,
    Order,
    OrderLine,
    Payment,
    PersonProfile,
    Product,
    ProductCost,
)
from customers.services.imports.newcomers import renew_search_keys
from customers.services.imports.statements import template

# Kept right by the database or by every save: no word of anybody's.
_BOOKKEEPING = ("updated_at", "version", "pinyin", "initials", "last_order_on")
# Whoever has a customer open must see that it changed.
_NEW_VERSION = "version = t.version + 1, updated_at = now()"
# Ends a subquery whose values are many times looked at: without it the planner would work them out each time.
_ONCE = "OFFSET 0"
# Rows that only stand beside a customer, and go with it.
_SHADOWS: tuple[type[Model], ...] = (CustomerActivity, DataKey)


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of record that rows made: ``children`` belong to it and are found again by their own versions.

    ``is_ledger`` says that only what a change would lose is kept in the history, see ``crm.history``.
    """

    model: type[Model]
    is_ledger: bool = False
    children: tuple[tuple[type[Model], str], ...] = ()
    untracked: tuple[type[Model], ...] = field(default=())

    @property
    def table(self) -> str:
        """The table of the records."""
        return self.model._meta.db_table

    @property
    def versions(self) -> str:
        """The table of their versions."""
        return events_of(self.model)


def events_of(model: type[Model]) -> str:
    """Return the table in which the versions of a model's records are."""
    name: str = model.pgh_event_model._meta.db_table  # type: ignore[attr-defined]
    return name


_OF_CUSTOMERS: tuple[type[Model], ...] = (
    ContactPoint,
    Address,
    Note,
    PersonProfile,
    CompanyProfile,
    Consent,
    FieldProvenance,
    CustomValue,
)
CUSTOMER = Subject(
    Customer,
    children=tuple((model, "customer_id") for model in _OF_CUSTOMERS),
    untracked=(Customer.tags.through,),
)
PRODUCT = Subject(Product, children=((ProductCost, "product_id"),))
ORDER = Subject(Order, is_ledger=True)
LINE = Subject(OrderLine, is_ledger=True)
SUBJECTS: dict[str, Subject] = {
    "customers": CUSTOMER,
    "products": PRODUCT,
    "orders": LINE,
    "payments": Subject(Payment, is_ledger=True),
    "interactions": Subject(Interaction),
    "complaints": Subject(Complaint),
}

TAKEN_BACK = """
CREATE TEMPORARY TABLE taken_back (
    line_no integer, subject_id bigint PRIMARY KEY, is_new boolean, old jsonb, tags jsonb,
    edited text[], lost text[], reason text NOT NULL DEFAULT ''
) ON COMMIT DROP
"""

_FILL = """
INSERT INTO taken_back (line_no, subject_id, is_new, old, tags)
SELECT line_no, subject_id, outcome = 'created', changes -> 'old', changes -> 'tags'
FROM customers_importrow
WHERE batch_id = %(batch)s AND line_no BETWEEN %(first)s AND %(last)s
    AND outcome IN ('created', 'updated') AND undone = '' AND subject_id IS NOT NULL
ON CONFLICT (subject_id) DO NOTHING
"""


# An order that this import made and somebody has paid since keeps its lines.
_KEEP_PAID = """
UPDATE taken_back u SET reason = format(%(has)s, %(records)s)
FROM customers_orderline l
WHERE l.id = u.subject_id AND u.is_new AND u.reason = ''
    AND EXISTS (SELECT FROM customers_payment p WHERE p.order_id = l.order_id)
    AND l.order_id IN (
        SELECT made.id::bigint
        FROM customers_importrow r, jsonb_array_elements_text(r.changes #> '{created,order}') AS made(id)
        WHERE r.batch_id = %(batch)s
    )
"""

_RENAMED_BACK = """
SELECT t.id, t.name, t.english_name, t.kind = 'person'
FROM taken_back u JOIN customers_customer t ON t.id = u.subject_id
WHERE NOT u.is_new AND u.old ?| array['name', 'english_name', 'kind']
"""


def contexts_of(batch_id: int) -> list[Any]:
    """Return the history's contexts in which an import wrote, one for each attempt."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM pghistory_context WHERE metadata ->> 'import_batch' = %s", [str(batch_id)]
        )
        return [pk for (pk,) in cursor.fetchall()]


def take_up(cursor: CursorWrapper, params: dict[str, Any]) -> int:
    """Fill ``taken_back`` with the rows of a chunk that made or changed a record; return how many."""
    cursor.execute("DROP TABLE IF EXISTS taken_back")
    cursor.execute(TAKEN_BACK)
    cursor.execute(_FILL, params)
    return int(cursor.rowcount)


def take_back(cursor: CursorWrapper, subject: Subject, params: dict[str, Any]) -> None:
    """Remove what rows created and restore what they changed, unless somebody has worked on it since.

    Works on ``taken_back``; ``reason`` says of each row that is kept, whole or in part, why.
    """
    cursor.execute(
        f"SELECT t.id FROM {subject.table} t JOIN taken_back u ON u.subject_id = t.id ORDER BY t.id"  # noqa: S608
        " FOR UPDATE OF t"
    )
    cursor.execute(_find_edits(subject), params)
    _find_lost(cursor, subject)
    cursor.execute("ANALYZE taken_back")
    _say_what_is_kept(cursor, subject, params)
    for model, column in subject.children:
        _take_back_children(cursor, model, column, params)
    if subject is CUSTOMER:
        _take_off_tags(cursor)
    _remove(cursor, subject)
    _restore(cursor, subject)


def _as_written(subject: Subject) -> str:
    """Return a subquery over ``t``: the record as the import left it, as jsonb; NULL if it has written nothing of it.

    The versions of a ledger are what a change replaced: what the import wrote stands in the first that came after.
    """
    versions = subject.versions
    if not subject.is_ledger:
        return (
            f"(SELECT to_jsonb(e) FROM {versions} e WHERE e.pgh_obj_id = t.id"  # noqa: S608
            " AND e.pgh_context_id = ANY(%(contexts)s) ORDER BY e.pgh_id DESC LIMIT 1)"
        )
    return (
        f"coalesce((SELECT to_jsonb(e) FROM {versions} e WHERE e.pgh_obj_id = t.id"  # noqa: S608
        f" AND e.pgh_id > coalesce((SELECT max(own.pgh_id) FROM {versions} own WHERE own.pgh_obj_id = t.id"
        " AND own.pgh_context_id = ANY(%(contexts)s)), 0) ORDER BY e.pgh_id LIMIT 1), to_jsonb(t))"
    )


def _find_edits(subject: Subject) -> str:
    """Return the statement that notes which columns are no longer as the import left them."""
    names = ", ".join(f"'{column}'" for column in _columns(subject.model))
    return f"""
UPDATE taken_back u SET edited = found.edited
FROM (
    SELECT u.subject_id, ARRAY(
        SELECT name FROM unnest(ARRAY[{names}]) AS name
        WHERE (u.is_new OR u.old ? name) AND w.present -> name IS DISTINCT FROM w.written -> name
    ) AS edited
    FROM taken_back u JOIN {subject.table} t ON t.id = u.subject_id
    CROSS JOIN LATERAL (SELECT to_jsonb(t) AS present, {_as_written(subject)} AS written {_ONCE}) w
    WHERE w.written IS NOT NULL
) found
WHERE found.subject_id = u.subject_id AND found.edited <> '{{}}'
"""  # noqa: S608 - put together from the columns of our own tables


def _find_lost(cursor: CursorWrapper, subject: Subject) -> None:
    """Note which columns cannot be set back because the record that they named is gone."""
    for key in subject.model._meta.concrete_fields:
        if key.is_relation and key.column not in _BOOKKEEPING:
            target = key.related_model._meta.db_table  # type: ignore[union-attr]
            cursor.execute(
                f"UPDATE taken_back u SET lost = array_append(u.lost, '{key.column}')"  # noqa: S608
                f" WHERE u.old ->> '{key.column}' IS NOT NULL AND NOT EXISTS"
                f" (SELECT FROM {target} x WHERE x.id = (u.old ->> '{key.column}')::bigint)"
            )


def _say_what_is_kept(cursor: CursorWrapper, subject: Subject, params: dict[str, Any]) -> None:
    labels = {f.column: str(f.verbose_name) for f in subject.model._meta.concrete_fields}
    edited = _("Edited since: %(fields)s.")
    cursor.execute("SELECT DISTINCT edited FROM taken_back WHERE edited IS NOT NULL")
    for (columns,) in cursor.fetchall():
        said = edited % {"fields": ", ".join(labels[column] for column in columns)}
        cursor.execute("UPDATE taken_back SET reason = %s WHERE edited = %s", [said, columns])
    gone_values = _("What stood there before is gone: %(fields)s.")
    cursor.execute("SELECT DISTINCT lost FROM taken_back WHERE lost IS NOT NULL")
    for (columns,) in cursor.fetchall():
        said = gone_values % {"fields": ", ".join(labels[column] for column in columns)}
        cursor.execute(
            "UPDATE taken_back SET reason = concat_ws(' ', nullif(reason, ''), %s) WHERE lost = %s",
            [said, columns],
        )
    cursor.execute(
        "UPDATE taken_back u SET reason = %s WHERE NOT is_new AND NOT EXISTS"  # noqa: S608
        f" (SELECT FROM {subject.table} t WHERE t.id = u.subject_id)",
        [_("It is no longer there.")],
    )
    has = template(_("It has %(records)s that somebody added since."), "records")
    named = template(_("Somebody has named it in %(records)s since."), "records")
    if subject is LINE:
        cursor.execute(_KEEP_PAID, {**params, "has": has, "records": str(Payment._meta.verbose_name_plural)})
    for model, column, is_ours in dependents(subject):
        is_name = not is_ours and model in dict(subject.children)
        cursor.execute(
            "UPDATE taken_back u SET reason = format(%(has)s, %(records)s) WHERE u.is_new AND u.reason = ''"  # noqa: S608
            f" AND EXISTS (SELECT FROM {model._meta.db_table} r WHERE r.{column} = u.subject_id{is_ours})",
            {**params, "has": named if is_name else has, "records": str(model._meta.verbose_name_plural)},
        )


def dependents(subject: Subject) -> list[tuple[type[Model], str, str]]:
    """Return every table that refers to a subject: model, column, and the condition that a row is not the import's."""
    found: list[tuple[type[Model], str, str]] = []
    for relation in subject.model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete):
            continue
        model: Any = relation.related_model
        key: Any = relation.field  # type: ignore[union-attr]
        if not getattr(key, "db_constraint", False) or key.model is not model or model in _SHADOWS:
            continue
        found.append((model, str(key.column), _not_ours(subject, model, str(key.column))))
    return found


def _not_ours(subject: Subject, model: type[Model], column: str) -> str:
    if model in subject.untracked:
        return " AND NOT coalesce(u.tags, '[]') @> to_jsonb(r.tag_id)"
    if (model, column) in subject.children:  # but who a child names otherwise, somebody named since
        return (
            f" AND NOT EXISTS (SELECT FROM {events_of(model)} e WHERE e.pgh_obj_id = r.{_key_of(model)}"
            " AND e.pgh_label = 'insert' AND e.pgh_context_id = ANY(%(contexts)s))"
        )
    return ""


def _take_back_children(
    cursor: CursorWrapper, model: type[Model], column: str, params: dict[str, Any]
) -> None:
    """Remove the children that the import added and restore those that it changed; edited ones stay.

    Those of a record that is itself kept whole stay with it.
    """
    table, versions = model._meta.db_table, events_of(model)
    columns, key = _columns(model), _key_of(model)
    cursor.execute("DROP TABLE IF EXISTS child_back")
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE child_back ON COMMIT DROP AS
        SELECT r.{key} AS id, first.pgh_id AS first_id, first.pgh_label = 'insert' AS is_new,
            {_differs(columns, "r", "last")} AS is_edited
        FROM {table} r JOIN taken_back u ON u.subject_id = r.{column} AND (u.reason = '' OR NOT u.is_new)
        CROSS JOIN LATERAL (SELECT e.* FROM {versions} e WHERE e.pgh_obj_id = r.{key}
            AND e.pgh_context_id = ANY(%(contexts)s) ORDER BY e.pgh_id LIMIT 1) first
        CROSS JOIN LATERAL (SELECT e.* FROM {versions} e WHERE e.pgh_obj_id = r.{key}
            AND e.pgh_context_id = ANY(%(contexts)s) ORDER BY e.pgh_id DESC LIMIT 1) last
        """,  # noqa: S608
        params,
    )
    cursor.execute(
        "UPDATE taken_back u SET reason = %(edited)s WHERE u.reason = '' AND EXISTS"  # noqa: S608
        f" (SELECT FROM child_back c JOIN {table} r ON r.{key} = c.id"
        f" WHERE c.is_edited AND r.{column} = u.subject_id)",
        {"edited": _("Edited since: %(fields)s.") % {"fields": model._meta.verbose_name_plural}},
    )
    # A record that is now kept whole keeps what hangs on it.
    cursor.execute(
        f"DELETE FROM child_back c USING {table} r, taken_back u WHERE r.{key} = c.id"  # noqa: S608
        f" AND u.subject_id = r.{column} AND u.is_new AND u.reason <> ''"
    )
    cursor.execute(
        f"DELETE FROM {table} r USING child_back c WHERE c.id = r.{key} AND c.is_new AND NOT c.is_edited"  # noqa: S608
    )
    parts = [f"{name} = b.{name}" for name in columns if name != key]
    if "version" in {each.column for each in model._meta.concrete_fields}:
        parts.append("version = r.version + 1")
    cursor.execute(
        f"UPDATE {table} r SET {', '.join(parts)}"  # noqa: S608
        f" FROM child_back c CROSS JOIN LATERAL (SELECT e.* FROM {versions} e WHERE e.pgh_obj_id = c.id"
        " AND e.pgh_id < c.first_id ORDER BY e.pgh_id DESC LIMIT 1) b"
        f" WHERE c.id = r.{key} AND NOT c.is_new AND NOT c.is_edited"
    )


def _take_off_tags(cursor: CursorWrapper) -> None:
    """Take off the tags that the import brought; of whom nothing else is set back, the tags make a new version."""
    cursor.execute(
        "WITH gone AS (DELETE FROM customers_customer_tags r USING taken_back u"  # noqa: S608
        " WHERE r.customer_id = u.subject_id AND (u.reason = '' OR NOT u.is_new)"
        " AND coalesce(u.tags, '[]') @> to_jsonb(r.tag_id)"
        " RETURNING r.customer_id, NOT u.is_new AND u.old IS NULL AS is_all)"
        f" UPDATE customers_customer t SET {_NEW_VERSION}"
        " FROM (SELECT DISTINCT customer_id FROM gone WHERE is_all) g WHERE t.id = g.customer_id"
    )


def _remove(cursor: CursorWrapper, subject: Subject) -> None:
    if subject is CUSTOMER:
        for shadow in _SHADOWS:
            cursor.execute(
                f"DELETE FROM {shadow._meta.db_table} r USING taken_back u"  # noqa: S608
                " WHERE r.customer_id = u.subject_id AND u.is_new AND u.reason = ''"
            )
    cursor.execute(
        f"DELETE FROM {subject.table} t USING taken_back u"  # noqa: S608
        " WHERE t.id = u.subject_id AND u.is_new AND u.reason = ''"
    )


def _restore(cursor: CursorWrapper, subject: Subject) -> None:
    """Give updated records their old values back, column by column, but for those that were edited since."""
    cursor.execute(
        "SELECT DISTINCT key FROM taken_back u, jsonb_object_keys(u.old) AS key WHERE NOT u.is_new"
    )
    _set_back(cursor, subject, [key for (key,) in cursor.fetchall()])
    if subject is CUSTOMER:
        renew_search_keys(cursor, _RENAMED_BACK)


def _set_back(cursor: CursorWrapper, subject: Subject, columns: Sequence[str]) -> None:
    """Set those of ``columns`` back that ``taken_back.old`` has and nobody edited."""
    if not columns:
        return
    parts = [
        f"{name} = CASE WHEN u.old ? '{name}' AND NOT coalesce('{name}' = ANY(u.edited || u.lost), false)"
        f" THEN (jsonb_populate_record(NULL::{subject.table}, u.old)).{name} ELSE t.{name} END"
        for name in sorted({*_columns(subject.model)}.intersection(columns))
    ]
    if subject is CUSTOMER:
        parts.append(_NEW_VERSION)
    cursor.execute(
        f"UPDATE {subject.table} t SET {', '.join(parts)} FROM taken_back u"  # noqa: S608
        " WHERE t.id = u.subject_id AND NOT u.is_new AND u.old IS NOT NULL"
    )


def _key_of(model: type[Model]) -> str:
    """Return the column of the primary key."""
    return str(model._meta.pk.column)


def _columns(model: type[Model]) -> list[str]:
    """Return the columns that somebody's word stands in."""
    return [str(f.column) for f in model._meta.concrete_fields if f.column not in _BOOKKEEPING]


def _differs(columns: Collection[str], one: str, other: str) -> str:
    left, right = (", ".join(f"{side}.{column}" for column in columns) for side in (one, other))
    return f"ROW({left}) IS DISTINCT FROM ROW({right})"
