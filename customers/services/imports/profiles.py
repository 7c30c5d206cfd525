"""What a file says of persons and companies beyond the customer's own columns: their profiles, and notes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from customers.imports.rows import CustomerRow
from customers.models import CompanyProfile, Note, PersonProfile
from customers.selectors.catalogue import FIELDS
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
_PROFILES: dict[str, type[Model]] = {"person": PersonProfile, "company": CompanyProfile}

_WRITTEN = "judged j JOIN staged s ON s.line_no = j.line_no AND j.outcome IN ('created', 'updated')"

_PROFILE_NEWS = " OR ".join(
    f"s.{kind} IS NOT NULL AND coalesce(s.kind, t.kind) = '{kind}' AND NOT EXISTS (SELECT FROM"
    f" {model._meta.db_table} known WHERE known.customer_id = t.id AND to_jsonb(known) @> s.{kind})"
    for kind, model in _PROFILES.items()
)
_IS_KEPT = """SELECT FROM customers_personprofile known WHERE known.customer_id = t.id
    AND jsonb_strip_nulls(to_jsonb(known)) ?& s.sealed_columns"""
NEWS = (
    f"{_PROFILE_NEWS} OR s.notes IS NOT NULL AND NOT EXISTS (SELECT FROM customers_note known"
    " WHERE known.customer_id = t.id AND known.body = s.notes) OR s.sealed_columns IS NOT NULL"
    f" AND coalesce(s.kind, t.kind) = 'person' AND NOT EXISTS ({_IS_KEPT})"
)
"""Condition that a row says something of a known customer ``t`` that its profile or its notes do not."""


def profile_of(row: CustomerRow, kind: str) -> str | None:
    """Return what a row says of the profile of a person or a company, as JSON: column → value; None for nothing."""
    said = {column: getattr(row, name) for name, column in _OF_ROW[kind].items()}
    for key, value in row.profile:
        if key.startswith(f"{kind}.") and key in FIELDS and FIELDS[key].model is _PROFILES[kind]:
            said[FIELDS[key].column] = value
    plain = {column: _plain(value) for column, value in said.items() if value not in (None, "")}
    return json.dumps(plain, ensure_ascii=False) if plain else None


def write_profiles(cursor: CursorWrapper) -> None:
    """Write what the chunk's rows say of profiles, and notes that are not there yet."""
    for kind, model in _PROFILES.items():
        cursor.execute(
            f"SELECT DISTINCT key FROM {_WRITTEN} CROSS JOIN LATERAL jsonb_object_keys(s.{kind}) AS key"  # noqa: S608
            " WHERE j.kind = %s",
            [kind],
        )
        columns = sorted(key for (key,) in cursor.fetchall())
        if columns:
            _write(cursor, model, kind, columns)
    notes = insert_into(
        Note,
        {"customer_id": "j.subject_id", "body": "s.notes"},
        f"{_WRITTEN} WHERE s.notes IS NOT NULL AND NOT EXISTS (SELECT FROM customers_note known"
        " WHERE known.customer_id = j.subject_id AND known.body = s.notes) ORDER BY j.line_no",
    )
    cursor.execute(notes.text, notes.params)


def _write(cursor: CursorWrapper, model: type[Model], kind: str, columns: Iterable[str]) -> None:
    table = model._meta.db_table
    said = f"{_WRITTEN} AND j.kind = '{kind}' AND s.{kind} IS NOT NULL"
    new = f"CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, s.{kind}) n"
    cursor.execute(
        f"UPDATE {table} p SET version = p.version + 1,"  # noqa: S608 - our own columns
        f" {', '.join(f'{column} = coalesce(n.{column}, p.{column})' for column in columns)}"
        f" FROM {said} {new} WHERE p.customer_id = j.subject_id AND NOT to_jsonb(p) @> s.{kind}"
    )
    defaults = insert_into(model, {}, "x").params
    given = {"customer_id": "j.subject_id"} | {
        column: f"coalesce(n.{column}, %(default_{column})s)" for column in columns
    }
    fresh = insert_into(
        model,
        given,
        f"{said} {new} WHERE NOT EXISTS (SELECT FROM {table} p WHERE p.customer_id = j.subject_id) ORDER BY j.line_no",
    )
    cursor.execute(
        fresh.text, {**fresh.params, **{f"default_{c}": defaults.get(f"default_{c}") for c in columns}}
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
