"""A card as a row: the same columns for every file, named as the dictionary of headers knows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from crm.files import neutral
from customers.imports.columns.address_lines import address_line
from customers.imports.vcards.lines import Card
from customers.imports.vcards.properties import Property, UnreadableLineError, read_property

PLACE_PARTS = ("Street", "City", "State", "Postal Code", "Country")
PLACES = ("", "Business", "Home", "Other")
UNREADABLE = "Unreadable Lines"
CARD_HEADERS = (
    "Customer Code", "Customer Kind", "Full Name", "Last Name", "First Name", "Middle Name", "Nickname",
    "Organization", "Organization Unit", "Job Title", "Mobile", "Phone", "Home Phone", "Other Phone", "Fax",
    "Home Fax", "Other Fax", "Email", "Home Email", "Other Email Address", "WeChat", "Work WeChat", "Private WeChat",
    "Website",
    *(f"{place} {part}".strip() for place in PLACES for part in PLACE_PARTS),
    "All Addresses", "Birthday", "Anniversary", "Tags", "Notes", UNREADABLE,
)  # fmt: skip
"""The columns of a table of cards."""
MANY = frozenset(
    {
        "Mobile",
        "Phone",
        "Home Phone",
        "Other Phone",
        "Fax",
        "Home Fax",
        "Other Fax",
        "Email",
        "Home Email",
        "Other Email Address",
        "WeChat",
        "Work WeChat",
        "Private WeChat",
        "All Addresses",
        "Tags",
    }
)
"""Columns whose several values stand one a line; elsewhere a second one follows after a slash."""

CODE_LENGTH = 40
OWN_CODE = "urn:kezhi:customer:"
"""Before the code of a customer in the cards that we write; what they say is read exactly."""
_MOBILE = frozenset({"cell", "mobile", "iphone", "pcs"})
_OTHER = frozenset({"other", "x-other", "pager", "bbs", "modem", "car", "isdn"})
_TEXTS = {
    "FN": "Full Name", "NICKNAME": "Nickname", "TITLE": "Job Title", "NOTE": "Notes", "X-WECHAT": "WeChat",
    "X-WEIXIN": "WeChat", "URL": "Website",
}  # fmt: skip
_OWN_PLACES = {"Business": "office", "Home": "home", "Other": "other"}
_LABEL = re.compile(r"\W+")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{8})(?:[T ].*)?", re.ASCII)


def card_cells(card: Card) -> list[str]:
    """Return the cells of a card, in the order of ``CARD_HEADERS``."""
    row = _Row()
    held: list[Property] = []
    for line in card.lines:
        try:
            held.append(read_property(line, card.version))
        except UnreadableLineError:
            row.add(UNREADABLE, line)
    labels = {each.group: each.text for each in held if each.name == "X-ABLABEL" and each.group}
    for each in held:
        read = _READERS.get(each.name)
        if read is not None:
            read(row, each, each.kinds | _words(labels.get(each.group, "") if each.group else ""))
        elif each.name in _TEXTS:
            row.add(_TEXTS[each.name], each.text.strip())
    row.settle_kind()
    return row.cells()


def _words(label: str) -> frozenset[str]:
    """What the label of an address book says: ``_$!<HomeFAX>!$_`` and ``Work Fax`` are a place and a fax."""
    plain = _LABEL.sub("", label).casefold()
    return frozenset(word for word in ("home", "work", "fax", "mobile", "iphone", "other") if word in plain)


class _Row:
    """The values found so far, by column."""

    def __init__(self) -> None:
        self.values: dict[str, list[str]] = {}
        self.is_company = False
        self.is_own = False

    def add(self, header: str, value: str) -> None:
        held = self.values.setdefault(header, [])
        if value and value not in held:
            held.append(value)

    def get(self, header: str) -> str:
        between = "\n" if header in MANY or header in ("Notes", UNREADABLE) else " / "
        return between.join(self.values.get(header, ()))

    def settle_kind(self) -> None:
        """A card is a person's unless it says otherwise, or has no name but an organisation's."""
        named = self.get("Full Name") or self.get("Last Name") or self.get("First Name")
        organisation = self.get("Organization")
        if self.is_company or (organisation and not named):
            self.values["Full Name"] = [self.get("Full Name") or organisation or named]
            for header in ("Organization", "Last Name", "First Name"):
                self.values.pop(header, None)
            self.values["Customer Kind"] = ["org"]
        elif not self.get("Customer Kind"):
            self.add("Customer Kind", "individual")

    def cells(self) -> list[str]:
        """The cells; of the apostrophe that a text of a spreadsheet may have for its protection, cards know nothing."""
        texts = map(self.get, CARD_HEADERS)
        return [neutral(text) if text.startswith("'") else text for text in texts]


def _name(row: _Row, found: Property, _kinds: frozenset[str]) -> None:
    parts = [part.replace(",", " ").strip() for part in found.parts()]
    for header, part in zip(("Last Name", "First Name", "Middle Name"), parts, strict=False):
        row.add(header, part)


def _organisation(row: _Row, found: Property, _kinds: frozenset[str]) -> None:
    first, *units = found.parts()
    row.add("Organization", first)
    row.add("Organization Unit", " ".join(filter(None, units)))


def _kind(row: _Row, found: Property, _kinds: frozenset[str]) -> None:
    kind = found.text.strip().lower()
    row.is_company = kind in ("org", "organization")
    if not row.is_company:
        row.add("Customer Kind", kind)


def _shown_as(row: _Row, found: Property, _kinds: frozenset[str]) -> None:
    row.is_company = row.is_company or found.text.strip().upper() == "COMPANY"


def _telephone(row: _Row, found: Property, kinds: frozenset[str]) -> None:
    number = found.text.strip()
    number = number[4:] if number[:4].lower() == "tel:" else number
    number = re.sub(r";ext=", " ext. ", number, flags=re.IGNORECASE)
    if "fax" in kinds:
        row.add("Home Fax" if "home" in kinds else "Other Fax" if "x-other" in kinds else "Fax", number)
    elif kinds & _MOBILE and not (row.is_own and kinds & {"home", "x-other"}):
        row.add("Mobile", number)
    elif "home" in kinds:
        row.add("Home Phone", number)
    else:
        row.add("Other Phone" if kinds & _OTHER else "Phone", number)


def _mail(row: _Row, found: Property, kinds: frozenset[str]) -> None:
    address = found.text.strip()
    is_other = row.is_own and "x-other" in kinds
    row.add(
        "Home Email" if "home" in kinds else "Other Email Address" if is_other else "Email",
        address[7:] if address[:7].lower() == "mailto:" else address,
    )


def _address(row: _Row, found: Property, kinds: frozenset[str]) -> None:
    """The address goes to its place, else to one that is free, else to the notes."""
    box, more, street, city, state, postcode, country = (*found.parts(), *[""] * 7)[:7]
    values = [", ".join(filter(None, (street, more, box))), city, state, postcode, country]
    if not any(values):
        return
    place = "Business" if "work" in kinds else "Home" if "home" in kinds else ""
    place = "Other" if "x-other" in kinds else place
    if row.is_own:  # a customer of ours may have several of a place, and one that lies nowhere in particular
        region = {"city": city, "province": state, "country": country}
        where = _OWN_PLACES.get(place, "office")
        row.add("All Addresses", address_line(where, street, region, postcode, chinese=False))
        return
    for each in dict.fromkeys((place, "Other")):
        headers = [f"{each} {part}".strip() for part in PLACE_PARTS]
        if not any(map(row.get, headers)):
            for header, value in zip(headers, values, strict=True):
                row.add(header, value)
            return
    row.add("Notes", ", ".join(filter(None, values)))


def _birthday(row: _Row, found: Property, _kinds: frozenset[str]) -> None:
    """A day without its year is no date; it is kept among the notes."""
    text = found.text.strip()
    match = _DAY.fullmatch(text)
    has_year = match is not None and text[:4] != found.parameters.get("x-apple-omit-year", "")
    if match is not None and has_year:
        row.add("Birthday", match[1])
    elif text:
        row.add("Notes", f"BDAY {text}")


def _anniversary(row: _Row, found: Property, _kinds: frozenset[str]) -> None:
    text = found.text.strip()
    match = _DAY.fullmatch(text)
    if match is not None:
        row.add("Anniversary", match[1])
    elif text:
        row.add("Notes", f"ANNIVERSARY {text}")


def _categories(row: _Row, found: Property, _kinds: frozenset[str]) -> None:
    for word in found.parts(","):
        row.add("Tags", word)


def _identity(row: _Row, found: Property, _kinds: frozenset[str]) -> None:
    """A short identifier is a code of the people who wrote it; a machine's is of no use to anybody."""
    code = found.text.strip()
    row.is_own = code.startswith(OWN_CODE)
    code = code.removeprefix(OWN_CODE)
    try:
        UUID(code.rpartition(":")[2])
    except ValueError:
        if len(code) <= CODE_LENGTH and ":" not in code:
            row.add("Customer Code", code)


