"""The ways to reach a customer, made of one row's cleaned cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from customers.imports.cleaning import contacts
from customers.imports.columns.base import FieldError, Setting, Values, place
from customers.imports.columns.customer_reach import LABELLED, LABELLED_ADDRESSES, STREET_LENGTH
from customers.imports.problems import CellError
from customers.imports.rows import Contact, PostalAddress

NUMBERS = (
    ("mobile", "mobile", "office"),
    ("mobile_2", "mobile", "office"),
    ("mobile_3", "mobile", "office"),
    ("home_mobile", "mobile", "home"),
    ("elsewhere_mobile", "mobile", "other"),
    ("phone", "phone", "office"),
    ("phone_2", "phone", "office"),
    ("phone_3", "phone", "office"),
    ("home_phone", "phone", "home"),
    ("home_phone_2", "phone", "home"),
    ("other_phone", "phone", "other"),
    ("fax", "fax", "office"),
    ("home_fax", "fax", "home"),
    ("other_fax", "fax", "other"),
)
MAIL = (
    ("email", "office"),
    ("email_2", "office"),
    ("email_3", "office"),
    ("home_email", "home"),
    ("elsewhere_email", "other"),
)
WECHAT = (("wechat", "other"), ("office_wechat", "office"), ("home_wechat", "home"))
HOME_WORDS = ("home", "住宅", "家")
OTHER_WORDS = ("other", "其他", "其它")
LABELLED_NUMBERS = tuple((f"phone_value_{n}", f"phone_label_{n}") for n in LABELLED)
LABELLED_MAIL = tuple((f"email_value_{n}", f"email_label_{n}") for n in LABELLED)
USUAL = frozenset({"address", "address_2", "street_number", "postcode"})
PLACED = ("office", "home", "other")
PARTS = ("address", "city", "province", "postcode", "country")


@dataclass(frozen=True, slots=True)
class Reaches:
    """The fields of one file that reach a customer: each with its kind of number, and with its place or the field that
    tells both."""

    numbers: tuple[tuple[str, str, str], ...]
    labelled_numbers: tuple[tuple[str, str], ...]
    mail: tuple[tuple[str, str], ...]
    labelled_mail: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, fed: frozenset[str]) -> Reaches:
        """Choose those that are fed."""
        return cls(
            tuple(each for each in NUMBERS if each[0] in fed),
            tuple(each for each in LABELLED_NUMBERS if each[0] in fed),
            tuple(each for each in MAIL if each[0] in fed),
            tuple(each for each in LABELLED_MAIL if each[0] in fed),
        )


@dataclass(frozen=True, slots=True)
class Places:
    """The addresses that one file may hold: the usual one, those at a place, those with a label."""

    usual: bool
    placed: tuple[str, ...]
    labelled: tuple[int, ...]

    @classmethod
    def of(cls, fed: frozenset[str]) -> Places:
        """Choose those of which a part is fed."""
        return cls(
            not fed.isdisjoint(USUAL),
            tuple(w for w in PLACED if not fed.isdisjoint(f"{w}_{part}" for part in PARTS)),
            tuple(n for n in LABELLED_ADDRESSES if f"address_street_{n}" in fed),
        )


def contacts_of(values: Values, reaches: Reaches, setting: Setting) -> tuple[Contact, ...]:
    """All ways to reach the customer, each once.

    Raises:
        FieldError: a phone number is impossible.
    """
    region = contacts.phone_region(values.get("country"), setting.phone_region)
    found: dict[Contact, None] = {}
    for field, kind, where in _numbers(values, reaches):
        for text in values[field]:
            number = _phone(field, text, region)
            mobile = kind == "phone" and contacts.is_mobile(number)
            found[Contact("mobile" if mobile else kind, where, number)] = None
    for field, where in _mail(values, reaches):
        for address in values[field]:
            found[Contact("email", where, address)] = None
    for field, where in WECHAT:
        for name in values.get(field) or ():
            found[Contact("wechat", where, name)] = None
    return tuple(found)


def _numbers(values: Values, reaches: Reaches) -> Iterator[tuple[str, str, str]]:
    """The fields with numbers, each with the kind of number and its place."""
    for field, kind, where in reaches.numbers:
        if values[field]:
            yield field, kind, where
    for field, named in reaches.labelled_numbers:
        if values[field]:
            label = (values.get(named) or "").casefold()
            yield field, _kind(label), _place(label)


def _mail(values: Values, reaches: Reaches) -> Iterator[tuple[str, str]]:
    for field, where in reaches.mail:
        if values[field]:
            yield field, where
    for field, named in reaches.labelled_mail:
        if values[field]:
            yield field, _place((values.get(named) or "").casefold())


def _kind(label: str) -> str:
    if "fax" in label or "传真" in label:
        return "fax"
    return "mobile" if any(word in label for word in ("mobile", "cell", "手机", "移动")) else "phone"


def _place(label: str) -> str:
    if any(word in label for word in HOME_WORDS):
        return "home"
    return "other" if any(word in label for word in OTHER_WORDS) else "office"


def _phone(field: str, text: str, region: str) -> str:
    try:
        return contacts.phone_number(text, region)
    except CellError as error:
        raise FieldError(field, str(error)) from error


def addresses_of(
    values: Values, places: Places, usual_place: str, setting: Setting
) -> tuple[PostalAddress, ...]:
    """All addresses of the customer, each once; the one without a place of its own is at ``usual_place``.

    Raises:
        FieldError: one is too long.
    """
    found = [_usual(values, usual_place)] if places.usual else []
    found += [_placed(values, where, setting) for where in places.placed]
    found += [_labelled(values, number, usual_place, setting) for number in places.labelled]
    if not found:
        return ()
    known = [address for address in found if address is not None]
    if len(known) > 1 and not known[0].street and known[1].postcode is None:
        known[:2] = [
            replace(known[1], postcode=known[0].postcode)
        ]  # one postcode, and the street under another name
    return tuple(dict.fromkeys(known))


def _usual(values: Values, usual_place: str) -> PostalAddress | None:
    get = values.get
    lines = [part for part in (get("street_number"), get("address"), get("address_2")) if part]
    street = " ".join(lines[:2]) if get("street_number") else ", ".join(lines)
    if get("street_number") and len(lines) > 2:
        street = f"{street}, {lines[2]}"
    if len(street) > STREET_LENGTH:
        message = gettext("The address has more than %(limit)d characters.")
        raise FieldError("address", message % {"limit": STREET_LENGTH})
    if not street and not get("postcode"):
        return None
    return PostalAddress(usual_place, street, get("postcode"))


def _placed(values: Values, where: str, setting: Setting) -> PostalAddress | None:
    """The address at a place, with the names of where it is."""
    get = values.get
    names = (get(f"{where}_country"), get(f"{where}_province"), get(f"{where}_city"))
    region = place(None, *names, None, setting.profile)
    street, postcode = get(f"{where}_address"), get(f"{where}_postcode")
    return PostalAddress(where, street or "", postcode, region) if street or postcode or region else None


def _labelled(values: Values, number: int, usual_place: str, setting: Setting) -> PostalAddress | None:
    """The numbered address, at the place that its label says."""
    get = values.get
    names = [get(f"address_{part}_{number}") for part in ("country", "province", "city")]
    region = place(None, names[0], names[1], names[2], None, setting.profile)
    lines = [part for part in (get(f"address_street_{number}"), get(f"address_more_{number}")) if part]
    postcode = get(f"address_postcode_{number}")
    if not lines and not postcode and region is None:
        return None
    label = (get(f"address_label_{number}") or "").casefold()
    where = _place(label) if label else usual_place
    street = ", ".join(lines)
    if len(street) > STREET_LENGTH:
        message = gettext("The address has more than %(limit)d characters.")
        raise FieldError(f"address_street_{number}", message % {"limit": STREET_LENGTH})
    return PostalAddress(where, street, postcode, region)
