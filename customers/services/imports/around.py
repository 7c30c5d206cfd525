"""What is written around customers: the industries that files name, contact points, addresses, tags."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from customers.models import Address, ContactPoint
from customers.services.imports.labels import TO_BE_CREATED, add_labels, known_labels, note_made
from customers.services.imports.statements import insert_into

INDUSTRIES = "customers_industry"
TOUCHED = "updated_at = now(), version = t.version + 1"
"""For whoever has the customer open."""
CONTACTS = "jsonb_to_recordset(s.contacts) AS c(kind text, place text, value text)"
ADDRESSES = "jsonb_to_recordset(s.addresses) AS a(place text, street text, postcode text, region_id bigint)"

NEW_CONTACT = (
    "NOT EXISTS (SELECT FROM customers_contactpoint p"
    " WHERE p.customer_id = t.id AND p.kind = c.kind AND p.value = c.value)"
)
NEW_ADDRESS = (
    "NOT EXISTS (SELECT FROM customers_address p WHERE p.customer_id = t.id AND p.place = a.place"
    " AND p.street = coalesce(a.street, '') AND p.postcode = coalesce(a.postcode, ''))"
)
NEW_TAG = (
    "NOT EXISTS (SELECT FROM customers_customer_tags p JOIN customers_tag known ON known.id = p.tag_id"
    " WHERE p.customer_id = t.id AND known.name = tag.name)"
)

_WRITTEN = (
    "judged j JOIN staged s ON s.line_no = j.line_no JOIN customers_customer t ON t.id = j.subject_id"
    " CROSS JOIN LATERAL"
)


def add_industries(cursor: CursorWrapper) -> None:
    wanted = (
        "(SELECT s.industry AS label FROM judged j JOIN staged s ON s.line_no = j.line_no"  # noqa: S608
        f" WHERE j.industry_id = {TO_BE_CREATED} AND j.outcome IN ('created', 'updated'))"
    )
    note_made(cursor, "industry", add_labels(cursor, INDUSTRIES, wanted))
    cursor.execute(
        f"UPDATE judged j SET industry_id = i.id FROM staged s JOIN {known_labels(INDUSTRIES)} i"  # noqa: S608
        f" ON i.label = s.industry WHERE s.line_no = j.line_no AND j.industry_id = {TO_BE_CREATED}"
    )


def add_contacts(cursor: CursorWrapper) -> None:
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
        f" WHERE (j.outcome = 'created' OR j.outcome = 'updated' AND {NEW_CONTACT}) ORDER BY j.line_no, c.number",
    )
    cursor.execute(contacts.text, contacts.params)


def add_addresses(cursor: CursorWrapper) -> None:
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
        f"{_WRITTEN} ROWS FROM (jsonb_to_recordset(s.addresses) AS"
        " (place text, street text, postcode text, region_id bigint))"
        " WITH ORDINALITY AS a(place, street, postcode, region_id, number)"
        f" WHERE j.outcome IN ('created', 'updated') AND {NEW_ADDRESS} ORDER BY j.line_no, a.number",
    )
    cursor.execute(addresses.text, addresses.params)


def add_tags(cursor: CursorWrapper) -> None:
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
        f" WHERE j.outcome IN ('created', 'updated') AND {NEW_TAG.replace('known', 'mine')}"
        " ON CONFLICT DO NOTHING RETURNING customer_id, tag_id"
        ") UPDATE judged j SET changes = coalesce(j.changes, '{}')"
        " || jsonb_build_object('tags', a.tags, 'tag_names', a.names)"
        " FROM (SELECT customer_id, jsonb_agg(tag_id) AS tags, jsonb_agg(known.name ORDER BY known.name) AS names"
        " FROM added JOIN customers_tag known ON known.id = added.tag_id GROUP BY customer_id) a"
        " WHERE j.subject_id = a.customer_id AND j.outcome IN ('created', 'updated')"
    )
    cursor.execute(
        f"UPDATE customers_customer t SET {TOUCHED} FROM judged j"  # noqa: S608
        " WHERE t.id = j.subject_id AND j.outcome = 'updated' AND j.changes ? 'tags' AND NOT j.changes ? 'old'"
    )
