"""One customer made of one row's cleaned cells: what it is called, what it is, how it is reached."""

from __future__ import annotations

from django.utils.translation import gettext

from customers.imports.cleaning import contacts
from customers.imports.columns.base import FieldError, Setting, Values, day_and_moment, place_of
from customers.imports.problems import CellError
from customers.imports.rows import Contact, CustomerRow, PostalAddress

STREET_LENGTH = 300


def compose_customer(values: Values, setting: Setting) -> CustomerRow:
    """Make a customer of one row's cleaned cells.

    A file with surname and given name holds persons, and one row with an identity number is a person. Phone numbers
    are read in the row's own country.

    Raises:
        FieldError: there is no name, or a phone number is impossible.
    """
    get = values.get
    kind = get("kind") or _kind(values)
    created_on, created_at = day_and_moment(get("created_at"))
    return CustomerRow(
        name=_name(values),
        code=get("code"),
        kind=kind,
        english_name=get("english_name"),
        owner=get("owner"),
        team=get("team"),
        region=place_of(values, setting.profile),
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
        contacts=_contacts(values, setting),
        addresses=_addresses(values, "home" if kind == "person" else "office"),
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
    )


def _name(values: Values) -> str:
    """The name, or surname and given name in the order of their language."""
    if values.get("name"):
        return str(values["name"])
    surname, given = values.get("surname") or "", values.get("given_name") or ""
    if not surname and not given:
        raise FieldError("name", gettext("The name is empty."))
    chinese = not (surname + given).isascii() and (surname or given)[0] >= "\u3400"
    return surname + given if chinese else f"{given} {surname}".strip()


def _kind(values: Values) -> str | None:
    if values.get("identity_number") or values.get("surname") or values.get("given_name"):
        return "person"
    return "company" if values.get("unified_social_credit_code") else None


def _contacts(values: Values, setting: Setting) -> tuple[Contact, ...]:
    """All ways to reach the customer, each once."""
    region = contacts.phone_region(values.get("country"), setting.phone_region)
    found: list[Contact] = []
    for field, kind, place in (
        ("mobile", "mobile", "office"),
        ("phone", "phone", "office"),
        ("home_phone", "phone", "home"),
        ("fax", "fax", "office"),
        ("home_fax", "fax", "home"),
    ):
        for text in values.get(field) or ():
            number = _phone(field, text, region)
            mobile = kind == "phone" and contacts.is_mobile(number)
            found.append(Contact("mobile" if mobile else kind, place, number))
    found += [Contact("email", "office", address) for address in values.get("email") or ()]
    if values.get("wechat"):
        found.append(Contact("wechat", "other", values["wechat"]))
    return tuple(dict.fromkeys(found))


def _phone(field: str, text: str, region: str) -> str:
    try:
        return contacts.phone_number(text, region)
    except CellError as error:
        raise FieldError(field, str(error)) from error


def _addresses(values: Values, usual_place: str) -> tuple[PostalAddress, ...]:
    get = values.get
    lines = [part for part in (get("street_number"), get("address"), get("address_2")) if part]
    usual = " ".join(lines[:2]) if get("street_number") else ", ".join(lines)
    if get("street_number") and len(lines) > 2:
        usual = f"{usual}, {lines[2]}"
    if len(usual) > STREET_LENGTH:
        message = gettext("The address has more than %(limit)d characters.")
        raise FieldError("address", message % {"limit": STREET_LENGTH})
    addresses = [(usual_place, usual), ("home", get("home_address")), ("office", get("office_address"))]
    found = [PostalAddress(place, text, None) for place, text in addresses if text]
    if get("postcode"):
        first = found[0] if found else PostalAddress(usual_place, "", None)
        found[:1] = [PostalAddress(first.place, first.street, get("postcode"))]
    return tuple(dict.fromkeys(found))
