"""The catalogue: every field that the records have, declared once with its place, weight and question."""

from collections.abc import Iterable

from django.db.models import Model

from customers.models import CompanyProfile, CustomerKind, PersonProfile
from customers.selectors.catalogue.base import FieldType, ProfileField, Section
from customers.selectors.catalogue.company import COMPANY_FIELDS, COMPANY_SECTIONS
from customers.selectors.catalogue.customer import CUSTOMER_FIELDS, CUSTOMER_SECTIONS
from customers.selectors.catalogue.person import PERSON_FIELDS, PERSON_SECTIONS
from customers.selectors.catalogue.records import RECORD_FIELDS, RECORD_SECTIONS

__all__ = [
    "FIELDS",
    "SECTIONS",
    "FieldType",
    "ProfileField",
    "Section",
    "fields_of",
    "profile_column",
    "sections_of",
    "sensitive_fields",
]

SECTIONS: dict[str, Section] = {
    each.key: each for each in (*CUSTOMER_SECTIONS, *PERSON_SECTIONS, *COMPANY_SECTIONS, *RECORD_SECTIONS)
}
FIELDS: dict[str, ProfileField] = {
    each.key: each for each in (*CUSTOMER_FIELDS, *PERSON_FIELDS, *COMPANY_FIELDS, *RECORD_FIELDS)
}


def sections_of(kind: str) -> tuple[Section, ...]:
    """Return the sections of a person's or a company's profile, in their order."""
    return PERSON_SECTIONS if kind == CustomerKind.PERSON else COMPANY_SECTIONS


def fields_of(section: str) -> list[ProfileField]:
    """Return the fields of a section, in their order."""
    return [each for each in FIELDS.values() if each.section == section]


def profile_column(key: str) -> tuple[type[Model], str]:
    """Return where a profile keeps what ``person.major`` or ``company.headcount`` names: a field, or a column of one.

    Raises KeyError for what no profile has.
    """
    record, _dot, name = key.partition(".")
    models: dict[str, type[Model]] = {"person": PersonProfile, "company": CompanyProfile}
    model = models[record]
    column = FIELDS[key].column if key in FIELDS else name
    if column not in {each.column for each in model._meta.concrete_fields}:
        raise KeyError(key)
    return model, column


def sensitive_fields() -> Iterable[ProfileField]:
    """Return the fields whose values are sealed."""
    return (each for each in FIELDS.values() if each.is_sealed)
