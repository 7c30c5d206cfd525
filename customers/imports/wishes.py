"""What somebody said of the columns: a mapping as it is written down, taken apart and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from customers.imports.columns.base import Layout
from customers.imports.context import DateOrder
from customers.imports.headers import header_name
from customers.imports.problems import MappingProblem, MissingFile, shown


@dataclass(slots=True)
class Wishes:
    """An explicit mapping: fields → headers, constants, date orders, meanings of texts; and fields left out."""

    headers: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    date_orders: dict[str, DateOrder] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    meanings: dict[str, dict[str, str]] = field(default_factory=dict)

    def settled(self, name: str) -> bool:
        """Whether nothing is to be found for a field any more."""
        return name in self.headers or name in self.constants or name in self.left_out


def read_mapping_file(path: Path) -> dict[str, Any]:
    """Read a mapping: a JSON object ``{"field": "Header"}``, see ``match_columns``.

    Raises:
        MissingFile: it cannot be opened.
        MappingProblem: it is not a JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        message = _("The file %(name)s cannot be opened: %(reason)s.")
        raise MissingFile(message % {"name": path.name, "reason": error.strerror}) from error
    except ValueError as error:
        message = _("The mapping %(name)s is not valid JSON: %(reason)s.")
        raise MappingProblem(message % {"name": path.name, "reason": error}) from error
    if not isinstance(content, dict):
        raise MappingProblem(_('A mapping is a JSON object such as {"customer_code": "Customer No"}.'))
    return content


def checked_wishes(layout: Layout, headers: tuple[str, ...], wishes: Mapping[str, Any]) -> Wishes:
    wanted = Wishes()
    fields = [column.field for column in layout.columns]
    for name, wish in wishes.items():
        if name not in fields:
            message = _("The mapping names “%(name)s”, which is no field of %(kind)s. Possible: %(fields)s.")
            close = get_close_matches(name, fields, n=3) or fields
            values = {"name": shown(name), "kind": layout.kind.value, "fields": ", ".join(close)}
            raise MappingProblem(message % values)
        _take(wanted, name, wish, headers)
    return wanted


def _take(wanted: Wishes, name: str, wish: object, headers: tuple[str, ...]) -> None:
    """Take one wish of the mapping."""
    match wish:
        case None:
            wanted.left_out.add(name)
        case str():
            wanted.headers[name] = _header(name, wish, headers)
        case {"constant": str(text), **rest} if not rest:
            wanted.constants[name] = text
        case {"header": str(header), **rest} if rest.keys() <= {"date_order", "values"}:
            wanted.headers[name] = _header(name, header, headers)
            _take_details(wanted, name, rest)
        case dict() if wish and wish.keys() <= {"date_order", "values"}:
            _take_details(wanted, name, wish)
        case _:
            message = _(
                'The mapping of “%(name)s” must be a header, {"header": …}, {"constant": "…"}, '
                '{"date_order": "day first"}, {"values": {…}} or null.'
            )
            raise MappingProblem(message % {"name": name})


def _take_details(wanted: Wishes, name: str, said: Mapping[Any, Any]) -> None:
    """Take how the cells of a column are to be read."""
    if "date_order" in said:
        wanted.date_orders[name] = _date_order(name, said["date_order"])
    if "values" in said:
        wanted.meanings[name] = _meanings(name, said["values"])


def _meanings(name: str, values: object) -> dict[str, str]:
    """The texts of the file, trimmed, with what to read instead: "" for nothing."""
    if not isinstance(values, dict) or not all(isinstance(each, str | None) for each in values.values()):
        message = _('The values of “%(name)s” must be {"text of the file": "value"}; null for none.')
        raise MappingProblem(message % {"name": name})
    return {str(text).strip(): meaning or "" for text, meaning in values.items()}


def _header(name: str, wish: str, headers: tuple[str, ...]) -> str:
    """The file's own spelling of a header that a mapping names."""
    if wish in headers:
        return wish
    key = header_name(wish).key
    alike = [header for header in headers if header_name(header).key == key]
    if len(alike) == 1:
        return alike[0]
    message = _(
        "The mapping feeds “%(name)s” from “%(header)s”, but the file has no such column. It has: %(headers)s."
    )
    found = ", ".join(shown(header) for header in headers)
    raise MappingProblem(message % {"name": name, "header": shown(wish), "headers": found})


def _date_order(name: str, order: object) -> DateOrder:
    try:
        return DateOrder(str(order))
    except ValueError as error:
        message = _("The date order of “%(name)s” must be “day first”, “month first” or “year first”.")
        raise MappingProblem(message % {"name": name}) from error
