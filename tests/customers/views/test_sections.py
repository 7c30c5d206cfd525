"""The sections of a profile: edited in place, nothing lost, nothing shown to those who may not read it."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import AuditEntry
from customers.models import (
    CompanyProfile,
    Customer,
    CustomField,
    CustomValue,
    FieldProvenance,
    PersonProfile,
)
from customers.selectors.sections import completeness, profile_sections
from tests.cast import Cast, make_customer, sign_in


@pytest.fixture
def wang(cast: Cast) -> Customer:
    """Return a person of Alice's."""
    return make_customer("P1", "王小明", kind="person", owner=cast.alice)


def edit(client: Client, person: Customer, slug: str, **typed: object) -> int:
    address = f"/customers/{person.pk}/profile/{slug}/edit/"
    return client.post(address, {"version": 0, **typed}).status_code


def tab(client: Client, person: Customer, **parameters: str) -> str:
    return client.get(
        f"/customers/{person.pk}/", {"tab": "profile", "open": "all", **parameters}
    ).content.decode()


def test_a_section_is_saved_with_where_it_came_from(cast: Cast, wang: Customer) -> None:
    client = sign_in(cast.alice)
    assert edit(client, wang, "education", major="电气工程", collected_by="event") == 302
    assert PersonProfile.objects.get(customer=wang).major == "电气工程"
    noted = FieldProvenance.objects.get(customer=wang)
    assert (noted.field, noted.channel, noted.recorded_by) == ("person.major", "event", cast.alice)
    assert AuditEntry.objects.get(action="profile.edit").detail == {
        "section": "person.education",
        "fields": ["major"],
    }
    assert "电气工程" in tab(client, wang)


