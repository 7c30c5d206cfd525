"""Undoing what rows brought along: the orders of order lines, new customers and products, labels such as industries."""

from __future__ import annotations

from typing import Any

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.models import ImportBatch
from customers.services.imports.reversal import (
    CUSTOMER,
    ORDER,
    PRODUCT,
    TAKEN_BACK,
    Subject,
    take_back,
)

# What a row may have brought along, what refers to it first.
_BROUGHT: dict[str, Subject] = {"order": ORDER, "product": PRODUCT, "customer": CUSTOMER}

_FILL_BROUGHT = """
INSERT INTO taken_back (line_no, subject_id, is_new)
SELECT min(r.line_no), brought.id::bigint, true
FROM customers_importrow r, jsonb_array_elements_text(r.changes #> ARRAY['created', %(what)s]) AS brought(id)
WHERE r.batch_id = %(batch)s AND r.line_no BETWEEN %(first)s AND %(last)s
GROUP BY brought.id
ON CONFLICT (subject_id) DO NOTHING
"""

# An order's old values stand with its first line in the file.
_FILL_CHANGED_ORDERS = """
INSERT INTO taken_back (line_no, subject_id, is_new, old)
SELECT DISTINCT ON (e.pgh_obj_id) r.line_no, e.pgh_obj_id, false,
    jsonb_build_object('original_order_id', to_jsonb(e) -> 'original_order_id') || coalesce(r.changes -> 'order', '{}')
FROM customers_importrow r
JOIN customers_orderline l ON l.id = r.subject_id
JOIN customers_orderevent e ON e.pgh_obj_id = l.order_id
WHERE r.batch_id = %(batch)s AND r.line_no BETWEEN %(first)s AND %(last)s
    AND r.outcome IN ('updated', 'unchanged') AND e.pgh_context_id = ANY(%(contexts)s)
ORDER BY e.pgh_obj_id, (r.changes -> 'order') IS NULL, e.pgh_id
ON CONFLICT (subject_id) DO NOTHING
"""

_SAY_KEPT = """
UPDATE customers_importrow r SET undone = 'kept', undo_reason = concat_ws(' ', nullif(r.undo_reason, ''), u.said)
FROM (
    SELECT line_no, string_agg(format(%(kept)s, reason), ' ') AS said
    FROM taken_back WHERE reason <> '' GROUP BY line_no
) u
WHERE r.batch_id = %(batch)s AND r.line_no = u.line_no AND position(u.said IN r.undo_reason) = 0
"""

_LABELS = {
    "industry": ("customers_industry", (("customers_customer", "industry_id"),)),
    "tag": ("customers_tag", (("customers_customer_tags", "tag_id"),)),
    "category": ("customers_productcategory", (("customers_product", "category_id"),)),
}


def undo(cursor: CursorWrapper, batch: ImportBatch, params: dict[str, Any]) -> None:
    """Take back what the rows of a chunk brought along; what has been used since stays, and its row says so."""
    if batch.kind == "orders":
        _restore_orders(cursor, params)
    for what, subject in _BROUGHT.items():
        _renew(cursor)
        cursor.execute(_FILL_BROUGHT, {**params, "what": what})
        if cursor.rowcount:
            _free_returns(cursor, subject)
            take_back(cursor, subject, params)
            _say_kept(cursor, subject, params)
    for what, (table, uses) in _LABELS.items():
        _drop_labels(cursor, what, table, uses, params)


def _renew(cursor: CursorWrapper) -> None:
    cursor.execute("DROP TABLE IF EXISTS taken_back")
    cursor.execute(TAKEN_BACK)


def _restore_orders(cursor: CursorWrapper, params: dict[str, Any]) -> None:
    """Give orders that were there before their old values back."""
    _renew(cursor)
    cursor.execute(_FILL_CHANGED_ORDERS, params)
    if cursor.rowcount:
        take_back(cursor, ORDER, params)
        _say_kept(cursor, ORDER, params)


def _free_returns(cursor: CursorWrapper, subject: Subject) -> None:
    """Returns of the same file do not hold the orders that they name."""
    if subject is ORDER:
        cursor.execute(
            "UPDATE customers_order o SET original_order_id = NULL FROM taken_back u, taken_back mine"
            " WHERE o.original_order_id = u.subject_id AND mine.subject_id = o.id"
        )


def _say_kept(cursor: CursorWrapper, subject: Subject, params: dict[str, Any]) -> None:
    name = str(subject.model._meta.verbose_name)
    kept = _("Kept with it: %(record)s. %(reason)s") % {"record": name.replace("%", "%%"), "reason": "%1$s"}
    cursor.execute(_SAY_KEPT, {**params, "kept": kept})


def _drop_labels(
    cursor: CursorWrapper, what: str, table: str, uses: tuple[tuple[str, str], ...], params: dict[str, Any]
) -> None:
    """Remove labels that the import made and nothing bears any more."""
    unused = " ".join(
        f"AND NOT EXISTS (SELECT FROM {used} x WHERE x.{column} = t.id)" for used, column in uses
    )
    cursor.execute(
        f"DELETE FROM {table} t WHERE t.id IN (SELECT made.id::bigint FROM customers_importrow r,"  # noqa: S608
        " jsonb_array_elements_text(r.changes #> ARRAY['created', %(what)s]) AS made(id)"
        f" WHERE r.batch_id = %(batch)s AND r.line_no BETWEEN %(first)s AND %(last)s) {unused}",
        {**params, "what": what},
    )
