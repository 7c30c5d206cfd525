"""The catalogue: every field that the records have, declared once with its place, weight and question."""

from collections.abc import Iterable

from customers.models import CustomerKind
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


def sensitive_fields() -> Iterable[ProfileField]:
    """Return the fields whose values are sealed."""
    return (each for each in FIELDS.values() if each.is_sealed)
