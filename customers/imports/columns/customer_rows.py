"""One customer made of one row's cleaned cells: what it is called, what it is, what the profiles keep of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from customers.imports.cleaning.numbers import Money
from customers.imports.columns.base import FieldError, Setting, Values, day_and_moment, place_of
from customers.imports.columns.customer_about import COMPANY, PERSON, SEALED
from customers.imports.columns.customer_contacts import addresses_of, contacts_of
from customers.imports.rows import CustomerRow, Place, PostalAddress

# The catalogue has headcount and turnover under one key, as a company's size.
PROFILE_KEYS = {column.field: column.catalogue_key for column in (*PERSON, *COMPANY)} | {
    "headcount": "company.headcount",
    "annual_turnover": "company.annual_turnover",
}
SEALED_KEYS = {column.field: column.catalogue_key for column in SEALED}
PERSONS_FIELDS = ("identity_number", "surname", "given_name", "employer", "job_title", "date_of_birth")


def compose_customer(values: Values, setting: Setting) -> CustomerRow:
    """Make a customer of one row's cleaned cells.

    A row with a surname, a given name, an employer or anything else that only people have is a person's, one with a
    credit code a company's. Phone numbers are read in the row's own country.

    Raises:
        FieldError: there is no name, or a phone number is impossible.
    """
    get = values.get
    kind = get("kind") or _kind(values)
    created_on, created_at = day_and_moment(get("created_at"))
    addresses = addresses_of(values, "home" if kind == "person" else "office", setting)
    return CustomerRow(
        name=_name(values),
        code=get("code"),
        kind=kind,
        english_name=get("english_name"),
        owner=get("owner"),
        team=get("team"),
        region=place_of(values, setting.profile) or _place_of(addresses),
        source=get("source"),
        lifecycle=get("lifecycle"),
        industry=get("industry"),
        ownership_type=get("ownership_type"),
        business_model=get("business_model"),
        potential=get("potential"),
        potential_reason=get("potential_reason"),
        purchasing_power=get("purchasing_power"),
        reputation=get("reputation"),
        tags=get("tags") or (),
        contacts=contacts_of(values, setting),
        addresses=addresses,
        identity_number=get("identity_number"),
        unified_social_credit_code=get("unified_social_credit_code"),
        date_of_birth=get("date_of_birth"),
        employer=get("employer"),
        job_title=get("job_title"),
        founded_on=get("founded_on"),
        trading_since=get("trading_since"),
        notes=get("notes"),
        created_on=created_on,
        created_at=created_at,
        contact_person=get("contact_person"),
        profile=_kept(values, PROFILE_KEYS),
        sealed=_kept(values, SEALED_KEYS),
        consent_basis=get("consent_basis"),
        campaign=get("campaign"),
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
    if any(values.get(field) for field in PERSONS_FIELDS):
        return "person"
    return "company" if values.get("unified_social_credit_code") else None


def _place_of(addresses: tuple[PostalAddress, ...]) -> Place | None:
    """Where the first address that says so is."""
    return next((address.region for address in addresses if address.region is not None), None)


def _kept(values: Values, keys: dict[str, str]) -> tuple[tuple[str, Any], ...]:
    if values.keys().isdisjoint(keys):
        return ()
    return tuple(
        (key, value.amount if isinstance(value, Money) else value)
        for field, key in keys.items()
        if (value := values.get(field)) is not None
    )
