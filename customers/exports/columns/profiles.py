"""The columns of files that are imported again: all ways to reach a customer, addresses, notes, and the profiles.

Which fields of the profiles there are is said by the import's own layout; sensitive ones never leave in a list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from crm.sensitivity import Sensitivity
from crm.templatetags.format import in_chinese
from customers.exports.columns.base import Column, Row, Value
from customers.exports.columns.customers import choice
from customers.imports.cleaning import choices as known
from customers.imports.columns.address_lines import address_line
from customers.imports.columns.base import Column as Read
from customers.imports.columns.customer_about import ABOUT
from customers.imports.columns.customer_rows import PROFILE_KEYS
from customers.imports.columns.customers import LAYOUT
from customers.imports.knowledge import choices_of_column, sensitivity_of_column
from customers.imports.rows import NOTES_APART
from customers.models import (
    Address,
    ContactKind,
    ContactPlace,
    ContactPoint,
    IdentificationMethod,
    Note,
    PersonProfile,
)
from customers.selectors.catalogue import profile_column

_REACHED = (
    ("mobile", ContactKind.MOBILE, ContactPlace.OFFICE),
    ("home_mobile", ContactKind.MOBILE, ContactPlace.HOME),
    ("elsewhere_mobile", ContactKind.MOBILE, ContactPlace.OTHER),
    ("phone", ContactKind.PHONE, ContactPlace.OFFICE),
    ("home_phone", ContactKind.PHONE, ContactPlace.HOME),
    ("other_phone", ContactKind.PHONE, ContactPlace.OTHER),
    ("fax", ContactKind.FAX, ContactPlace.OFFICE),
    ("home_fax", ContactKind.FAX, ContactPlace.HOME),
    ("other_fax", ContactKind.FAX, ContactPlace.OTHER),
    ("email", ContactKind.EMAIL, ContactPlace.OFFICE),
    ("home_email", ContactKind.EMAIL, ContactPlace.HOME),
    ("elsewhere_email", ContactKind.EMAIL, ContactPlace.OTHER),
    ("wechat", ContactKind.WECHAT, ContactPlace.OTHER),
    ("office_wechat", ContactKind.WECHAT, ContactPlace.OFFICE),
    ("home_wechat", ContactKind.WECHAT, ContactPlace.HOME),
)


def _yes(path: str) -> Callable[[Row], Value]:
    return lambda row: str(_("Yes")) if row[path] else ""


def _plain(path: str) -> Callable[[Row], Value]:
    return lambda row: "" if row[path] is None else row[path]


def _written(point: ContactPoint) -> str:
    """A contact point as an import reads it: semicolons part one from the next."""
    return str(point.value).replace(";ext=", " ext. ")


def _reached(field: str, kind: ContactKind, place: ContactPlace) -> Column:
    """Return the column of all contact points of a kind at a place."""

    def every(row: Row) -> Value:
        points = row["contacts"] or ()
        return "; ".join(_written(each) for each in points if (each.kind, each.place) == (kind, place))

    return Column(
        field,
        LAYOUT.column(field).label,
        every,
        needs="contacts",
        holds=((ContactPoint, "value"),),
        header=field,
        in_files_only=True,
    )


def _primary(row: Row) -> Value:
    return next((_written(point) for point in row["contacts"] or () if point.is_primary), "")


def _profile(read: Read) -> Column | None:
    """Return the column of a field of a profile, None for one that is kept otherwise or sensitive."""
    key = PROFILE_KEYS.get(read.field, read.catalogue_key)
    if sensitivity_of_column(read) is Sensitivity.SENSITIVE:
        return None
    model, column = (PersonProfile, "employer_name") if read.field == "employer" else profile_column(key)
    path = f"{'person' if model is PersonProfile else 'company'}_profile__{column}"
    if read.words is not None:
        found = choice(path, read.label, choices_of_column(read), words=read.words)
    elif read.field == "birthday_is_lunar":
        found = Column(path, read.label, _yes(path), (path,))
    else:
        found = Column(path, read.label, _plain(path), (path,))
    return replace(
        found, key=f"profile_{read.field}", header=read.field, in_files_only=True, only_if_filled=True
    )


def _profiles() -> tuple[Column, ...]:
    found = map(_profile, ABOUT)
    return tuple(column for column in found if column is not None)


def _notes(row: Row) -> Value:
    return NOTES_APART.join(row["notes"] or ())


def _addresses(row: Row) -> Value:
    return "\n".join(
        address_line(each.place, each.street, levels, each.postcode, chinese=in_chinese())
        for each, levels in row["addresses"] or ()
    )


REACHED = (
    *(_reached(*each) for each in _REACHED),
    Column(
        "first_contact",
        _("Primary contact point"),
        _primary,
        needs="contacts",
        holds=((ContactPoint, "value"),),
        in_files_only=True,
    ),
    Column(
        "addresses",
        _("Addresses"),
        _addresses,
        needs="addresses",
        holds=((Address, "street"), (Address, "postcode")),
        in_files_only=True,
    ),
)
NOTES = Column(
    "notes",
    _("Notes"),
    _notes,
    needs="notes",
    holds=((Note, "body"),),
    in_files_only=True,
)
PROFILES: tuple[Column, ...] = _profiles()


_METHOD = choice(
    "identification_method",
    _("Identification method"),
    IdentificationMethod.choices,
    words=known.IDENTIFICATION_METHOD,
)
CUSTOMERS_OWN = tuple(
    replace(column, in_files_only=True, only_if_filled=True)
    for column in (
        _METHOD,
        *(
            Column(field, LAYOUT.column(field).label, _plain(field), (field,))
            for field in (
                "potential_expires_on",
                "opposes_us",
                "communication_style",
                "best_time_to_contact",
            )
        ),
        Column(
            "scoring_refused",
            LAYOUT.column("scoring_refused").label,
            _yes("scoring_refused"),
            ("scoring_refused",),
        ),
    )
)
"""Fields of the customer itself that no list shows."""
FOR_IMPORTS: tuple[Column, ...] = (*CUSTOMERS_OWN, *REACHED, NOTES, *PROFILES)
