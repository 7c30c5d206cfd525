"""One customer made of one row's cleaned cells: what it is called, what it is, what the profiles keep of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from customers.imports.cleaning.numbers import Money
from customers.imports.columns.base import FieldError, Setting, Values, day_and_moment, place_of
from customers.imports.columns.customer_about import COMPANY, PERSON, SEALED
from customers.imports.columns.customer_contacts import Places, Reaches, addresses_of, contacts_of
from customers.imports.rows import CUSTOM, CustomerRow, Place, PostalAddress

# Where the catalogue has two columns under one key, as a company's size, each is named by its own.
PROFILE_KEYS = {column.field: column.catalogue_key for column in (*PERSON, *COMPANY)} | {
    "headcount": "company.headcount",
    "annual_turnover": "company.annual_turnover",
    "birthday_is_lunar": "person.birthday_is_lunar",
}
SEALED_KEYS = {column.field: column.catalogue_key for column in SEALED}
PLAIN = (
    "code", "english_name", "owner", "team", "source", "lifecycle", "industry", "ownership_type", "business_model",
    "potential", "potential_reason", "purchasing_power", "reputation", "identity_number", "unified_social_credit_code",
    "date_of_birth", "employer", "job_title", "founded_on", "trading_since", "notes", "contact_person", "consent_basis",
    "campaign", "preferred_channel", "identification_method", "potential_expires_on", "opposes_us",
    "communication_style", "best_time_to_contact", "scoring_refused",
)  # fmt: skip
"""Fields of the row that hold what one column says."""
PERSONS_FIELDS = ("identity_number", "surname", "given_name", "employer", "job_title", "date_of_birth")


def compose_customer(values: Values, setting: Setting) -> CustomerRow:
    """Make a customer of one row's cleaned cells.

    A row with a surname, a given name, an employer or anything else that only people have is a person's, one with a
    credit code a company's. Phone numbers are read in the row's own country.

    Raises:
        FieldError: there is no name, or a phone number is impossible.
    """
    plan = _plan(setting.fed)
    get = values.get
    kind = get("kind") or _kind(values)
    created_on, created_at = day_and_moment(get("created_at"))
    addresses = addresses_of(values, plan.places, "home" if kind == "person" else "office", setting)
    return CustomerRow(
        name=_name(values),
        kind=kind,
        region=place_of(values, setting.profile) or _place_of(addresses),
        tags=get("tags") or (),
        contacts=contacts_of(values, plan.reaches, setting),
        addresses=(*addresses, *(get("addresses") or ())),
        primary_contact=(get("first_contact") or "") if "first_contact" in setting.fed else None,
        created_on=created_on,
        created_at=created_at,
        profile=_kept(values, plan.profile),
        sealed=_kept(values, plan.sealed),
        custom=_kept(values, plan.custom),
        **{field: values[field] for field in plan.plain},
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """Of all fields that a customer may have, those that one file feeds: most files feed few."""

    plain: tuple[str, ...]
    reaches: Reaches
    places: Places
    profile: tuple[tuple[str, str], ...]
    sealed: tuple[tuple[str, str], ...]
    custom: tuple[tuple[str, str], ...]


@lru_cache(maxsize=64)
def _plan(fed: frozenset[str]) -> _Plan:
    return _Plan(
        plain=tuple(field for field in PLAIN if field in fed),
        reaches=Reaches.of(fed),
        places=Places.of(fed),
        profile=tuple((field, key) for field, key in PROFILE_KEYS.items() if field in fed),
        sealed=tuple((field, key) for field, key in SEALED_KEYS.items() if field in fed),
        custom=tuple(
            (field, field.removeprefix(CUSTOM)) for field in sorted(fed) if field.startswith(CUSTOM)
        ),
    )


def _name(values: Values) -> str:
    """The name, or surname and given names in the order of their language."""
    if values.get("name"):
        return str(values["name"])
    surname, given = values.get("surname") or "", values.get("given_name") or ""
    given = f"{given} {values.get('middle_name') or ''}".strip()
    if not surname and not given:
        raise FieldError("name", gettext("The name is empty."))
    chinese = not (surname + given).isascii() and (surname or given)[0] >= "\u3400"
    return surname + given.replace(" ", "") if chinese else f"{given} {surname}".strip()


def _kind(values: Values) -> str | None:
    get = values.get
    for field in PERSONS_FIELDS:
        if get(field):
            return "person"
    return "company" if get("unified_social_credit_code") else None


def _place_of(addresses: tuple[PostalAddress, ...]) -> Place | None:
    """Where the first address that says so is."""
    return next((address.region for address in addresses if address.region is not None), None)


def _kept(values: Values, keys: tuple[tuple[str, str], ...]) -> tuple[tuple[str, Any], ...]:
    if not keys:
        return ()
    return tuple(
        (key, value.amount if isinstance(value, Money) else value)
        for field, key in keys
        if (value := values.get(field)) is not None
    )
