"""A column, a layout of columns, and the parts that several kinds of rows share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from customers.imports.cleaning.choices import Words, choice_cleaner
from customers.imports.cleaning.numbers import Money
from customers.imports.context import ColumnContext
from customers.imports.headers import header_name
from customers.imports.kinds import Kind
from customers.imports.rows import AnyRow, Place
from customers.imports.sources.base import SourceProfile

Cleaner: TypeAlias = Callable[[str], Any]
Values: TypeAlias = dict[str, Any]


class FieldError(ValueError):
    """Cells that are each readable, but not together; ``field`` is the one to correct."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Column:
    """One field that files may hold.

    Attributes:
        field: its name in mappings and, mostly, in the typed row.
        label: its name for people.
        headers: known headers as people write them, in English and Chinese, joined by "|", the surest first.
        cleaner: makes the cleaner for one column of one file.
        required: whether a blank cell rejects the row.
        is_date: whether the order of day and month may have to be decided.
        group: what it belongs to, for lists of fields.
        also: headers that mean this field only if no surer field takes them.
        unless: fields that, if fed, forbid the headers of ``also``.
        next_field: what a second column with the same header feeds.
        words: the words that mean a value of ours, where the field has such values.
        catalogue_key: the field of the catalogue that keeps it, which knows its labels and how sensitive it is.
        is_hidden: whether nobody may choose it.
    """

    field: str
    label: str | Promise
    headers: str
    cleaner: Callable[[ColumnContext], Cleaner]
    required: bool = False
    is_date: bool = False
    group: str | Promise = ""
    also: str = ""
    unless: tuple[str, ...] = ()
    next_field: str = ""
    words: Words | None = None
    catalogue_key: str = ""
    is_hidden: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The normalised headers, the field's own name first."""
        return _keys(f"{self.field}|{self.headers}")

    @property
    def weak_keys(self) -> tuple[str, ...]:
        """The normalised headers of ``also``."""
        return _keys(self.also) if self.also else ()


@cache
def _keys(headers: str) -> tuple[str, ...]:
    found = (header_name(header).key for header in headers.split("|"))
    return tuple(dict.fromkeys(key for key in found if key))


@dataclass(frozen=True, slots=True)
class Setting:
    """What composing a row needs besides its cells.

    Attributes:
        phone_region: ISO country of phone numbers without one.
        profile: what is known of this file's layout, if it is a known one.
        fed: the fields that the file or its mapping feeds: no other can have a value.
    """

    phone_region: str
    profile: SourceProfile | None
    fed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind, what is needed at least (alternatives in each tuple), and how a row is composed."""

    kind: Kind
    columns: tuple[Column, ...]
    needs: tuple[tuple[str, ...], ...]
    compose: Callable[[Values, Setting], AnyRow]

    def column(self, field: str) -> Column:
        """The column of ``field``; KeyError if there is none."""
        for column in self.columns:
            if column.field == field:
                return column
        raise KeyError(field)


def choice(field: str, label: str | Promise, headers: str, words: Words, **rest: Any) -> Column:
    """A column of values of ours, by whatever words."""
    return Column(field, label, headers, always(choice_cleaner(words)), words=words, **rest)


def always(cleaner: Cleaner) -> Callable[[ColumnContext], Cleaner]:
    """For cleaners that are the same in every file."""
    return lambda _context: cleaner


def day_and_moment(value: date | datetime | None) -> tuple[date | None, datetime | None]:
    """Split what a moment cleaner gave: the day, and the moment if a time of day was given."""
    if isinstance(value, datetime):
        return value.date(), value
    return value, None


def one_currency(stated: str | None, *amounts: Money | None) -> str | None:
    """The currency of a row: its own column's, else what its amounts or their headers say.

    Raises:
        FieldError: they contradict each other.
    """
    named = {amount.currency for amount in amounts if amount is not None and amount.currency is not None}
    if stated is not None:
        named.add(stated)
    if len(named) > 1:
        message = _("The row names several currencies: %(codes)s. Write all its amounts in one.")
        raise FieldError("currency", message % {"codes": ", ".join(sorted(named))})
    return named.pop() if named else None


def place_of(values: Values, profile: SourceProfile | None) -> Place | None:
    """Where the row says it is, with a known source's own country names translated."""
    get = values.get
    return place(get("region"), get("country"), get("province"), get("city"), get("district"), profile)


def place(
    name: str | None,
    country: str | None,
    province: str | None,
    city: str | None,
    district: str | None,
    profile: SourceProfile | None,
) -> Place | None:
    """A place by the names of its levels; None if there is none of them."""
    if profile is not None and country is not None:
        country = profile.country_names.get(country, country)
    return _place(name, country, province, city, district)


@lru_cache(maxsize=8192)
def _place(*names: str | None) -> Place | None:
    return Place(*names) if any(names) else None
