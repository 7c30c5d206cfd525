"""What a filter of a list is, and the kinds that lists are made of.

A filter is a parameter of the address, a chip above the list, and a menu whose choices are read when it is opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.extensions import CustomerInsights
from crm.models import User
from crm.paging import BIGGEST_INTEGER
from crm.policy import can
from crm.templatetags.format import day

Text: TypeAlias = str | Promise
Rows: TypeAlias = QuerySet[Any, Any]
Choices: TypeAlias = Sequence[tuple[str, Text]]

NOBODY = "none"
_MONTH = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FilterError(ValueError):
    """A parameter of the address that this filter can't read, or that names nothing the viewer knows."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a list, and the published run that tells of its customers."""

    user: User
    insights: CustomerInsights | None

    @property
    def reads_personal(self) -> bool:
        """Whether personal values are shown to them."""
        return can(self.user, "personal.view")


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter.

    Attributes:
        name: its parameter.
        label: its name for people.
        read: the value that the parameter's text means to a viewer; raises FilterError.
        narrow: keeps the rows of some values.
        options: what can be chosen, ("value", label); None for what is written, not chosen.
        many: whether several values are asked for at once, any of which counts.
        shown: how a value is written on the chip.
        typed: what is written where nothing is chosen: "date", "text" or "number".
        needs_run: whether it asks the published run.
        is_personal: whether it asks about personal fields, which only those may who read them.
        count: how many rows it keeps of all that a viewer who sees everybody sees, where that is known without
            reading them; None where it is not.
    """

    name: str
    label: Text
    read: Callable[[str, Viewer], Any]
    narrow: Callable[[Rows, list[Any], Viewer], Rows]
    options: Callable[[Viewer, list[Any]], Choices] | None = None
    many: bool = False
    shown: Callable[[Any], Text] = str
    typed: str = "date"
    needs_run: bool = False
    is_personal: bool = False
    count: Callable[[list[Any], Viewer], int | None] = lambda values, viewer: None

    def is_for(self, viewer: Viewer) -> bool:
        """Whether a viewer has this filter."""
        if self.needs_run and viewer.insights is None:
            return False
        return viewer.reads_personal or not self.is_personal


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter that is on: the texts of its parameter and what they mean."""

    filter: Filter
    texts: list[str]
    values: list[Any]


def read_filters(
    filters: Sequence[Filter], data: QueryDict, viewer: Viewer
) -> tuple[list[Chosen], list[Filter]]:
    """Return the filters that an address turns on, and those that it asks for in a way that can't be read."""
    on, ignored = [], []
    for each in filters:
        texts = list(dict.fromkeys(text for text in data.getlist(each.name) if text))
        if not texts:
            continue
        if not each.many:
            texts = texts[-1:]
        if not each.is_for(viewer):
            ignored.append(each)
            continue
        try:
            on.append(Chosen(each, texts, [each.read(text, viewer) for text in texts]))
        except FilterError:
            ignored.append(each)
    return on, ignored


def narrowed(rows: Rows, on: Sequence[Chosen], viewer: Viewer) -> Rows:
    """Keep the rows that every filter keeps."""
    for each in on:
        rows = each.filter.narrow(rows, each.values, viewer)
    return rows


def of_choices(name: str, label: Text, choices: Choices, path: str = "", *, many: bool = True) -> Filter:
    """Filter by a column of choices."""
    known = dict(choices)
    column = path or name

    def read(text: str, viewer: Viewer) -> str:
        if text not in known:
            raise FilterError(text)
        return text

    def narrow(rows: Rows, values: list[Any], viewer: Viewer) -> Rows:
        # One by one: an index over several columns is found by "=", not by "= ANY".
        condition = Q()
        for value in values:
            condition |= Q(**{column: value})
        return rows.filter(condition)

    return Filter(
        name, label, read, narrow, lambda viewer, chosen: choices, many=many, shown=lambda value: known[value]
    )


def of_records(
    name: str,
    label: Text,
    known: Callable[[User], QuerySet[Any]],
    offered: Callable[[User], Sequence[Model]],
    path: str = "",
    *,
    nobody: Text = "",
    many: bool = False,
) -> Filter:
    """Filter by the record that a column names: ``known`` may be asked for, ``offered`` are in the menu.

    ``nobody`` is the label of the choice "names none", where there is one.
    """
    column = path or name

    def read(text: str, viewer: Viewer) -> Model | None:
        if nobody and text == NOBODY:
            return None
        found = known(viewer.user).filter(pk=read_id(text)).first()
        if not isinstance(found, Model):
            raise FilterError(text)
        return found

    def narrow(rows: Rows, values: list[Any], viewer: Viewer) -> Rows:
        ids = [value.pk for value in values if value is not None]
        condition = Q(**{f"{column}__in": ids}) if len(ids) != 1 else Q(**{column: ids[0]})
        return rows.filter(condition | Q(**{column: None}) if None in values else condition)

    def options(viewer: Viewer, chosen: list[Any]) -> Choices:
        records = [(str(each.pk), str(each)) for each in offered(viewer.user)]
        return [*records, (NOBODY, nobody)] if nobody and records else records

    return Filter(
        name,
        label,
        read,
        narrow,
        options,
        many=many,
        shown=lambda value: nobody if value is None else str(value),
    )


def of_states(
    name: str,
    label: Text,
    states: dict[str, tuple[Text, Callable[[Rows], Rows]]],
    *,
    is_personal: bool = False,
) -> Filter:
    """Filter by states that are no column: each by its name, its label and the rows that are in it."""

    def read(text: str, viewer: Viewer) -> str:
        if text not in states:
            raise FilterError(text)
        return text

    return Filter(
        name,
        label,
        read,
        lambda rows, values, viewer: states[values[0]][1](rows),
        lambda viewer, chosen: [(key, text) for key, (text, _keep) in states.items()],
        shown=lambda value: states[value][0],
        is_personal=is_personal,
    )


def since(path: str, name: str = "since", label: Text = "", *, is_time: bool = False) -> Filter:
    """Filter by the first day that counts; ``is_time`` when the column holds times."""

    def narrow(rows: Rows, values: list[Any], viewer: Viewer) -> Rows:
        return rows.filter(**{f"{path}__gte": _begin(values[0]) if is_time else values[0]})

    return Filter(name, label or _("From"), lambda text, viewer: read_day(text), narrow, shown=day)


def until(path: str, name: str = "until", label: Text = "", *, is_time: bool = False) -> Filter:
    """Filter by the last day that counts; ``is_time`` when the column holds times."""

    def narrow(rows: Rows, values: list[Any], viewer: Viewer) -> Rows:
        after = values[0] + timedelta(days=1)
        return rows.filter(**{f"{path}__lt": _begin(after) if is_time else after})

    return Filter(name, label or _("Until"), lambda text, viewer: read_day(text), narrow, shown=day)


def _begin(day_: date) -> datetime:
    """Return when a day begins in the company's time zone."""
    return timezone.make_aware(datetime.combine(day_, time.min))


def read_id(text: str) -> int:
    """Read an id; raises FilterError."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > BIGGEST_INTEGER:
        raise FilterError(text)
    return int(text)


def read_day(text: str) -> date:
    """Read a day written 2026-11-30; raises FilterError."""
    try:
        if _DAY.fullmatch(text) and "1900" <= text < "2200":
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise FilterError(text)


def read_month(text: str) -> date:
    """Read the first day of a month written 2026-11; raises FilterError."""
    if not _MONTH.fullmatch(text):
        raise FilterError(text)
    return date.fromisoformat(f"{text}-01")
