"""What a row says around a customer, as it is staged: how to reach it, where it is, what is to be noted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.imports.rows import NOTES_APART, CustomerRow, PostalAddress
from customers.services.imports.names import Names

_AROUND = ("contacts", "addresses", "tags", "person", "company", "notes", "custom")
"""The columns of ``staged`` that are no customer's own."""

_SAID_AROUND = f"""
SELECT {", ".join(f"bool_or(s.{column} IS NOT NULL)" for column in _AROUND)}
FROM judged j JOIN staged s ON s.line_no = j.line_no WHERE j.outcome IN ('created', 'updated')
"""  # noqa: S608 - the columns above


def said_around(cursor: CursorWrapper) -> frozenset[str]:
    """Return the columns in which the rows of a chunk that are to be written say something around a customer."""
    cursor.execute(_SAID_AROUND)
    return frozenset(column for column, is_said in zip(_AROUND, cursor.fetchone(), strict=True) if is_said)


def contacts(row: CustomerRow) -> str | None:
    """Return the contact points as they are staged: the first is used first, unless the row says which is."""
    first = row.primary_contact
    points = [
        {
            "kind": each.kind,
            "place": each.place,
            "value": each.value,
            "is_primary": each.value == first if first is not None else number == 0,
        }
        for number, each in enumerate(row.contacts)
    ]
    return _json(points)


def addresses(row: CustomerRow, region: int | None, names: Names) -> str | None:
    """Return the addresses as they are staged, each with where it is, or else where its customer is: ``region``."""
    return _json([_address(each, region, names) for each in row.addresses])


def _address(address: PostalAddress, region: int | None, names: Names) -> dict[str, Any]:
    if address.region is not None:
        region = names.region(address.region) if address.region.is_named else None
    return {
        "place": address.place,
        "street": address.street,
        "postcode": address.postcode,
        "region_id": region,
    }


def notes(row: CustomerRow) -> list[str] | None:
    """Return what is to be noted: a company's contact person too, of whom nothing but the name is known."""
    notes = row.notes.split(NOTES_APART) if row.notes else []
    if row.contact_person:
        notes.append(_("Contact person: %(name)s") % {"name": row.contact_person})
    return notes or None


def whereabouts(row: CustomerRow) -> tuple[str, str | None]:
    """Return all that a row says of where somebody is, in one line, and the postcode."""
    place = row.region
    parts = [place.province, place.city, place.district, place.name] if place else []
    address = row.addresses[0] if row.addresses else None
    if address is not None:
        parts = [address.street, *parts, address.postcode]
    return " ".join(part for part in parts if part), address.postcode if address else None


def _json(items: Sequence[Mapping[str, Any]]) -> str | None:
    return json.dumps(items, ensure_ascii=False) if items else None
