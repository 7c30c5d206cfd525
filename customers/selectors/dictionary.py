"""The field dictionary: every field with its place, found by the words of either language."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import translation

from crm.models import User
from crm.sensitivity import Sensitivity
from customers.models import Customer, CustomerKind, CustomField, FieldSwitch
from customers.selectors.catalogue import FIELDS, SECTIONS, ProfileField
from customers.selectors.catalogue.base import TYPE_LABELS, Words


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of the dictionary; ``purpose`` is what a sensitive one is kept for, empty when it is off."""

    key: str
    label: str
    other_label: str
    type: Words
    record: str
    sensitivity: Sensitivity
    is_sealed: bool
    is_many: bool
    is_derived: bool
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One section of the dictionary with its fields; ``whose`` says whom the section is about."""

    key: str
    title: Words
    whose: str
    entries: list[Entry]


def find(written: str = "") -> list[Group]:
    """Return the sections whose fields match what is written, in either language or by key; all without words."""
    wanted = written.casefold()
    purposes = dict(FieldSwitch.objects.filter(is_on=True).values_list("field", "purpose"))
    groups = []
    titles = {section.key: _in_all_languages(section.title) for section in SECTIONS.values()}
    for section in SECTIONS.values():
        whole = any(wanted in title.casefold() for title in titles[section.key].values())
        entries = [
            entry
            for each in FIELDS.values()
            if each.section == section.key
            for entry, words in [_entry(each, purposes.get(each.key, ""))]
            if whole or any(wanted in word.casefold() for word in words)
        ]
        if entries:
            groups.append(Group(section.key, section.title, section.key.partition(".")[0], entries))
    return groups


def example_records(user: User) -> dict[str, str]:
    """Return the address of one person and of one company that ``user`` may see, by kind, as far as there are any."""
    seen = Customer.objects.visible_to(user).order_by("pk")
    found = {kind: seen.filter(kind=kind).first() for kind in CustomerKind.values}
    return {kind: each.get_absolute_url() for kind, each in found.items() if each}


def custom_fields() -> list[CustomField]:
    """Return the fields that an administrator added."""
    return list(CustomField.objects.all())


def custom_field(pk: int) -> CustomField | None:
    """Return one of them."""
    return CustomField.objects.filter(pk=pk).first()


def _entry(field: ProfileField, purpose: str) -> tuple[Entry, list[str]]:
    labels = _in_all_languages(field.title)
    here = translation.get_language() or settings.LANGUAGE_CODE
    label = labels.get(here, str(field.title))
    other = next((text for code, text in labels.items() if code != here), "")
    records = field.model._meta.verbose_name if field.is_many else ""
    entry = Entry(
        key=field.key,
        label=label,
        other_label=other if other != label else "",
        type=TYPE_LABELS[field.type],
        record=str(records),
        sensitivity=field.sensitivity,
        is_sealed=field.is_sealed,
        is_many=field.is_many,
        is_derived=field.is_derived,
        purpose=purpose,
    )
    return entry, [*labels.values(), field.key, str(records)]


def _in_all_languages(words: Words) -> dict[str, str]:
    said = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            said[code] = str(words)
    return said
