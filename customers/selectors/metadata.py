"""What a program needs to know of every field: names, labels, types, choices, classes. Values are never in it."""

from typing import Any

from django.conf import settings
from django.utils import translation

from customers.selectors.catalogue import FIELDS, SECTIONS, ProfileField


def describe_fields() -> list[dict[str, Any]]:
    """Return every field of the catalogue as plain data that JSON can hold, in the catalogue's order."""
    described = [_described(each) for each in FIELDS.values()]
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for each, told in zip(FIELDS.values(), described, strict=True):
                told["labels"][code] = str(each.title)
                told["section_labels"][code] = str(SECTIONS[each.section].title)
                for choice, (_value, label) in zip(told["choices"], each.choices, strict=True):
                    choice["labels"][code] = label
    return described


def _described(field: ProfileField) -> dict[str, Any]:
    plain = field.plain_field
    return {
        "key": field.key,
        "name": field.name,
        "labels": {},
        "section": field.section,
        "section_labels": {},
        "type": field.type.value,
        "choices": [{"value": value, "labels": {}} for value, _label in field.choices],
        "max_length": getattr(plain, "max_length", None),
        "sensitivity": field.sensitivity.value,
        "is_many": field.is_many,
        "is_derived": field.is_derived,
        "is_required": field.key == "customer.name",
        "parts": list(field.more),
    }
