"""What a file says of persons and companies beyond the customer's own columns: their profiles, and notes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from customers.imports.rows import CustomerRow
from customers.models import CompanyProfile, Note, PersonProfile
from customers.selectors.catalogue import profile_column
from customers.services.imports.rules import ConflictPolicy
from customers.services.imports.statements import insert_into

_OF_ROW: dict[str, dict[str, str]] = {
    "person": {
        "date_of_birth": "date_of_birth",
        "employer": "employer_name",
        "job_title": "job_title",
    },
    "company": {
        "unified_social_credit_code": "unified_social_credit_code",
        "founded_on": "founded_on",
        "trading_since": "trading_since",
    },
}
PROFILES: dict[str, type[Model]] = {"person": PersonProfile, "company": CompanyProfile}
"""The model of the profile of a kind of customer."""

_WRITTEN = "judged j JOIN staged s ON s.line_no = j.line_no AND j.outcome IN ('created', 'updated')"

# Of what a known customer's profile holds, only blanks are filled where that is the rule.
_IS_BLANK = "coalesce(to_jsonb({known}) ->> {key}, '') = ''"
_PROFILE_NEWS = " OR ".join(
    f"%(profile_policy)s <> 'keep' AND s.{kind} IS NOT NULL AND coalesce(s.kind, t.kind) = '{kind}' AND NOT EXISTS"  # noqa: S608
    f" (SELECT FROM {model._meta.db_table} known WHERE known.customer_id = t.id AND (to_jsonb(known) @> s.{kind}"
    f" OR %(profile_policy)s = 'fill' AND NOT EXISTS (SELECT FROM jsonb_object_keys(s.{kind}) AS k(key)"
    f" WHERE {_IS_BLANK.format(known='known', key='k.key')})))"
    for kind, model in PROFILES.items()
)
_IS_KEPT = """SELECT FROM customers_personprofile known WHERE known.customer_id = t.id
    AND jsonb_strip_nulls(to_jsonb(known)) ?& s.sealed_columns"""
NEWS = (
    f"{_PROFILE_NEWS} OR EXISTS (SELECT FROM unnest(s.notes) AS said(body) WHERE NOT EXISTS (SELECT FROM"  # noqa: S608
    " customers_note known WHERE known.customer_id = t.id AND known.body = said.body)) OR s.sealed_columns IS NOT NULL"
    f" AND coalesce(s.kind, t.kind) = 'person' AND NOT EXISTS ({_IS_KEPT})"
)
"""Condition that a row says something of a known customer ``t`` that its profile or its notes do not."""


def profile_of(row: CustomerRow, kind: str) -> str | None:
    """Return what a row says of the profile of a person or a company, as JSON: column → value; None for nothing."""
    said = {column: getattr(row, name) for name, column in _OF_ROW[kind].items()}
    for key, value in row.profile:
        if key.startswith(f"{kind}."):
            _model, column = profile_column(key)
            said[column] = value
    plain = {column: _plain(value) for column, value in said.items() if value not in (None, "")}
    return json.dumps(plain, ensure_ascii=False) if plain else None


_FORGET_KNOWN_EMPLOYERS = """
UPDATE staged s SET person = s.person - 'employer_name'
FROM grouped g, staged_customer k
JOIN customers_personprofile p ON p.customer_id = k.customer_id
JOIN customers_customer employer ON employer.id = p.employer_id
WHERE g.line_no = s.line_no AND g.chunk BETWEEN %(first)s AND %(last)s
    AND s.line_no BETWEEN %(first_line)s AND %(last_line)s AND s.customer_key = k.customer_key
    AND s.person ->> 'employer_name' = employer.name
