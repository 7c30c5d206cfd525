"""The fields whose filling analysis counts: each known once, named, and never opened."""

import pytest
from django.db import connection
from django.utils import translation
from psycopg import sql

from crm.sealing import SealedField
from customers.models import CompanyProfile, Customer, PersonProfile
from customers.selectors.field_facts import FIELDS_PER_WORD, field_label, filled_query, record_fields
from tests.cast import make_customer

WORDS_STORED = 2  # columns of analysis_customerquality


def test_every_field_has_one_bit_and_there_is_room_for_all() -> None:
    keys = [field.key for field in record_fields()]
    assert len(set(keys)) == len(keys) <= WORDS_STORED * FIELDS_PER_WORD


def test_every_field_of_a_profile_is_counted() -> None:
    keys = {field.key for field in record_fields()}
    for group, model in (("person", PersonProfile), ("company", CompanyProfile)):
        names = {
            field.name
            for field in model._meta.concrete_fields
            if field.editable or isinstance(field, SealedField)
        }
        asked = names - {"customer", "version", "birthday_is_lunar"}
        assert {f"{group}.{name}" for name in asked} <= keys


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_field_has_a_label(language: str) -> None:
    with translation.override(language):
        assert [field.key for field in record_fields() if field_label(field.key) == field.key] == []
    assert field_label("person.gone") == "person.gone"


@pytest.mark.django_db
def test_bits_say_which_fields_are_filled() -> None:
    person = make_customer("F1", "张三", kind="person", reputation="good")
    PersonProfile.objects.create(customer=person, major="law", religion=b"sealed")
    make_customer("F2", "Empty")
    with connection.cursor() as cursor:
        cursor.execute(filled_query().as_string(connection.connection))
        rows = {row[0]: row[2] | row[3] << FIELDS_PER_WORD for row in cursor.fetchall()}
    keys = [field.key for field in record_fields()]
    filled = {key for place, key in enumerate(keys) if rows[person.pk] >> place & 1}
    assert filled == {"customer.reputation", "person.major", "person.religion"}
    assert rows[Customer.objects.get(code="F2").pk] == 0


def test_what_is_sealed_is_only_asked_whether_it_is_there() -> None:
    sealed = {
        f"person.{field.name}" for field in PersonProfile._meta.fields if isinstance(field, SealedField)
    }
    conditions = {field.key: sql.Composed([field.is_filled]).as_string() for field in record_fields()}
    assert sealed
    assert all(conditions[key].endswith("IS NOT NULL") for key in sealed)
