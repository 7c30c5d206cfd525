"""Which fields of each customer are filled in, as analysis reads it: bits, one a field, and when somebody last looked.

The fields are those that somebody can fill in: of the customer, of a person's nine sections or a company's four, and
for each list of parts (addresses, key people …) whether there is any. Keys are those of provenance, as in
``person.major``. Only whether a field is filled is read, never what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from psycopg import sql

from customers.models import (
    Address,
    CompanyProfile,
    ContactPoint,
    CreditAccount,
    Customer,
    CustomerKind,
    Employment,
    FamilyMember,
    ImportantDate,
    KeyPerson,
    Need,
    PersonProfile,
    Relation,
    Residence,
)

FIELDS_PER_WORD = 62

BOTH = frozenset(CustomerKind.values)
PERSON, COMPANY = frozenset({CustomerKind.PERSON.value}), frozenset({CustomerKind.COMPANY.value})

_OF_CUSTOMER = {
    "english_name": BOTH,
    "owner": BOTH,
    "team": BOTH,
    "region": BOTH,
    "source": BOTH,
    "campaign": BOTH,
    "identification_method": BOTH,
    "industry": COMPANY,
    "ownership_type": COMPANY,
    "business_model": COMPANY,
    "potential": BOTH,
    "purchasing_power": BOTH,
    "reputation": BOTH,
    "preferred_channel": BOTH,
    "communication_style": BOTH,
    "best_time_to_contact": BOTH,
}
OF_COMPANIES_ALONE = frozenset(f"customer.{name}" for name, kinds in _OF_CUSTOMER.items() if kinds == COMPANY)
_PROFILES: dict[str, tuple[type[models.Model], frozenset[str]]] = {
    "person": (PersonProfile, PERSON),
    "company": (CompanyProfile, COMPANY),
}
# What is no answer of its own: keys, counters, a digest, and how to read the birthday.
_NOT_ASKED = frozenset({"customer", "version", "identity_index", "birthday_is_lunar"})
_PARTS: dict[str, tuple[type[models.Model], frozenset[str]]] = {
    "contact_points": (ContactPoint, BOTH),
    "addresses": (Address, BOTH),
    "needs": (Need, BOTH),
    "important_dates": (ImportantDate, BOTH),
    "credit_account": (CreditAccount, BOTH),
    "residence": (Residence, BOTH),
    "family": (FamilyMember, PERSON),
    "relations": (Relation, PERSON),
    "employments": (Employment, PERSON),
    "key_people": (KeyPerson, COMPANY),
}


@dataclass(frozen=True, slots=True)
class RecordField:
    """A field: its key, the kinds of customer that it applies to, its table and when it is filled there, in SQL."""

    key: str
    kinds: frozenset[str]
    table: str
    is_filled: sql.Composable


def record_fields() -> tuple[RecordField, ...]:
    """Every field, in the order of its bits."""
    return (*_customer_fields(), *_profile_fields(), *_part_fields())


def field_label(key: str) -> str:
    """What people call a field, in the active language; the key itself for one that is known no more."""
    group, _dot, name = key.partition(".")
    if group == "parts" and name in _PARTS:
        return str(_PARTS[name][0]._meta.verbose_name_plural)
    model = Customer if group == "customer" else _PROFILES.get(group, (None, None))[0]
    if model is None or name not in {field.name for field in model._meta.fields}:
        return key
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def filled_query() -> sql.Composed:
    """Select of every customer: ``customer_id, kind``, ``filled_0, filled_1`` … bigint, and ``checked_on``.

    The bit of place p in word w is that of field 62·w + p of :func:`record_fields`; ``checked_on`` is the last day on
    which the record was changed or a field of it verified.
    """
    fields = record_fields()
    names = [sql.Identifier(f"filled_{word}") for word in range(-(-len(fields) // FIELDS_PER_WORD))]
    tables = [
        sql.SQL("SELECT {} AS customer_id, {} FROM {}").format(
            sql.Identifier("id" if table == Customer._meta.db_table else "customer_id"),
            _words(fields, table, names),
            sql.Identifier(table),
        )
        for table in dict.fromkeys(field.table for field in fields)
    ]
    gathered = [sql.SQL("bit_or({name}) AS {name}").format(name=name) for name in names]
    return sql.SQL("""
        SELECT customer.id AS customer_id, customer.kind, {names},
            greatest((customer.updated_at AT TIME ZONE {zone})::date, verified.last_on) AS checked_on
        FROM customers_customer AS customer
        JOIN (SELECT customer_id, {gathered} FROM ({tables}) AS tables GROUP BY customer_id) AS filled
            ON filled.customer_id = customer.id
        LEFT JOIN (
            SELECT customer_id, max(verified_on) AS last_on FROM customers_fieldprovenance GROUP BY customer_id
        ) AS verified ON verified.customer_id = customer.id
    """).format(
        names=sql.SQL(", ").join(names),
        gathered=sql.SQL(", ").join(gathered),
        tables=sql.SQL(" UNION ALL ").join(tables),
        zone=sql.Literal(settings.COMPANY_TIME_ZONE),
    )


def _words(fields: Sequence[RecordField], table: str, names: Sequence[sql.Identifier]) -> sql.Composed:
    """The words of one table's rows: the bits of its own fields, 0 for all others."""
    words = []
    for word, name in enumerate(names):
        bits: list[sql.Composable] = [
            sql.SQL("(CASE WHEN {} THEN {}::bigint ELSE 0 END)").format(
                field.is_filled, sql.Literal(1 << place)
            )
            for place, field in enumerate(fields[word * FIELDS_PER_WORD : (word + 1) * FIELDS_PER_WORD])
            if field.table == table
        ]
        words.append(sql.SQL("{} AS {}").format(sql.SQL(" + ").join(bits or [sql.SQL("0::bigint")]), name))
    return sql.SQL(", ").join(words)


def _customer_fields() -> Iterator[RecordField]:
    for name, kinds in _OF_CUSTOMER.items():
        field = Customer._meta.get_field(name)
        yield RecordField(f"customer.{name}", kinds, Customer._meta.db_table, _is_filled(field))


def _profile_fields() -> Iterator[RecordField]:
    for group, (model, kinds) in _PROFILES.items():
        for field in model._meta.concrete_fields:
            if field.name not in _NOT_ASKED:
                yield RecordField(f"{group}.{field.name}", kinds, model._meta.db_table, _is_filled(field))


def _part_fields() -> Iterator[RecordField]:
    for name, (model, kinds) in _PARTS.items():
        yield RecordField(f"parts.{name}", kinds, model._meta.db_table, sql.SQL("true"))


def _is_filled(field: models.Field[object, object] | object) -> sql.Composed:
    column = sql.Identifier(str(field.column))  # type: ignore[union-attr]
    if isinstance(field, models.CharField | models.TextField):
        return sql.SQL("{} <> ''").format(column)
    return sql.SQL("{} IS NOT NULL").format(column)
