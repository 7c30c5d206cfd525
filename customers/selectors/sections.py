"""A customer's profile as its page shows it: sections, fields in words, where each came from, what to ask next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.utils.translation import gettext as _

from crm.models import User
from crm.policy import can
from crm.prepared import Prepared, Slot
from crm.sensitivity import Sensitivity
from crm.templatetags.format import day, number
from customers.models import (
    CompanyProfile,
    Consent,
    Customer,
    CustomerKind,
    CustomField,
    CustomKind,
    CustomValue,
    FamilyMember,
    FieldSwitch,
    PersonProfile,
)
from customers.selectors.asking import applies
from customers.selectors.catalogue import FIELDS, ProfileField, Section, fields_of, sections_of
from customers.selectors.masking import MASK
from customers.selectors.provenance import Note, Provenance, asked_of_versions, noted, of_profile

MOST_IN_SUMMARY = 3
_ONE_ROW = frozenset({Customer, PersonProfile, CompanyProfile})
_PEOPLE = Prepared(
    lambda: PersonProfile.objects.filter(customer=Slot("customer")).order_by().select_related("employer")
)
_COMPANIES = Prepared(lambda: CompanyProfile.objects.filter(customer=Slot("customer")).order_by())
_FAMILY = Prepared(lambda: FamilyMember.objects.filter(customer=Slot("customer")))
_SWITCHES = Prepared(lambda: FieldSwitch.objects.filter(is_on=True).values("field"))
_CONSENTED = Prepared(
    lambda: Consent.objects.filter(customer=Slot("customer"), withdrawn_on=None).values("field")
)
_CUSTOM_FIELDS = Prepared(
    lambda: CustomField.objects.filter(is_active=True, customer_kind__in=["", Slot("kind", TextField())])
)
_CUSTOM_VALUES = Prepared(
    lambda: CustomValue.objects.filter(customer=Slot("customer")).values("field_id", "value")
)


@dataclass(frozen=True, slots=True)
class SealedRow:
    """One place where a sensitive value may be kept: a person's own, or that of one of the family."""

    row_id: str
    of_whom: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of a customer. ``text`` is masked when its reader may not read it, empty when nothing is known."""

    key: str
    label: str
    text: str
    is_masked: bool
    provenance: Provenance | None
    is_sealed: bool = False
    sealed: tuple[SealedRow, ...] = ()
    is_on: bool = False
    has_consent: bool = False


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section: its fields, its one-sentence summary, and how many of its fields are known."""

    key: str
    slug: str
    title: str
    sentence: str
    is_written: bool
    fields: list[FieldView]
    filled: int
    total: int
    ask: str
    tone: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of what counts is known: per cent, and the most useful field that is missing."""

    percent: int
    ask: str
    ask_key: str
    missing: tuple[str, ...]
    filled: frozenset[str]
    profile: PersonProfile | CompanyProfile


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read once for all sections."""

    profile: Any
    filled: frozenset[str]
    provenance: Mapping[str, Provenance]
    is_readable: bool
    employer: str = ""


def completeness(customer: Customer) -> Completeness:
    """Return how complete a customer's record is, by the weights of the catalogue."""
    weighed = [each for each in _counted(customer.kind) if each.weight]
    profile = profile_of(customer)
    filled = _filled(customer, profile, weighed)
    counted = [each for each in weighed if applies(each, profile, filled)]
    total = sum(each.weight for each in counted)
    known = sum(each.weight for each in counted if each.key in filled)
    missing = sorted((each for each in counted if each.key not in filled), key=lambda each: -each.weight)
    asking = next((each for each in missing if each.question), None)
    return Completeness(
        percent=round(100 * known / total),
        ask=str(asking.question) if asking else "",
        ask_key=asking.key if asking else "",
        missing=tuple(each.key for each in missing),
        filled=frozenset(filled),
        profile=profile,
    )


def asked_of_profile(kind: str) -> tuple[Prepared[Any], ...]:
    """Return what :func:`completeness` asks of a customer of a kind, to be asked ahead."""
    own = _PEOPLE if kind == CustomerKind.PERSON else _COMPANIES
    return (own, _tables(kind)) if _of_tables(kind) else (own,)


def asked_of_sections(kind: str) -> tuple[Prepared[Any], ...]:
    """Return what :func:`profile_sections` asks beside that."""
    of_people = (_FAMILY, _SWITCHES, _CONSENTED) if kind == CustomerKind.PERSON else ()
    return (_CUSTOM_FIELDS, _CUSTOM_VALUES, *asked_of_versions(kind), *of_people)


