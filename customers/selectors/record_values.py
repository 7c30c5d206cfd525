"""All that a record says, field by field, for files: in words, without what its reader may not take out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from crm.models import User
from crm.policy import can
from crm.sensitivity import Sensitivity, sensitivity_of
from customers.models import CompanyProfile, Customer, CustomValue, PersonProfile
from customers.models.scope import CustomerChild
from customers.selectors.catalogue import FIELDS, ProfileField
from customers.selectors.parts import parts_of
from customers.selectors.sections import custom_in_words, custom_values, profile_of, value_in_words

MOST_ROWS = 5_000
_PROFILES: tuple[type[Model], ...] = (Customer, PersonProfile, CompanyProfile)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of one record: ``row`` numbers the records of a field that has several, from 1."""

    section: str
    key: str
    label: str
    row: int | None
    value: str


def values_of(user: User, customer: Customer, *, personal: bool) -> list[FieldValue]:
    """Return what a customer (in scope) says, in the catalogue's order; sensitive values are never in it.

    Personal values are in it only when ``personal`` and ``user`` may read them; fields of which nothing is known
    are left out.
    """
    reads = personal and can(user, "personal.view")
    profile = profile_of(customer)
    tables: dict[type[Model], list[Any]] = {}
    values: list[FieldValue] = []
    for field in FIELDS.values():
        if field.is_derived or field.key.startswith(
            {"person": "company.", "company": "person."}[customer.kind]
        ):
            continue
        if field.model in _PROFILES:
            holder: Any = customer if field.model is Customer else profile
            values += _told(field, holder, None, user, reads)
        elif field.model is not CustomValue and issubclass(field.model, CustomerChild):
            if field.model not in tables:
                tables[field.model] = _rows(user, field.model, customer)
            for place, row in enumerate(_matching(field, tables[field.model]), start=1):
                values += _told(field, row, place, user, reads)
    return values + _custom(customer, reads)


def _rows(user: User, model: Any, customer: Customer) -> list[Any]:
    names = {each.name for each in model._meta.concrete_fields}
    if "customer" not in names:
        return []
    related = [
        each.name for each in model._meta.concrete_fields if each.is_relation and each.name != "customer"
    ]
    return parts_of(user, model, customer, related=related, limit=MOST_ROWS)


def _matching(field: ProfileField, rows: list[Any]) -> list[Any]:
    """Keep the rows of a field among all of its table."""
    kept = rows
    for name, wanted in (field.rows or {}).items():
        column, _double, lookup = name.partition("__")
        allowed = wanted if lookup == "in" else (wanted,)
        kept = [row for row in kept if getattr(row, column) in allowed]
    return kept


def _told(field: ProfileField, holder: Any, row: int | None, user: User, reads: bool) -> list[FieldValue]:
    """Return the columns of a field that say something and may be taken out."""
    told = []
    for column in field.columns:
        held: Any = holder._meta.get_field(column)
        sensitivity = sensitivity_of(held)
        is_name = field.key == "customer.name"
        if sensitivity is Sensitivity.SENSITIVE or (
            sensitivity is Sensitivity.PERSONAL and not reads and not is_name
        ):
            continue
        text = _in_words(held, holder, column, user)
        if text:
            key = field.key if column == field.column else f"{field.key}.{column}"
            label = field.title if column == field.column else held.verbose_name
            told.append(FieldValue(field.section, key, str(label), row, text))
    return told


def _in_words(held: Any, holder: Any, column: str, user: User) -> str:
    if held.many_to_many:
        return ", ".join(str(each) for each in getattr(holder, column).all()) if holder.pk else ""
    if held.is_relation:
        other = getattr(holder, column)
        hidden = isinstance(other, Customer) and not other.is_visible_to(user)
        return "" if other is None or hidden else str(other)
    return value_in_words(held, getattr(holder, column))


def _custom(customer: Customer, reads: bool) -> list[FieldValue]:
    return [
        FieldValue("custom", f"custom.{field.key}", str(field), None, custom_in_words(field, value))
        for field, value in custom_values(customer)
        if value is not None and (reads or not field.is_personal)
    ]
