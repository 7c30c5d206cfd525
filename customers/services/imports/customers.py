"""Customers with their contact points, addresses and tags."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.utils.translation import gettext as _

from customers.imports.rows import CustomerRow
from customers.models import Address, ContactPoint, Customer
from customers.services.imports.doubles import has_rows_without_code, skip_doubles, watch_for_doubles
from customers.services.imports.keys import customer_key
from customers.services.imports.labels import TO_BE_CREATED, add_labels, known_labels, note_made
from customers.services.imports.links import FIND_CUSTOMERS, index_customers, resolve_customers
from customers.services.imports.matching import (
    GROUPS,
    group_rows,
    is_searched,
    is_told_by_key,
    join_coded,
    resolve_groups,
)
from customers.services.imports.newcomers import (
    NEW_CUSTOMER,
    NewCustomer,
    renew_search_keys,
    stage_new_customers,
)
from customers.services.imports.profiles import NEWS, note_changes, profile_of, write_profiles
from customers.services.imports.records import RecordPlan
from customers.services.imports.rules import OTHERS, MatchRule
from customers.services.imports.statements import chunk_range, insert_into, template
from customers.services.imports.surroundings import addresses, contacts, notes, said_around, whereabouts
from customers.services.privacy import identity_index

_INDUSTRIES = "customers_industry"
_CONTACTS = "jsonb_to_recordset(s.contacts) AS c(kind text, place text, value text)"
_ADDRESSES = "jsonb_to_recordset(s.addresses) AS a(place text, street text, postcode text, region_id bigint)"

_NEW_CONTACT = (
    "NOT EXISTS (SELECT FROM customers_contactpoint p"
    " WHERE p.customer_id = t.id AND p.kind = c.kind AND p.value = c.value)"
)
_NEW_ADDRESS = (
    "NOT EXISTS (SELECT FROM customers_address p WHERE p.customer_id = t.id AND p.place = a.place"
    " AND p.street = coalesce(a.street, '') AND p.postcode = coalesce(a.postcode, ''))"
)
_NEW_TAG = (
    "NOT EXISTS (SELECT FROM customers_customer_tags p JOIN customers_tag known ON known.id = p.tag_id"
    " WHERE p.customer_id = t.id AND known.name = tag.name)"
)

_WRITTEN = (
    "judged j JOIN staged s ON s.line_no = j.line_no JOIN customers_customer t ON t.id = j.subject_id"
    " CROSS JOIN LATERAL"
)

# For whoever has the customer open.
_TOUCHED = "updated_at = now(), version = t.version + 1"

_CREATED = """
SELECT s.record_key, j.name, s.code, j.english_name, j.kind = 'person'
FROM judged j JOIN staged s ON s.line_no = j.line_no
WHERE j.outcome = 'created' ORDER BY j.line_no
"""

_NOTE_BASIS = """
UPDATE judged j SET changes = coalesce(j.changes, '{}') || jsonb_build_object('consent_basis', s.consent_basis)
FROM staged s WHERE s.line_no = j.line_no AND s.consent_basis IS NOT NULL AND j.outcome IN ('created', 'updated')
"""

_RENAMED = """
SELECT j.subject_id, j.name, j.english_name, j.kind = 'person'
FROM judged j WHERE j.outcome = 'updated' AND j.changes -> 'old' ?| array['name', 'english_name', 'kind']
"""


class CustomerPlan(RecordPlan):
    """Customers by code, or by name where the file has no codes; contact points, addresses and tags are added."""

    columns: ClassVar = (
        "record_key",
        "customer_key",
        "kind",
        "name",
        "english_name",
        "owner_id",
        "team_id",
        "region_id",
        "source_id",
        "lifecycle",
        "industry",
        "ownership_type",
        "business_model",
        "potential",
        "potential_reason",
        "purchasing_power",
        "reputation",
        "created_at",
        "created_on",
        "tags",
        "contacts",
        "addresses",
        "campaign_id",
        "code",
        "identity",
        "credit_code",
        "person",
        "company",
        "notes",
        "address_text",
        "postcode",
        "sealed",
        "sealed_columns",
        "consent_basis",
    )
    of_one_chunk: ClassVar = ("judged", "new_customer")
    model = Customer
    key = "code"
    values: ClassVar = {
        column: f"s.{column}"
        for column in (
            "kind",
            "name",
            "english_name",
            "owner_id",
            "team_id",
            "region_id",
            "source_id",
            "campaign_id",
            "lifecycle",
            "ownership_type",
            "business_model",
            "potential",
            "potential_reason",
            "purchasing_power",
            "reputation",
        )
    } | {
        "industry_id": f"coalesce(i.id, CASE WHEN s.industry IS NOT NULL THEN {TO_BE_CREATED} END)",
        "created_at": "coalesce(s.created_at, s.created_on::timestamp AT TIME ZONE %(time_zone)s,"
        " CASE WHEN t.id IS NULL THEN now() END)",
    }
    joins = (
        "LEFT JOIN staged_customer k ON k.customer_key = s.customer_key"
        f" LEFT JOIN {known_labels(_INDUSTRIES)} i ON i.label = s.industry"
    )
    match = "t.id = k.customer_id"
    faults = (
        "WHEN k.fault <> '' THEN k.fault WHEN length(s.industry) > 100 THEN %(industry)s"
        " WHEN t.id IS NULL AND NOT %(by_code)s AND s.code IS NOT NULL AND EXISTS"
        " (SELECT FROM customers_customer c WHERE c.code = s.code) THEN format(%(taken)s, s.code)"
    )
    news = (
        f"EXISTS (SELECT FROM {_CONTACTS} WHERE {_NEW_CONTACT})"  # noqa: S608
        f" OR EXISTS (SELECT FROM {_ADDRESSES} WHERE {_NEW_ADDRESS})"
        f" OR EXISTS (SELECT FROM unnest(s.tags) AS tag(name) WHERE {_NEW_TAG}) OR {NEWS}"
    )
    optional: ClassVar = {
        column: f"s.{column}"
        for column in (
            "preferred_channel",
            "identification_method",
            "potential_expires_on",
            "opposes_us",
            "communication_style",
            "best_time_to_contact",
            "scoring_refused",
        )
    }
    on_update = _TOUCHED

    @property
    def searched(self) -> dict[type[Model], tuple[str, ...]]:
        """Customers by code and name, contact points by what they say."""
        return {Customer: ("id", "code", "name"), ContactPoint: ("customer_id", "kind", "value")}

    def tables(self) -> tuple[str, ...]:
        """The staged rows and the verdicts on them."""
        return (
            self.staged_table(
                "customer_key text, kind text, name text, english_name text, owner_id bigint, team_id bigint,"
                " region_id bigint, source_id bigint, lifecycle text, industry text, ownership_type text,"
                " business_model text, potential text, potential_reason text, purchasing_power text,"
                " reputation text, created_at timestamptz, created_on date, tags text[], contacts jsonb,"
                " addresses jsonb, campaign_id bigint, code text, identity bytea, credit_code text, person jsonb,"
                " company jsonb, notes text[], address_text text, postcode text, sealed bytea, sealed_columns text[],"
                " consent_basis text"
            ),
            self.judged_table().replace("code varchar(40)", "code text"),
            NEW_CUSTOMER,
        )

    def staged(self, row: CustomerRow) -> tuple[Any, ...]:
        """Return the values of ``columns``. What has no place among the records stays behind here."""
        key = customer_key(row.code, row.name)
        region = self.names.region(row.region)
        return (
            key,
            key,
            row.kind,
            row.name,
            row.english_name,
            self.names.user(row.owner),
            self.names.team(row.team),
            region,
            self.names.source(row.source),
            row.lifecycle,
            row.industry,
            row.ownership_type,
            row.business_model,
            row.potential,
            row.potential_reason,
            row.purchasing_power,
            row.reputation,
            row.created_at,
            None if row.created_at else row.created_on,
            list(row.tags) or None,
            contacts(row),
            addresses(row, region, self.names),
            self.names.campaign(row.campaign),
            row.code,
            identity_index(row.identity_number) if row.identity_number and self._by_identity else None,
            row.unified_social_credit_code,
            profile_of(row, "person"),
            profile_of(row, "company"),
            notes(row),
            *(whereabouts(row) if self._by_looks else (None, None)),
            *self.sealed_values.staged(row),
            row.consent_basis if self._by_row else None,
        )

    def reasons(self) -> dict[str, Any]:
        """Why a customer is rejected; other faults come with the customer that was found."""
        taken = _("Code %(code)s is that of another customer here. Correct it, or match by code.")
        return {
            "industry": _("The industry has more than 100 characters. Shorten it."),
            "taken": template(taken, "code"),
            "by_code": MatchRule.CODE in self.rules.match,
            "profile_policy": self.rules.policy(OTHERS),
        }

    @property
    def _by_row(self) -> bool:
        """Whether each row says on what ground it is kept; what is said for all of them stands with the import."""
        return "consent_basis" in self.mapping.sources

    @property
    def _by_identity(self) -> bool:
        return any(step.rule == MatchRule.IDENTITY for step in self.rules.steps)

    @property
    def _by_looks(self) -> bool:
        return MatchRule.NEAR in self.rules.match

    def reject_the_impossible(self, cursor: CursorWrapper) -> None:
        """Find the rows that mean one customer, where that is not said by code and name alone."""
        if not is_told_by_key(cursor, self.rules):
            group_rows(cursor, self.rules)

    def prepare(self, cursor: CursorWrapper, chunk_rows: int) -> None:
        """Also list the customers, to find them among ours."""
        super().prepare(cursor, chunk_rows)
        by_code = MatchRule.CODE in self.rules.match
        if not is_searched(cursor):
            cursor.execute(FIND_CUSTOMERS)
            index_customers(cursor)
        else:
            cursor.execute(GROUPS)
            # Rows that no code tells apart repeat each other, however differently they say it.
            cursor.execute(
                "UPDATE grouped g SET differs = false FROM staged s WHERE s.line_no = g.line_no AND g.differs"
                " AND (s.code IS NULL OR NOT %s)",
                [by_code],
            )
        if has_rows_without_code(cursor):
            join_coded(cursor, self.rules)
        watch_for_doubles(cursor, by_code=by_code)
        cursor.execute("ANALYZE staged_customer")

    def is_independent(self, cursor: CursorWrapper) -> bool:
        """Where all good rows are told by their codes: each customer is then found and written by one chunk alone.

        It is that of the first row with its code; the others repeat it, whatever became of it. Sensitive values have
        their own bookkeeping in this process.
        """
        return (
            MatchRule.CODE in self.rules.match
            and not is_searched(cursor)
            and not has_rows_without_code(cursor)
            and not self.sealed_values.is_kept
        )

    def judge(self, cursor: CursorWrapper, first: int, last: int) -> None:
        """Find the customers among ours, then compare."""
        if is_searched(cursor):
            resolve_groups(cursor, self.rules, chunk_range(cursor, first, last))
        else:
            resolve_customers(cursor, companies_only=True, lines=chunk_range(cursor, first, last))
        super().judge(cursor, first, last)
        skip_doubles(cursor)
        note_changes(cursor, self.rules.policy(OTHERS))
        if self._by_row:
            cursor.execute(_NOTE_BASIS)

    def write(self, cursor: CursorWrapper, chunk: int) -> dict[str, int]:
        """Write customers, then what hangs on them."""
        _add_industries(cursor)
        cursor.execute(_CREATED)
        stage_new_customers(cursor, [NewCustomer(*row) for row in _as_customers(cursor.fetchall())])
        also = super().write(cursor, chunk)
        renew_search_keys(cursor, _RENAMED)
        self._write_around(cursor)
        self.sealed_values.write(cursor)
        return also

    def _write_around(self, cursor: CursorWrapper) -> None:
        """Write what is kept around the customers, as far as the rows of the chunk say any of it."""
        said = said_around(cursor)
        for column, add in (("contacts", _add_contacts), ("addresses", _add_addresses), ("tags", _add_tags)):
            if column in said:
                add(cursor)
        write_profiles(cursor, self.rules.policy(OTHERS), said)

    def created_columns(self) -> dict[str, str]:
        """Codes of our own making, and what makes names findable."""
        return {"code": "n.code", "pinyin": "n.pinyin", "initials": "n.initials"}

    def created_joins(self) -> str:
        """The new customers with their codes and search keys."""
        return "JOIN new_customer n ON n.customer_key = j.code"


def _as_customers(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [
        (key, name, code, english_name or "", is_person) for key, name, code, english_name, is_person in rows
    ]


def _add_industries(cursor: CursorWrapper) -> None:
    wanted = (
        "(SELECT s.industry AS label FROM judged j JOIN staged s ON s.line_no = j.line_no"  # noqa: S608
        f" WHERE j.industry_id = {TO_BE_CREATED} AND j.outcome IN ('created', 'updated'))"
    )
    note_made(cursor, "industry", add_labels(cursor, _INDUSTRIES, wanted))
    cursor.execute(
        f"UPDATE judged j SET industry_id = i.id FROM staged s JOIN {known_labels(_INDUSTRIES)} i"  # noqa: S608
        f" ON i.label = s.industry WHERE s.line_no = j.line_no AND j.industry_id = {TO_BE_CREATED}"
    )


def _add_contacts(cursor: CursorWrapper) -> None:
    """Add contact points that a customer does not have; the first of all is the primary one."""
    contacts = insert_into(
        ContactPoint,
        {
            "customer_id": "t.id",
            "kind": "c.kind",
            "place": "c.place",
            "value": "c.value",
            "is_primary": "c.is_primary AND (j.outcome = 'created' OR NOT EXISTS"
            " (SELECT FROM customers_contactpoint p WHERE p.customer_id = t.id))",
        },
        f"{_WRITTEN} ROWS FROM (jsonb_to_recordset(s.contacts) AS"
        " (kind text, place text, value text, is_primary boolean))"
        " WITH ORDINALITY AS c(kind, place, value, is_primary, number)"
        # Whoever is new has none: with many of them it would be dear to look.
        f" WHERE (j.outcome = 'created' OR j.outcome = 'updated' AND {_NEW_CONTACT}) ORDER BY j.line_no, c.number",
    )
    cursor.execute(contacts.text, contacts.params)


def _add_addresses(cursor: CursorWrapper) -> None:
    """Add addresses that a customer does not have."""
    addresses = insert_into(
        Address,
        {
            "customer_id": "t.id",
            "place": "a.place",
            "region_id": "a.region_id",
            "street": "coalesce(a.street, '')",
            "postcode": "coalesce(a.postcode, '')",
        },
        f"{_WRITTEN} {_ADDRESSES} WHERE j.outcome IN ('created', 'updated') AND {_NEW_ADDRESS} ORDER BY j.line_no",
    )
    cursor.execute(addresses.text, addresses.params)


def _add_tags(cursor: CursorWrapper) -> None:
    cursor.execute(
        "INSERT INTO customers_tag (name) SELECT DISTINCT tag.name FROM judged j JOIN staged s ON s.line_no = j.line_no"
        " CROSS JOIN LATERAL unnest(s.tags) AS tag(name) WHERE j.outcome IN ('created', 'updated')"
        " AND NOT EXISTS (SELECT FROM customers_tag known WHERE known.name = tag.name)"
        " ORDER BY tag.name ON CONFLICT DO NOTHING RETURNING id"
    )
    note_made(cursor, "tag", [pk for (pk,) in cursor.fetchall()])
    # The row itself remembers what it added, for an undo; and the names, for the history: an undo removes unused tags.
    cursor.execute(
        "WITH added AS ("  # noqa: S608
        f"INSERT INTO customers_customer_tags (customer_id, tag_id) SELECT t.id, known.id FROM {_WRITTEN}"
        " unnest(s.tags) AS tag(name) JOIN customers_tag known ON known.name = tag.name"
        f" WHERE j.outcome IN ('created', 'updated') AND {_NEW_TAG.replace('known', 'mine')}"
        " ON CONFLICT DO NOTHING RETURNING customer_id, tag_id"
        ") UPDATE judged j SET changes = coalesce(j.changes, '{}')"
        " || jsonb_build_object('tags', a.tags, 'tag_names', a.names)"
        " FROM (SELECT customer_id, jsonb_agg(tag_id) AS tags, jsonb_agg(known.name ORDER BY known.name) AS names"
        " FROM added JOIN customers_tag known ON known.id = added.tag_id GROUP BY customer_id) a"
        " WHERE j.subject_id = a.customer_id AND j.outcome IN ('created', 'updated')"
    )
    cursor.execute(
        f"UPDATE customers_customer t SET {_TOUCHED} FROM judged j"  # noqa: S608
        " WHERE t.id = j.subject_id AND j.outcome = 'updated' AND j.changes ? 'tags' AND NOT j.changes ? 'old'"
    )
