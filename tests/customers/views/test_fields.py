"""The field dictionary: found by either language, managed by administrators alone."""

from collections.abc import Callable
from typing import Any

import pytest

from customers.models import CustomField, CustomKind
from tests.cast import Cast, sign_in


@pytest.mark.parametrize("written", ["favourite cuisine", "菜系", "person.favourite_cuisine"])
def test_a_field_is_found_by_either_language_and_by_its_key(cast: Cast, written: str) -> None:
    answer = sign_in(cast.alice).get("/customers/fields/", {"q": written})
    groups = [each["group"] for each in answer.context["groups"]]
    found = [(group.key, [each.key for each in group.entries]) for group in groups]
    assert found == [("person.lifestyle", ["person.favourite_cuisine"])]


def test_a_field_that_is_not_there_is_said_to_be_so(cast: Cast) -> None:
    assert "No field is called so" in sign_in(cast.alice).get("/customers/fields/?q=zzz").content.decode()


def test_the_dictionary_is_read_in_few_queries(
    cast: Cast, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = sign_in(cast.alice)
    with django_assert_max_num_queries(8):
        assert client.get("/customers/fields/").status_code == 200


def test_programs_read_the_fields_as_json(cast: Cast) -> None:
    fields = {
        each["key"]: each for each in sign_in(cast.alice).get("/customers/fields.json").json()["fields"]
    }
    assert fields["person.religion"]["sensitivity"] == "sensitive"
    degrees = [each["value"] for each in fields["person.highest_degree"]["choices"]]
    assert "bachelor" in degrees


def test_what_a_field_holds_stays_what_it_was(cast: Cast) -> None:
    field = CustomField.objects.create(key="shoe", label="鞋码", kind=CustomKind.NUMBER)
    typed = {"label": "鞋的尺码", "key": "other", "kind": "text", "is_active": "on"}
    assert sign_in(cast.ada).post(f"/customers/fields/custom/{field.pk}/", typed).status_code == 302
    field.refresh_from_db()
    assert (field.label, field.key, field.kind) == ("鞋的尺码", "shoe", "number")


def test_a_choice_needs_something_to_choose_from(cast: Cast) -> None:
    typed = {"label": "等级", "key": "grade", "kind": "choice", "choices": " \n", "is_active": "on"}
    answer = sign_in(cast.ada).post("/customers/fields/custom/new/", typed)
    assert answer.status_code == 422
    assert "Name at least one choice" in answer.content.decode()