"""


def forget_known_employers(cursor: CursorWrapper, lines: Mapping[str, int | None]) -> None:
    """Take out of the rows of a chunk what is no news: whom a person works for, where that is a customer of ours."""
    cursor.execute(_FORGET_KNOWN_EMPLOYERS, lines)


def note_changes(cursor: CursorWrapper, policy: str) -> None:
    """Note with the verdicts what rows change in profiles: kind → column → old and new value."""
    for kind, model in PROFILES.items() if policy != ConflictPolicy.KEEP else ():
        cursor.execute(
            "UPDATE judged j SET changes = coalesce(j.changes, '{}')"  # noqa: S608 - our own tables
            f" || jsonb_build_object('profile', jsonb_build_object('{kind}', d.changes))"
            f" FROM staged s, {model._meta.db_table} p CROSS JOIN LATERAL ("
            " SELECT jsonb_object_agg(n.key, jsonb_build_array(to_jsonb(p) -> n.key, n.value)) AS changes"
            f" FROM jsonb_each(s.{kind}) n WHERE to_jsonb(p) -> n.key IS DISTINCT FROM n.value"
            f" AND (%(policy)s <> 'fill' OR {_IS_BLANK.format(known='p', key='n.key')})) d"
            f" WHERE s.line_no = j.line_no AND j.outcome = 'updated' AND j.kind = '{kind}'"
            " AND p.customer_id = j.subject_id AND d.changes IS NOT NULL",
            {"policy": policy},
        )


def write_profiles(cursor: CursorWrapper, policy: str, said: Collection[str]) -> None:
    """Write what the chunk's rows say of profiles, by the rule for known customers, and notes not there yet.

    ``said`` names the columns of ``staged`` that say anything at all: the others are not looked through.
    """
    for kind, model in PROFILES.items():
        if kind not in said:
            continue
        cursor.execute(
            f"SELECT DISTINCT key FROM {_WRITTEN} CROSS JOIN LATERAL jsonb_object_keys(s.{kind}) AS key"  # noqa: S608
            " WHERE j.kind = %s",
            [kind],
        )
        columns = sorted(key for (key,) in cursor.fetchall())
        if columns:
            _write(cursor, model, kind, columns, policy)
    if "notes" in said:
        _write_notes(cursor)


def _write_notes(cursor: CursorWrapper) -> None:
    notes = insert_into(
        Note,
        {"customer_id": "j.subject_id", "body": "said.body"},
        f"{_WRITTEN} CROSS JOIN LATERAL unnest(s.notes) WITH ORDINALITY AS said(body, number)"
        " WHERE NOT EXISTS (SELECT FROM customers_note known WHERE known.customer_id = j.subject_id"
        " AND known.body = said.body) ORDER BY j.line_no, said.number",
    )
    cursor.execute(notes.text, notes.params)


def _write(cursor: CursorWrapper, model: type[Model], kind: str, columns: Iterable[str], policy: str) -> None:
    table = model._meta.db_table
    written = "created" if policy == ConflictPolicy.KEEP else "updated"
    said = f"{_WRITTEN} AND j.kind = '{kind}' AND s.{kind} IS NOT NULL"
    new = f"CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, s.{kind}) n"
    if policy != ConflictPolicy.KEEP:
        cursor.execute(
            f"UPDATE {table} p SET version = p.version + 1,"  # noqa: S608 - our own columns
            f" {', '.join(f'{column} = {_decided(column, policy)}' for column in columns)}"
            f" FROM {said} {new} WHERE p.customer_id = j.subject_id AND j.changes -> 'profile' ? '{kind}'"
        )
    defaults = insert_into(model, {}, "x").params
    given = {"customer_id": "j.subject_id"} | {
        column: f"coalesce(n.{column}, %(default_{column})s)" for column in columns
    }
    fresh = insert_into(
        model,
        given,
        f"{said} {new} WHERE j.outcome IN ('created', '{written}') AND NOT EXISTS"
        f" (SELECT FROM {table} p WHERE p.customer_id = j.subject_id) ORDER BY j.line_no",
    )
    cursor.execute(
        fresh.text, {**fresh.params, **{f"default_{c}": defaults.get(f"default_{c}") for c in columns}}
    )


def _decided(column: str, policy: str) -> str:
    """Return what a column of a known profile is to hold; a blank cell never erases."""
    if policy == ConflictPolicy.FILL:
        is_blank = _IS_BLANK.format(known="p", key=repr(column))
        return f"CASE WHEN {is_blank} THEN coalesce(n.{column}, p.{column}) ELSE p.{column} END"
    return f"coalesce(n.{column}, p.{column})"


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
