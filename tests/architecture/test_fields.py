"""Every name of docs/records.md has its place: model, form, page, both languages, files and metadata, in its class."""

import re
from functools import cache
from typing import Any, NamedTuple

import pytest
from django.db import models
from django.utils import timezone, translation
from django.utils.html import escape

from crm.local.home import ROOT
from crm.sensitivity import Sensitivity
from customers.forms.profiles import CustomerForm
from customers.forms.sections import columns_of
from customers.forms.tasks import OutcomeForm, TaskForm
from customers.models import (
    Address,
    CompanyProfile,
    ContactPoint,
    Customer,
    CustomField,
    CustomValue,
    Employment,
    FamilyMember,
    Gift,
    KeyPerson,
    Need,
    Note,
    PersonProfile,
    Relation,
    Survey,
    Task,
)
from customers.selectors.catalogue import FIELDS, SECTIONS, ProfileField, fields_of
from customers.selectors.dictionary import find
from customers.selectors.metadata import describe_fields
from customers.selectors.record_values import values_of
from customers.views.directory import REGISTERS
from customers.views.parts.kinds import KINDS
from customers.views.places import place_of
from customers.views.sections import PARTS
from tests.cast import Cast, make_customer, sign_in

PROFILES = (PersonProfile, CompanyProfile)
# Records that come by import alone.
IMPORTED = {"product", "productcost", "order", "orderline", "payment"}
# By these a file's rows are known again.
REFERENCES = {"interaction.reference", "complaint.reference"}
# Told by a file of itself, by the task list of what becomes of a task, and by who writes.
TOLD = {
    "attachment.content_type", "attachment.size", "attachment.uploaded_by",
    "task.origin", "task.created_by", "task.done_at", "informant.owner", "customer.potential_author",
}  # fmt: skip


class Row(NamedTuple):
    """One line of the document."""

    english: str
    chinese: str
    key: str
    sensitivity: str
    place: str
    comes_by: str


@cache
def documented() -> list[Row]:
    """Return the fields that the document names."""
    text = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
    lines = re.findall(
        r"^\| (.+?) \| (.+?) \| `(\S+?)` \| .+? \| `(\w+)` \| (.+?) \| (.+?) \|$", text, re.MULTILINE
    )
    return [Row(english.removesuffix(" ✎"), *rest) for english, *rest in lines]


def test_every_name_of_the_records_is_among_the_fields() -> None:
    text = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`([a-z]+\.\w+)`", text))
    assert len(names) > 250
    assert names - {row.key for row in documented()} == set()


def own(*prefixes: str) -> list[ProfileField]:
    """Return the documented fields of persons, companies or customers."""
    return [FIELDS[row.key] for row in documented() if row.key.partition(".")[0] in prefixes]


def test_the_document_and_the_catalogue_name_the_same_fields() -> None:
    assert [row.key for row in documented()] == [each.key for each in in_sections()]


def in_sections() -> list[ProfileField]:
    """Return the catalogue's fields section by section."""
    return [field for section in SECTIONS for field in fields_of(section)]


def test_every_field_has_a_column_and_its_class() -> None:
    for row in documented():
        field = FIELDS[row.key]
        assert isinstance(field.model_field, models.Field), row.key
        assert field.sensitivity == row.sensitivity, row.key


def test_every_field_has_its_label_in_both_languages() -> None:
    for row in documented():
        with translation.override("en"):
            assert str(FIELDS[row.key].title).lower() == row.english.lower()
        with translation.override("zh-hans"):
            assert str(FIELDS[row.key].title) == row.chinese


def test_every_question_is_asked_in_both_languages() -> None:
    asked = [each for each in FIELDS.values() if each.question]
    assert len(asked) > 80
    for field in asked:
        with translation.override("zh-hans"):
            assert re.search(r"[一-鿿]", str(field.question)), field.key


def test_the_metadata_describes_every_field_as_the_document_has_it() -> None:
    described = {each["key"]: each for each in describe_fields()}
    for row in documented():
        told = described[row.key]
        assert told["sensitivity"] == row.sensitivity
        assert told["labels"]["zh-hans"] == row.chinese
        assert told["type"] == FIELDS[row.key].type.value