def profile_of(customer: Customer) -> PersonProfile | CompanyProfile:
    """Return the profile of a customer; an empty one that is not stored when there is none yet."""
    if customer.kind == CustomerKind.PERSON:
        return _PEOPLE.one(customer=customer.pk) or PersonProfile(version=0)
    return _COMPANIES.one(customer=customer.pk) or CompanyProfile(version=0)


def profile_sections(
    user: User,
    customer: Customer,
    *,
    only: str = "",
    complete: Completeness | None = None,
    notes: Mapping[str, Note] | None = None,
) -> list[SectionView]:
    """Return the sections of a customer (in scope), or one of them; personal values are masked for some.

    ``complete`` and ``notes`` (of where fields came from) are read here unless the caller has them.
    """
    complete = complete or completeness(customer)
    notes = noted(customer) if notes is None else notes
    profile = complete.profile
    known = _Known(
        profile=profile,
        filled=complete.filled,
        provenance=of_profile(customer, notes),
        is_readable=can(user, "personal.view"),
        employer=_employer(user, profile),
    )
    sealed = _Sealed(customer, profile)
    wanted = [each for each in sections_of(customer.kind) if only in {"", each.key}]
    return [
        _section(each, known, sealed, _custom(customer, known) if holds_custom_fields(each.key) else [])
        for each in wanted
    ]


def custom_fields_of(kind: str) -> list[CustomField]:
    """Return the custom fields in use for persons or companies."""
    return _CUSTOM_FIELDS(kind=kind)


def custom_values(customer: Customer) -> list[tuple[CustomField, Any]]:
    """Return the custom fields in use for a customer with its values, None where there is none."""
    fields = custom_fields_of(customer.kind)
    rows = _CUSTOM_VALUES(customer=customer.pk) if fields else ()
    values = {row["field_id"]: row["value"] for row in rows}
    return [(each, values.get(each.pk)) for each in fields]


def holds_custom_fields(section: str) -> bool:
    """Whether custom fields stand in a section: the last of a person's, the first of a company's."""
    return section in {"person.other", "company.basics"}


def _counted(kind: str) -> list[ProfileField]:
    own = kind if kind in CustomerKind.values else CustomerKind.COMPANY
    return [each for each in FIELDS.values() if each.key.startswith((f"{own}.", "customer."))]


def _filled(customer: Customer, profile: Any, fields: Iterable[ProfileField]) -> set[str]:
    """Return the keys of the fields that have a value; all tables are asked in one query."""
    filled = set()
    for each in fields:
        if each.model in _ONE_ROW:
            holder = customer if each.model is Customer else profile
            if not each.model_field.many_to_many and _is_known(holder, each):
                filled.add(each.key)
    if customer.pk and _of_tables(customer.kind):
        answers = _tables(customer.kind).one(customer=customer.pk) or {}
        filled |= {key for key in _of_tables(customer.kind) if answers.get(_alias(key))}
    return filled


@lru_cache
def _of_tables(kind: str) -> Mapping[str, ProfileField]:
    """Return the fields that count and are rows of other tables, by key."""
    return {each.key: each for each in _counted(kind) if each.weight and each.model not in _ONE_ROW}


@lru_cache
def _tables(kind: str) -> Prepared[dict[str, Any]]:
    """Return the query that asks which of these fields a customer has."""

    def make() -> QuerySet[Customer, Any]:
        is_there = {
            _alias(key): Exists(
                each.model._default_manager.filter(customer=OuterRef("pk"), **(each.rows or {}))
            )
            for key, each in _of_tables(kind).items()
        }
        return Customer.objects.filter(pk=Slot("customer")).order_by().values(**is_there)

    return Prepared(make)


def _alias(key: str) -> str:
    return key.replace(".", "__")


def _is_known(holder: Any, field: ProfileField) -> bool:
    names = [holder._meta.get_field(each).attname for each in field.columns]
    return any(getattr(holder, name) not in (None, "", False) for name in names)


class _Sealed:
    """What is kept sealed of a customer, and whether it may be: never what it says."""

    def __init__(self, customer: Customer, profile: Any) -> None:
        self.profile, self.customer = profile, customer
        is_person = customer.kind == CustomerKind.PERSON
        self.family = _FAMILY(customer=customer.pk) if is_person else []
        self.on = {row["field"] for row in _SWITCHES()} if is_person else set()
        self.consented = {row["field"] for row in _CONSENTED(customer=customer.pk)} if is_person else set()

    def rows(self, field: ProfileField) -> tuple[SealedRow, ...]:
        """Return the places where a value of ``field`` may be kept."""
        if field.model is not FamilyMember:
            return (SealedRow("", "", getattr(self.profile, field.column) is not None),)
        condition = field.rows or {}
        members = [each for each in self.family if all(getattr(each, k) == v for k, v in condition.items())]
        return tuple(
            SealedRow(
                str(each.pk), f"{each.get_role_display()} {place}", getattr(each, field.column) is not None
            )
            for place, each in enumerate(members, start=1)
        )


