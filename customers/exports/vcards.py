"""Writing people as vCards: version 4.0 (RFC 6350), or 3.0 (RFC 2426) for older address books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from customers.imports.vcards.cells import OWN_CODE
from customers.models import ContactKind, ContactPlace, ContactPoint
from customers.selectors.people import PersonCard

FOLD_AFTER = 75
PLACES: dict[str, str] = {
    ContactPlace.OFFICE: "work",
    ContactPlace.HOME: "home",
    ContactPlace.OTHER: "x-other",
}
# Chinese names are written without a space, and the first character is the surname, unless it is one of these.
DOUBLE_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "夏侯",
        "尉迟",
        "皇甫",
        "公孙",
        "慕容",
        "令狐",
        "长孙",
        "宇文",
        "司徒",
        "端木",
        "万俟",
        "单于",
    ]
)
FIRST_CJK, LAST_CJK = "\u3400", "\u9fff"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def write_vcards(path: Path, people: Iterable[PersonCard], version: str) -> int:
    """Write one card a person; return how many. ``version`` is "4.0" or "3.0"."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for person in people:
            file.writelines(folded(line) for line in card(person, version))
            count += 1
    return count


def card(person: PersonCard, version: str) -> Iterator[str]:
    """Yield the content lines of one card."""
    family, given = parted(person.name)
    yield "BEGIN:VCARD"
    yield f"VERSION:{version}"
    yield f"UID:{OWN_CODE}{_text(person.code)}"
    yield f"FN:{_text(person.name)}"
    yield f"N:{_text(family)};{_text(given)};;;"
    if person.employer:
        yield f"ORG:{_text(person.employer)}"
    if person.job_title:
        yield f"TITLE:{_text(person.job_title)}"
    for point in person.contacts:
        yield from _contact(point, version)
    for address in person.addresses:
        locality, province, country = map(_text, address.region)
        parts = ";".join((_text(address.street), locality, province, _text(address.postcode), country))
        yield f"ADR;TYPE={PLACES[address.place]}:;;{parts}"
    if any(person.region):
        yield f"X-KEZHI-REGION:{';'.join(map(_text, person.region))}"
    if person.date_of_birth:
        yield f"BDAY:{_day(person.date_of_birth, version)}"
    if person.tags:
        yield "CATEGORIES:" + ",".join(map(_text, person.tags))
    yield "END:VCARD"


def parted(name: str) -> tuple[str, str]:
    """Return surname and given name: 王小明 is 王, 小明; 欧阳修 is 欧阳, 修; Li Wei Chen is Chen, Li Wei."""
    words = name.split()
    if len(words) > 1:
        return words[-1], " ".join(words[:-1])
    if len(name) > 1 and FIRST_CJK <= name[0] <= LAST_CJK:
        size = 2 if name[:2] in DOUBLE_SURNAMES and len(name) > 2 else 1
        return name[:size], name[size:]
    return name, ""


def folded(line: str) -> str:
    """Break a line after 75 bytes, never within a character, as the standard asks."""
    pieces, piece, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > FOLD_AFTER:
            pieces.append(piece)
            piece, size = "", 1  # the space that begins the rest
        piece += character
        size += width
    return "\r\n ".join([*pieces, piece]) + "\r\n"


def _contact(point: ContactPoint, version: str) -> Iterator[str]:
    place = PLACES[point.place]
    if point.kind == ContactKind.EMAIL:
        yield f"EMAIL;TYPE={place}:{_text(point.value)}"
    elif point.kind == ContactKind.WECHAT:
        yield f"IMPP;TYPE={place};X-SERVICE-TYPE=WeChat:weixin:{_text(point.value)}"
    else:
        how = {"mobile": "cell", "phone": "voice", "fax": "fax"}[point.kind]
        number = point.value.partition(";ext=")
        if version == "4.0":
            extension = f";ext={number[2]}" if number[2] else ""
            yield f'TEL;VALUE=uri;TYPE="{place},{how}":tel:{number[0]}{extension}'
        else:
            extension = f" ext. {number[2]}" if number[2] else ""
            yield f"TEL;TYPE={place},{how}:{_text(number[0] + extension)}"


def _day(day: date, version: str) -> str:
    return f"{day:%Y%m%d}" if version == "4.0" else f"{day:%Y-%m-%d}"


def _text(value: str) -> str:
    return value.translate(_ESCAPES)