def _region(row: _Row, found: Property, _kinds: frozenset[str]) -> None:
    """Where somebody belongs, whatever their addresses."""
    for header, name in zip(("City", "State", "Country"), found.parts(), strict=False):
        row.add(header, name)


def _message(row: _Row, found: Property, kinds: frozenset[str]) -> None:
    """Of the services for messages WeChat alone has a column."""
    scheme, _colon, name = found.text.strip().partition(":")
    service = found.parameters.get("x-service-type", "").casefold()
    if name and ("wechat" in service or scheme.casefold() in {"weixin", "wechat"}):
        where = kinds if row.is_own else frozenset()
        row.add("Work WeChat" if "work" in where else "Private WeChat" if "home" in where else "WeChat", name)


_READERS: dict[str, Callable[[_Row, Property, frozenset[str]], None]] = {
    "N": _name,
    "ORG": _organisation,
    "KIND": _kind,
    "X-ADDRESSBOOKSERVER-KIND": _kind,
    "X-ABSHOWAS": _shown_as,
    "TEL": _telephone,
    "EMAIL": _mail,
    "ADR": _address,
    "BDAY": _birthday,
    "ANNIVERSARY": _anniversary,
    "X-ANNIVERSARY": _anniversary,
    "CATEGORIES": _categories,
    "UID": _identity,
    "IMPP": _message,
    "X-KEZHI-REGION": _region,
}