def _section(section: Section, known: _Known, sealed: _Sealed, custom: list[FieldView]) -> SectionView:
    views = [
        _view(each, known, sealed)
        for each in fields_of(section.key)
        if each.is_sealed or each.model in {PersonProfile, CompanyProfile}
    ]
    views += custom
    asked = [each for each in fields_of(section.key) if each.weight]
    own = [each for each in asked if applies(each, known.profile, known.filled)]
    filled = sum(each.key in known.filled for each in own)
    missing = [each for each in own if each.key not in known.filled and each.question]
    sentence, is_written = _sentence(section, views)
    if not sentence and filled:
        sentence = ", ".join(str(each.title) for each in own if each.key in known.filled)
    tones = {each.provenance.tone for each in views if each.provenance and each.text}
    return SectionView(
        key=section.key,
        slug=section.key.partition(".")[2].replace("_", "-"),
        title=str(section.title),
        sentence=sentence,
        is_written=is_written,
        fields=views,
        filled=filled,
        total=len(own),
        ask=str(max(missing, key=lambda each: each.weight).question) if missing else "",
        tone="warn" if "warn" in tones else "good" if tones == {"good"} else "none",
    )


def _sentence(section: Section, views: list[FieldView]) -> tuple[str, bool]:
    """Return the section in one sentence: the one that somebody wrote, or the first values that are known."""
    written = next((each.text for each in views if each.key == section.summary and each.text), "")
    if written:
        return written, True
    known = [each.text for each in views if each.text and not each.is_masked][:MOST_IN_SUMMARY]
    return " · ".join(known), False


def _view(field: ProfileField, known: _Known, sealed: _Sealed) -> FieldView:
    view = FieldView(
        field.key, str(field.title), "", is_masked=False, provenance=known.provenance.get(field.key)
    )
    if field.is_sealed:
        rows = sealed.rows(field)
        return replace(
            view,
            is_sealed=True,
            sealed=rows,
            text=MASK if any(each.is_kept for each in rows) else "",
            is_masked=True,
            is_on=field.key in sealed.on,
            has_consent=field.key in sealed.consented,
        )
    text = _words(field, known)
    is_masked = bool(text) and not known.is_readable and field.sensitivity is not Sensitivity.OPEN
    return replace(view, text=MASK if is_masked else text, is_masked=is_masked)


def _employer(user: User, profile: Any) -> str:
    """Return whom a person works for; a customer that the viewer may not see is not named."""
    employer = getattr(profile, "employer", None)
    if employer is not None and Customer.objects.visible_to(user).filter(pk=employer.pk).exists():
        return str(employer)
    return str(getattr(profile, "employer_name", ""))


def _words(field: ProfileField, known: _Known) -> str:
    """Write a field of a profile as people read it."""
    profile = known.profile
    if field.key == "person.employer":
        return known.employer
    if field.key == "person.date_of_birth" and profile.date_of_birth:
        lunar = f" · {_('lunar calendar')}" if profile.birthday_is_lunar else ""
        return f"{day(profile.date_of_birth)}{lunar}"
    if field.key == "company.company_size":
        people = _("%(count)s people") % {"count": number(profile.headcount)} if profile.headcount else ""
        money = profile.annual_turnover
        turnover = _("turnover %(amount)s") % {"amount": number(money)} if money else ""
        return " · ".join(filter(None, [people, turnover]))
    return value_in_words(field.model_field, getattr(profile, field.column))


def value_in_words(field: Any, value: Any) -> str:
    """Write a value of a column as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):
        return day(value)
    return str(dict(field.flatchoices).get(value, value))


def _custom(customer: Customer, known: _Known) -> list[FieldView]:
    views = []
    for field, value in custom_values(customer):
        text = custom_in_words(field, value)
        is_masked = bool(text) and field.is_personal and not known.is_readable
        key = f"custom.{field.key}"
        views.append(
            FieldView(key, str(field), MASK if is_masked else text, is_masked, known.provenance.get(key))
        )
    return views


def custom_in_words(field: CustomField, value: Any) -> str:
    """Write the value of a custom field as people read it."""
    if value is None or value == "":
        return ""
    if field.kind == CustomKind.YES_NO:
        return _("Yes") if value else _("No")
    if field.kind == CustomKind.DATE:
        return day(date.fromisoformat(value))
    return str(value)