def form_columns() -> dict[Any, set[str]]:
    """Return the columns that people can type in, by model."""
    typed: dict[Any, set[str]] = {
        Customer: set(CustomerForm.base_fields),
        Task: {*TaskForm.base_fields, *OutcomeForm.base_fields},
        Survey: {"title", "asked_on", "questions"},  # by naming a new one: SurveyField, SurveyAnswerForm
    }
    for kind in KINDS.values():
        typed.setdefault(kind.model, set()).update(kind.form.base_fields)
    for register in REGISTERS.values():
        typed.setdefault(register.model, set()).update(register.form.base_fields)
    for field in own("person", "company"):
        if field.model in PROFILES:
            typed.setdefault(field.model, set()).update(columns_of(field.section))
    return typed


def way_in(field: ProfileField, typed: dict[Any, set[str]]) -> str:
    """Return by which way a field gets its value."""
    record = field.key.partition(".")[0]
    if field.is_derived or field.key == "customer.pinyin":
        return "computed"
    if field.is_sealed:
        return "page of its own"
    if record in IMPORTED or field.key in REFERENCES:
        return "import"
    if record == "region" or field.key in TOLD:
        return "product"
    asked = {column for column in field.columns if f"{record}.{column}" not in TOLD}
    return "form" if field.model is CustomValue or asked <= typed.get(field.model, set()) else "none"


def test_every_field_comes_by_the_way_that_the_document_names() -> None:
    typed = form_columns()
    for row in documented():
        assert row.comes_by == way_in(FIELDS[row.key], typed), row.key
    imported = {row.key.partition(".")[0] for row in documented() if row.comes_by == "import"}
    assert imported == IMPORTED | {"interaction", "complaint"}
    assert not IMPORTED & {model._meta.model_name for model in typed}


def test_every_field_stands_where_the_document_and_its_card_say() -> None:
    for row in documented():
        place = place_of(FIELDS[row.key])
        with translation.override("en"):
            assert row.place == f"{'record › ' if place.tab else ''}{place.label}", row.key
        cards = {f"part-{name}": kind for name, kind in KINDS.items()}
        if place.anchor in cards:
            assert cards[place.anchor].tab == place.tab, row.key


def test_the_dictionary_leads_to_every_field(cast: Cast, person: Customer, company: Customer) -> None:
    client = sign_in(cast.ada)
    shown: dict[str, str] = {}
    for field in map(FIELDS.__getitem__, (row.key for row in documented())):
        customer = company if field.key.startswith("company.") else person
        place = place_of(field)
        url = place.url(f"/customers/{customer.pk}/").partition("#")[0]
        if url not in shown:
            answer = client.get(url)
            assert answer.status_code == 200, url
            shown[url] = answer.content.decode()
        assert not place.anchor or f'id="{place.anchor}"' in shown[url], (field.key, url)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_stranger_finds_every_field_of_a_section_in_either_language(db: None, section: str) -> None:
    for field in fields_of(section):
        for language in ("en", "zh-hans"):
            with translation.override(language):
                words = str(field.title)
            found = {entry.key for group in find(words) for entry in group.entries}
            assert field.key in found, (field.key, words)


@pytest.fixture
def person(cast: Cast) -> Customer:
    """Return a person of whom everything is known that a rep may take out of the house."""
    return filled(make_customer("P1", "陈国栋", kind="person", owner=cast.dora), cast)


@pytest.fixture
def company(cast: Cast) -> Customer:
    """Return a company of which everything is known."""
    return filled(make_customer("C1", "恒泰连锁", owner=cast.dora), cast)