def test_over_htmx_the_card_alone_answers(cast: Cast, wang: Customer) -> None:
    client = sign_in(cast.alice)
    address = f"/customers/{wang.pk}/profile/education/edit/"
    answer = client.post(address, {"version": 0, "major": "会计"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith("<details")
    assert "会计" in answer.content.decode()


def test_the_second_of_two_writers_sees_what_changed_and_loses_nothing(cast: Cast, wang: Customer) -> None:
    client = sign_in(cast.alice)
    edit(client, wang, "education", major="会计", awards="一等奖")
    client.post(
        f"/customers/{wang.pk}/profile/education/edit/", {"version": 1, "major": "法律", "awards": "一等奖"}
    )
    late = client.post(
        f"/customers/{wang.pk}/profile/education/edit/", {"version": 1, "major": "会计", "awards": "特等奖"}
    )
    text = late.content.decode()
    assert late.status_code == 409
    assert "Somebody saved this before you" in text
    assert 'value="法律"' in text
    assert 'value="特等奖"' in text
    again = {"version": 2, "major": "法律", "awards": "特等奖"}
    assert client.post(f"/customers/{wang.pk}/profile/education/edit/", again).status_code == 302
    profile = PersonProfile.objects.get(customer=wang)
    assert (profile.major, profile.awards, profile.version) == ("法律", "特等奖", 3)


def test_what_is_wrong_is_said_and_what_was_typed_stays(cast: Cast) -> None:
    client = sign_in(cast.alice)
    address = f"/customers/{cast.huaxin.pk}/profile/basics/edit/"
    typed = {"version": 0, "unified_social_credit_code": "91110000100006006X", "business_lines": "家电"}
    answer = client.post(address, typed)
    assert answer.status_code == 422
    assert "social credit code is wrong" in answer.content.decode()
    assert 'value="家电"' in answer.content.decode()
    assert not CompanyProfile.objects.exists()


def test_an_auditor_reads_no_personal_value(cast: Cast, wang: Customer) -> None:
    edit(sign_in(cast.alice), wang, "education", major="电气工程")
    text = tab(sign_in(cast.otto), wang)
    assert "电气工程" not in text
    assert "••••••" in text


def test_a_field_that_is_still_true_is_verified_today(cast: Cast, wang: Customer) -> None:
    client = sign_in(cast.alice)
    edit(client, wang, "education", major="会计")
    FieldProvenance.objects.update(verified_on=date(2020, 1, 1))
    assert "dot-warn" in tab(client, wang)
    assert client.post(f"/customers/{wang.pk}/fields/person.major/confirm/").status_code == 302
    assert FieldProvenance.objects.get().verified_on == timezone.localdate()


def test_a_field_of_ones_own_appears_is_filled_in_and_shown(cast: Cast, wang: Customer) -> None:
    admin = sign_in(cast.ada)
    made = {
        "label": "鞋码",
        "english_label": "Shoe size",
        "key": "shoe-size",
        "kind": "number",
        "is_active": "on",
    }
    assert admin.post("/customers/fields/custom/new/", made).status_code == 302
    client = sign_in(cast.alice)
    assert edit(client, wang, "other", **{"custom-shoe-size": "42"}) == 302
    assert CustomValue.objects.get().value == "42"
    text = tab(client, wang)
    assert "Shoe size" in text
    assert CustomField.objects.get().position == 1


def test_the_second_writer_of_fields_of_ones_own_loses_nothing_either(cast: Cast, wang: Customer) -> None:
    for key in ("shoe", "hat", "glove"):
        CustomField.objects.create(key=key, label=key, kind="number")
    client, opened = sign_in(cast.alice), {"custom-shoe": "", "custom-hat": "", "custom-glove": "8"}
    assert edit(client, wang, "other", **opened) == 302
    assert edit(client, wang, "other", **{**opened, "version": 1, "custom-shoe": "43"}) == 302
    address = f"/customers/{wang.pk}/profile/other/edit/"
    late = client.post(address, {**opened, "version": 1, "custom-hat": "5"})
    assert late.status_code == 409
    told = [(each.label, each.before, each.theirs, each.yours) for each in late.context["differences"]]
    assert told == [("shoe", "", "43", ""), ("hat", "", "", "5")]
    form = late.context["form"]
    assert client.post(address, {each.html_name: each.value() or "" for each in form}).status_code == 302
    held = dict(CustomValue.objects.values_list("field__key", "value"))
    assert held == {"shoe": "43", "hat": "5", "glove": "8"}


def test_a_choice_that_was_put_away_stays_with_whom_it_was_chosen_for(cast: Cast, wang: Customer) -> None:
    grade = CustomField.objects.create(key="grade", label="等级", kind="choice", choices=["甲"])
    CustomValue.objects.create(customer=wang, field=grade, value="乙")
    client = sign_in(cast.alice)
    form = client.get(f"/customers/{wang.pk}/profile/other/edit/").context["form"]
    assert [value for value, _label in form["custom-grade"].field.choices] == ["", "甲", "乙"]
    assert edit(client, wang, "other", **{"custom-grade": "乙"}) == 302
    assert edit(client, wang, "other", **{"version": 1, "custom-grade": "丙"}) == 422
    assert CustomValue.objects.get().value == "乙"


def test_whoever_adds_a_field_reads_that_sensitive_values_have_places_of_their_own(cast: Cast) -> None:
    page = sign_in(cast.ada).get("/customers/fields/custom/new/").content.decode()
    assert "Not for what the law calls sensitive" in page


def test_only_an_administrator_adds_fields(cast: Cast) -> None:
    assert sign_in(cast.dora).get("/customers/fields/custom/new/").status_code == 403


def test_an_employer_out_of_sight_is_not_named(cast: Cast, wang: Customer) -> None:
    PersonProfile.objects.create(customer=wang, employer=cast.orphan)
    assert "无主商行" not in tab(sign_in(cast.alice), wang)
    assert "无主商行" in tab(sign_in(cast.ada), wang)


def test_the_ring_counts_what_matters_and_asks_for_the_next(cast: Cast, wang: Customer) -> None:
    client = sign_in(cast.alice)
    before = client.get(f"/customers/{wang.pk}/").context["completeness"]
    edit(client, wang, "personality", taboos_and_values="不谈政治")
    after = client.get(f"/customers/{wang.pk}/").context["completeness"]
    assert after.percent > before.percent
    assert before.ask == "What is their mobile number?"


def test_nobody_is_asked_for_what_they_cannot_have(cast: Cast, wang: Customer) -> None:
    assert not {"customer.industry", "customer.business_model"} & set(completeness(wang).missing)
    assert "customer.industry" in completeness(cast.huaxin).missing
    spouses = {"person.wedding_anniversary", "person.spouse"}
    assert spouses <= set(completeness(wang).missing)
    PersonProfile.objects.update_or_create(customer=wang, defaults={"marital_status": "single"})
    assert not spouses & set(completeness(wang).missing)
    (family,) = [each for each in profile_sections(cast.alice, wang) if each.key == "person.family"]
    assert "wedding" not in family.ask


def test_a_birthday_is_not_asked_again_once_known(cast: Cast, wang: Customer) -> None:
    client = sign_in(cast.alice)
    assert edit(client, wang, "basics", date_of_birth="1978-03-12", birthday_is_lunar="on") == 302
    missing = client.get(f"/customers/{wang.pk}/").context["completeness"].missing
    assert "person.date_of_birth" not in missing
    assert "lunar calendar" in tab(client, wang)


def test_a_stale_value_is_marked(cast: Cast, wang: Customer) -> None:
    client = sign_in(cast.alice)
    edit(client, wang, "education", major="会计")
    FieldProvenance.objects.update(verified_on=timezone.localdate() - timedelta(days=10))
    assert "dot-good" in tab(client, wang)


def test_a_birthday_that_comes_round_is_told_to_those_who_may_read_it(cast: Cast, wang: Customer) -> None:
    soon = timezone.localdate() + timedelta(days=20)
    PersonProfile.objects.create(customer=wang, date_of_birth=date(1980, soon.month, min(soon.day, 28)))
    for user, is_told in ((cast.alice, True), (cast.otto, False)):
        dates = sign_in(user).get(f"/customers/{wang.pk}/").context["dates"]
        assert bool(dates) is is_told


@pytest.mark.parametrize(
    ("slug", "typed"),
    [
        ("basics", {"height_cm": "1000"}),
        ("basics", {"weight_kg": "800"}),
        ("basics", {"job_title": "x" * 101}),
        ("basics", {"date_of_birth": "1978-02-30"}),
        ("other", {"custom-shoe": "1e999"}),
    ],
)
def test_what_no_column_can_hold_is_refused_in_words(
    cast: Cast, wang: Customer, slug: str, typed: dict[str, str]
) -> None:
    CustomField.objects.create(key="shoe", label="鞋码", kind="number")
    assert edit(sign_in(cast.alice), wang, slug, **typed) == 422


def test_a_number_beyond_all_measure_is_refused_in_words(cast: Cast) -> None:
    assert edit(sign_in(cast.alice), cast.huaxin, "characteristics", headcount=str(2**63)) == 422
