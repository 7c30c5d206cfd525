"""What a file says in fields that administrators added: for which customers, beside what they have there."""

from __future__ import annotations

import json

from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from customers.imports.matching import ColumnMapping
from customers.imports.rows import CUSTOM, CustomerRow
from customers.models import CustomValue
from customers.selectors.custom_fields import fields_in_use
from customers.services.imports.profiles import PROFILES
from customers.services.imports.rules import ConflictPolicy
from customers.services.imports.statements import insert_into

# Each value that a row gives, beside what is known; a blank cell says nothing.
_SAID = (
    "jsonb_each(s.custom) AS said(key, value) JOIN customers_customfield field ON field.id = said.key::bigint"
    " LEFT JOIN customers_customvalue known ON known.field_id = field.id AND known.customer_id = {customer}"
)
# Of known customers, what is to be written by the rule for them.
_IS_NEWS = (
    "(known.id IS NULL OR %(policy)s = 'overwrite' AND known.value <> said.value) AND %(policy)s <> 'keep'"
)
NEW_VALUES = (
    f"s.custom IS NOT NULL AND EXISTS (SELECT FROM {_SAID.format(customer='t.id')}"
    f" WHERE {_IS_NEWS.replace('%(policy)s', '%(profile_policy)s')})"
)
"""Condition that a row says something in such a field of a known customer ``t`` that is to be written."""
MISPLACED = (
    "s.custom IS NOT NULL AND EXISTS (SELECT FROM jsonb_object_keys(s.custom) AS said(key)"
    " JOIN customers_customfield field ON field.id = said.key::bigint"
    " WHERE field.customer_kind NOT IN ('', coalesce(s.kind, t.kind, 'company')))"
)
"""Condition that a row says something in a field that is not for its kind of customer."""

_UPDATED = (
    "judged j JOIN staged s ON s.line_no = j.line_no AND j.outcome = 'updated'"
    f" CROSS JOIN LATERAL {_SAID.format(customer='j.subject_id')}"
)
_NOTE_CHANGES = f"""
UPDATE judged j SET changes = coalesce(j.changes, '{{}}') || jsonb_build_object('custom', d.changes)
FROM (
    SELECT j.line_no, jsonb_object_agg(field.id, jsonb_build_array(known.value, said.value)) AS changes
    FROM {_UPDATED} WHERE {_IS_NEWS} GROUP BY j.line_no
) d WHERE d.line_no = j.line_no
"""  # noqa: S608 - our own tables
_REPLACE = f"""
UPDATE customers_customvalue v SET value = new.value
FROM (SELECT known.id, said.value FROM {_UPDATED} WHERE known.value <> said.value) new
WHERE v.id = new.id
"""  # noqa: S608
_ADDED = (
    "judged j JOIN staged s ON s.line_no = j.line_no AND (j.outcome = 'created'"
    " OR j.outcome = 'updated' AND %(policy)s <> 'keep')"
    f" CROSS JOIN LATERAL {_SAID.format(customer='j.subject_id')}"
    " WHERE known.id IS NULL ORDER BY j.line_no, field.id"
)


class CustomValues:
    """The fields that a file feeds, by the keys under which its rows name them."""

    def __init__(self, mapping: ColumnMapping) -> None:
        fed = mapping.sources.keys() | mapping.constants.keys()
        self.fields = {each.key: each.pk for each in fields_in_use() if f"{CUSTOM}{each.key}" in fed}

    def staged(self, row: CustomerRow) -> str | None:
        """Return what a row says, as JSON: field → value; None for nothing."""
        if not row.custom:
            return None
        return json.dumps({self.fields[key]: value for key, value in row.custom}, ensure_ascii=False)

    def note_changes(self, cursor: CursorWrapper, policy: str) -> None:
        """Note with the verdicts what rows change: field → old and new value."""
        if self.fields:
            cursor.execute(_NOTE_CHANGES, {"policy": policy})


def write_values(cursor: CursorWrapper, policy: str) -> None:
    """Write what the chunk's rows say, by the rule for known customers."""
    if policy == ConflictPolicy.OVERWRITE:
        cursor.execute(_REPLACE)
    added = insert_into(
        CustomValue, {"customer_id": "j.subject_id", "field_id": "field.id", "value": "said.value"}, _ADDED
    )
    cursor.execute(added.text, {**added.params, "policy": policy})
    for kind, model in PROFILES.items():
        _renew(cursor, kind, model)


def _renew(cursor: CursorWrapper, kind: str, model: type[Model]) -> None:
    """Give the profiles of known customers a new version, by which whoever has one open is told of the values."""
    table = model._meta.db_table
    of_known = f"j.outcome = 'updated' AND j.kind = '{kind}' AND j.changes ? 'custom'"
    cursor.execute(
        f"UPDATE {table} p SET version = p.version + 1 FROM judged j"  # noqa: S608 - our own tables
        f" WHERE p.customer_id = j.subject_id AND {of_known}"
    )
    is_lacking = f"NOT EXISTS (SELECT FROM {table} p WHERE p.customer_id = j.subject_id)"
    made = insert_into(
        model,
        {"customer_id": "j.subject_id"},
        f"judged j WHERE {of_known} AND {is_lacking} ORDER BY j.line_no",
    )
    cursor.execute(made.text, made.params)
