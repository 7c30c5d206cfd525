"""vCard files written from the cells of a table, so that both can be compared."""

import quopri
from collections.abc import Mapping, Sequence

NAMES = ("surname", "given_name")
PARTS = ("street", "city", "state", "postcode", "country")
TEXTS = {
    "code": "UID", "name": "FN", "company": "ORG", "job_title": "TITLE", "mobile": "TEL;CELL", "phone": "TEL;WORK",
    "email": "EMAIL;INTERNET", "birthday": "BDAY", "notes": "NOTE",
}  # fmt: skip


def vcards(people: Sequence[Mapping[str, str]], version: str = "3.0", charset: str = "utf-8") -> bytes:
    """The cards of ``people``, who have the keys of ``NAMES``, ``PARTS`` and ``TEXTS``; 2.1 is quoted-printable."""
    lines = []
    for person in people:
        lines += ["BEGIN:VCARD", f"VERSION:{version}"]
        held = {TEXTS[key]: [value] for key, value in person.items() if key in TEXTS and value}
        if any(person.get(key) for key in NAMES):
            held["N"] = [*(person.get(key, "") for key in NAMES), "", "", ""]
        if any(person.get(key) for key in PARTS):
            held["ADR"] = ["", "", *(person.get(key, "") for key in PARTS)]
        lines += [_line(name, values, version, charset) for name, values in held.items()]
        lines.append("END:VCARD")
    return "\r\n".join([*lines, ""]).encode()


def _line(name: str, values: Sequence[str], version: str, charset: str) -> str:
    if version == "2.1":
        text = ";".join(value.replace(";", "\\;") for value in values)
        quoted = quopri.encodestring(text.encode(charset), quotetabs=True).replace(b"\n", b"\r\n")
        quoted = quoted.replace(b"=\r\n", b"\0").replace(b"\r\n", b"=0A").replace(b"\0", b"=\r\n")
        return f"{name};CHARSET={charset};ENCODING=QUOTED-PRINTABLE:{quoted.decode()}"
    name = name.replace(";", ";TYPE=")
    text = ";".join(_escaped(value) for value in values)
    line = f"{name}:{text}"
    return "\r\n ".join(line[start : start + 60] for start in range(0, len(line), 60))


def _escaped(value: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ("\n", "\\n"), (";", "\\;"), (",", "\\,")):
        value = value.replace(plain, escaped)
    return value