def filled(customer: Customer, cast: Cast) -> Customer:
    """Fill in the profile of a customer and a row in each of its tables."""
    model = PersonProfile if customer.kind == "person" else CompanyProfile
    names = {name for each in own(customer.kind) if each.model is model for name in each.columns}
    held = [model._meta.get_field(name) for name in names]
    given = {each.attname: example(each) for each in held if hasattr(each, "attname")}
    model.objects.create(customer=customer, **{k: v for k, v in given.items() if v is not None})
    for kind in ("mobile", "phone", "fax", "email"):
        for place in ("home", "office"):
            ContactPoint.objects.create(customer=customer, kind=kind, place=place, value=f"{kind}-{place}")
    for place in ("home", "office"):
        Address.objects.create(customer=customer, place=place, street="人民路 1 号")
    Note.objects.create(customer=customer, body="好客户")
    FamilyMember.objects.create(customer=customer, role="spouse", name="周岚")
    Employment.objects.create(customer=customer, company="旧公司")
    Relation.objects.create(customer=customer, other_person="哥哥", kind="relative")
    for role in ("owner", "manager", "legal_representative", "buyer", "finance"):
        KeyPerson.objects.create(customer=customer, person=cast.orphan, role=role)
    field, _is_new = CustomField.objects.get_or_create(key="shoe", defaults={"label": "鞋码", "kind": "text"})
    CustomValue.objects.create(customer=customer, field=field, value="42")
    return customer


def example(field: Any) -> Any:
    """Return a value that a column can hold; nothing for links and what is sealed."""
    if field.is_relation or isinstance(field, models.BinaryField):
        return None
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateField):
        return timezone.localdate()
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.IntegerField | models.DecimalField):
        return 90
    return f"{field.name} 好"[: field.max_length]


def test_every_field_of_a_profile_is_on_its_page(cast: Cast, person: Customer, company: Customer) -> None:
    client = sign_in(cast.dora)
    for customer in (person, company):
        page = client.get(f"/customers/{customer.pk}/?tab=profile&open=all").content.decode().lower()
        for field in own(customer.kind):
            if field.model in PROFILES or field.is_sealed:
                assert escape(str(field.title)).lower() in page, field.key
            elif field.model is not CustomValue:
                cards = [KINDS[name] for name in PARTS[field.section]]
                assert field.model in {card.model for card in cards}, field.key
        assert "鞋码" in page
        for name in PARTS[f"{customer.kind}.basics"]:
            assert f'id="part-{name}"' in page


def test_every_core_fact_is_on_the_page_where_it_is_edited(cast: Cast, company: Customer) -> None:
    page = sign_in(cast.dora).get(f"/customers/{company.pk}/edit/").content.decode().lower()
    core = [each for each in own("customer") if each.section == "customer.core"]
    hidden = [each.key for each in core if f'name="{each.column}"' not in page]
    assert hidden == [
        "customer.pinyin",
        "customer.team",
    ]  # computed; given by those who see the whole company


def test_every_known_field_is_in_a_file_and_nothing_sensitive_is(
    cast: Cast, person: Customer, company: Customer
) -> None:
    for customer in (person, company):
        told = {each.key for each in values_of(cast.dora, customer, personal=True)}
        kept = [each for each in own(customer.kind) if not each.is_derived and each.key != "person.employer"]
        expected = {each.key for each in kept if not each.is_sealed and each.model is not CustomValue}
        assert expected - told - {"person.relations"} == KEY_PEOPLE_UNSEEN & expected
        assert "custom.shoe" in told
        assert not {key for key in told if key in FIELDS and FIELDS[key].is_sealed}


KEY_PEOPLE_UNSEEN = {
    f"company.{role}" for role in ("owner", "manager", "legal_representative", "buyer", "finance")
}


def test_personal_values_leave_only_when_asked_for(cast: Cast, person: Customer) -> None:
    told = values_of(cast.dora, person, personal=False)
    classes = {FIELDS[each.key].sensitivity for each in told if each.key in FIELDS}
    assert classes <= {Sensitivity.OPEN, Sensitivity.PERSONAL}
    assert {each.key for each in told if each.key.startswith("person.")} == {
        "person.relations.is_closest",
        "person.relations.kind",
    }


def test_what_hangs_on_a_customer_is_in_its_file_too(cast: Cast, person: Customer, company: Customer) -> None:
    told = {each.key for each in values_of(cast.ada, company, personal=True)}
    assert told >= KEY_PEOPLE_UNSEEN
    PersonProfile.objects.filter(customer=person).update(employer=company)
    Need.objects.create(customer=person, statement="要更快到货", noted_on=timezone.localdate())
    Gift.objects.create(customer=person, description="茶", given_on=timezone.localdate())
    told = {each.key for each in values_of(cast.ada, person, personal=True)}
    assert told >= {"person.employer", "person.relations.other_person", "customer.needs", "gift.description"}
