"""Whatever is typed into a card, nothing is lost and somebody says what to do."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from customers.models import (
    Competitor,
    Complaint,
    ContactPoint,
    Customer,
    CustomerShare,
    Employment,
    FamilyMember,
    FieldProvenance,
    KeyPerson,
    Need,
    Relation,
)
from tests.cast import Cast, make_customer, sign_in

HUGE = str(2**63)


@pytest.fixture
def alice(cast: Cast) -> Client:
    return sign_in(cast.alice)


@pytest.fixture
def person(cast: Cast) -> Customer:
    return make_customer("P1", "陈国栋", kind="person", owner=cast.alice)


def opened(response: Any) -> Any:
    """Return the form that stands open on a card."""
    card = response.context["card"]
    return (card["opened"] or next(line["opened"] for line in card["lines"] if line["opened"])).form


@pytest.mark.parametrize(
    ("kind", "typed", "field", "words"),
    [
        ("contacts", {"kind": "mobile", "value": "12"}, "value", "phone"),
        ("contacts", {"kind": "email", "value": "nobody"}, "value", "valid email"),
        ("addresses", {"place": "office"}, "street", "at least the region"),
        ("addresses", {"region": "朝阳区"}, "region", "what it lies in"),
        ("needs", {"noted_on": "2026-02-30", "statement": "x"}, "noted_on", "valid date"),
        ("needs", {"statement": "a\0b"}, "statement", "Null characters"),
        (
            "dates",
            {"kind": "birthday", "calendar": "gregorian", "month": "4", "day": "31"},
            "day",
            "no such day",
        ),
        ("dates", {"kind": "birthday", "calendar": "lunar", "month": "8", "day": "31"}, "day", "no such day"),
        ("dates", {"calendar": "lunar", "month": "2", "day": "1", "year": "1850"}, "year", "1900"),
        ("dates", {"month": HUGE, "day": HUGE}, "month", ""),
        ("employments", {"position": "x"}, "company", "among our customers"),
        (
            "employments",
            {"company": "x", "started_on": "2020-01-02", "ended_on": "2020-01-01"},
            "ended_on",
            "before",
        ),
        ("relations", {"kind": "friend"}, "other_person", "Say who"),
        ("relations", {"kind": "friend", "other": "查无此人"}, "other", "No single customer"),
        ("interactions", {"occurred_at": "2999-01-01T00:00"}, "occurred_at", "future"),
        ("interactions", {"product": "没有"}, "product", "No single product"),
        (
            "complaints",
            {"reported_at": "2024-05-01T10:00", "occurred_at": "2024-05-02T10:00"},
            "occurred_at",
            "before",
        ),
        (
            "wallet",
            {"period_start": "2024-01-01", "period_end": "2024-01-01"},
            "period_end",
            "before it begins",
        ),
        ("wallet", {"amount_elsewhere": "-1"}, "amount_elsewhere", "zero or more"),
        (
            "opening",
            {"first_order_on": "2024-01-02", "last_order_on": "2024-01-01"},
            "last_order_on",
            "before",
        ),
        ("opportunities", {"title": "x", "probability": "101"}, "probability", "0 to 100"),
        ("gifts", {"value": "1e99"}, "value", ""),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_what_was_typed_is_kept(
    alice: Client, person: Customer, kind: str, typed: dict[str, str], field: str, words: str
) -> None:
    response = alice.post(f"/customers/{person.pk}/parts/{kind}/new/", typed)
    assert response.status_code == 422
    form = opened(response)
    assert words in " ".join(form.errors[field])
    for name, value in typed.items():
        assert form[name].value() == value


def test_numbers_are_kept_as_they_are_called(alice: Client, person: Customer) -> None:
    typed = {"kind": "phone", "value": "010-6552 9988 转 801", "place": "office"}
    alice.post(f"/customers/{person.pk}/parts/contacts/new/", typed)
    assert ContactPoint.objects.get().value == "+861065529988;ext=801"


def test_of_two_primary_numbers_the_last_one_is_it(alice: Client, person: Customer) -> None:
    address = f"/customers/{person.pk}/parts/contacts/new/"
    for value in ("13861236021", "13861236022"):
        alice.post(address, {"kind": "mobile", "value": value, "place": "office", "is_primary": "on"})
    assert list(ContactPoint.objects.filter(is_primary=True).values_list("value", flat=True)) == [
        "+8613861236022"
    ]


@pytest.mark.parametrize("kind", ["contacts", "account"])
def test_what_is_there_already_is_not_there_twice(alice: Client, person: Customer, kind: str) -> None:
    typed = {
        "kind": "mobile",
        "value": "13861236021",
        "place": "office",
        "account_type": "cash",
        "payment_terms_days": "0",
    }
    address = f"/customers/{person.pk}/parts/{kind}/new/"
    assert alice.post(address, typed).status_code == 302
    again = alice.post(address, typed)
    assert again.status_code == 422
    assert "on record already" in again.content.decode() or "already exists" in again.content.decode()


def test_the_second_of_two_editors_sees_what_the_first_one_changed(cast: Cast, alice: Client) -> None:
    need = Need.objects.create(customer=cast.huaxin, statement="要快", noted_on=date(2024, 1, 1))
    address = f"/customers/{cast.huaxin.pk}/parts/needs/{need.pk}/"
    bob = sign_in(cast.bob)
    seen = opened(bob.get(address))["seen"].value()
    hers = {
        "statement": "要更快",
        "noted_on": "2024-01-01",
        "seen": opened(alice.get(address))["seen"].value(),
    }
    alice.post(address, hers)
    response = bob.post(address, {"statement": "要便宜", "noted_on": "2024-01-01", "seen": seen})
    assert response.status_code == 409
    assert Need.objects.get().statement == "要更快"
    for words in ("要更快", "要便宜", "Somebody saved this before you"):
        assert words in response.content.decode()
    again = {"statement": "要便宜", "noted_on": "2024-01-01", "seen": opened(response)["seen"].value()}
    assert bob.post(address, again).status_code == 302
    assert Need.objects.get().statement == "要便宜"


def test_over_htmx_a_card_answers_with_itself(cast: Cast, alice: Client) -> None:
    address = f"/customers/{cast.huaxin.pk}/parts/needs/"
    htmx = {"HX-Request": "true"}
    wrong = alice.post(f"{address}new/", {"statement": ""}, headers=htmx)
    assert wrong.status_code == 200
    assert "This field is required" in wrong.content.decode()
    right = alice.post(f"{address}new/", {"statement": "要快", "noted_on": "2024-01-01"}, headers=htmx)
    text = right.content.decode()
    assert text.lstrip().startswith("<section")
    assert "要快" in text
    removed = alice.post(f"{address}{Need.objects.get().pk}/remove/", headers=htmx).content.decode()
    assert "put-back" in removed


def test_a_complaint_is_resolved_and_opened_again(cast: Cast, alice: Client) -> None:
    card = f"/customers/{cast.huaxin.pk}/parts"
    with time_machine.travel("2024-05-01T10:00:30+08:00"):
        alice.post(f"{card}/complaints/new/", {"complaint_type": "defect", "reported_at": "2024-05-01T10:00"})
    complaint = Complaint.objects.get()
    assert (complaint.rep, complaint.region) == (cast.alice, None)
    typed = {"resolution": "换货", "is_satisfied": "True", "resolved_at": "2024-05-03T10:00"}
    alice.post(f"{card}/resolutions/{complaint.pk}/", typed)
    complaint.refresh_from_db()
    assert complaint.resolved_at is not None
    assert (complaint.resolution, complaint.is_satisfied) == ("换货", True)
    assert "resolved in 2 days" in alice.get(f"{card}/complaints/").content.decode()
    alice.post(f"{card}/resolutions/{complaint.pk}/", {**typed, "resolved_at": ""})
    assert Complaint.objects.get().resolved_at is None


def test_a_new_name_makes_a_new_competitor_and_a_known_one_does_not(cast: Cast, alice: Client) -> None:
    address = f"/customers/{cast.huaxin.pk}/parts/rival-reps/new/"
    for competitor in ("Hengfeng", "HENGFENG"):
        alice.post(address, {"competitor": competitor, "name": "钱经理"})
    assert Competitor.objects.get().name == "Hengfeng"


def test_one_names_only_customers_whom_one_may_see(cast: Cast, alice: Client, person: Customer) -> None:
    hidden = make_customer("H1", "隐藏的人", kind="person", owner=cast.charlie)
    for other in ("隐藏的人", "H1", f"隐藏的人 ({hidden.code})"):
        response = alice.post(
            f"/customers/{person.pk}/parts/relations/new/", {"kind": "friend", "other": other}
        )
        assert response.status_code == 422
    assert not Relation.objects.exists()
    called = alice.get("/customers/choices/person/", {"for": "other", "other": "隐藏"})
    assert "隐藏的人" not in called.content.decode()


def test_an_employer_out_of_scope_is_not_shown_and_not_lost(
    cast: Cast, alice: Client, person: Customer
) -> None:
    employment = Employment.objects.create(customer=person, employer=cast.orphan, position="采购")
    address = f"/customers/{person.pk}/parts/employments/{employment.pk}/"
    assert "无主商行" not in alice.get(address).content.decode()
    seen = opened(alice.get(address))["seen"].value()
    alice.post(address, {"company": "某商行", "employer": "", "position": "店长", "seen": seen})
    employment.refresh_from_db()
    assert (employment.employer, employment.position) == (cast.orphan, "店长")


def test_only_what_is_in_scope_again_is_put_back(cast: Cast, alice: Client, person: Customer) -> None:
    employment = Employment.objects.create(customer=person, employer=cast.orphan, position="采购")
    role = KeyPerson.objects.create(customer=cast.huaxin, person=person, role="owner")
    for kind, row, status in (("employments", employment, 302), ("key-roles", role, 404)):
        card = f"/customers/{person.pk}/parts/{kind}/{row.pk}"
        assert alice.post(f"{card}/remove/").status_code == 302
        Customer.objects.filter(pk=cast.huaxin.pk).update(owner=cast.charlie)
        assert alice.post(f"{card}/put-back/").status_code == status
        Customer.objects.filter(pk=cast.huaxin.pk).update(owner=cast.alice)
    assert Employment.objects.get().employer == cast.orphan
    assert not KeyPerson.objects.exists()


def test_a_tie_to_a_customer_out_of_scope_can_be_reached_from_neither_end(
    cast: Cast, alice: Client, person: Customer
) -> None:
    role = KeyPerson.objects.create(customer=cast.orphan, person=person, role="owner")
    CustomerShare.objects.create(customer=cast.orphan, user=cast.charlie)
    for client, customer, kind in (
        (alice, person, "key-roles"),
        (sign_in(cast.charlie), cast.orphan, "key-people"),
    ):
        card = f"/customers/{customer.pk}/parts/{kind}/"
        assert not client.get(card).context["card"]["lines"]
        assert client.post(f"{card}{role.pk}/remove/").status_code == 404


def test_a_row_of_another_kind_or_customer_is_not_there(cast: Cast, alice: Client, person: Customer) -> None:
    child = FamilyMember.objects.create(customer=person, role="child")
    need = Need.objects.create(customer=person, statement="x", noted_on=date(2024, 1, 1))
    for path in (
        f"{person.pk}/parts/family/{child.pk}/",
        f"{cast.huaxin.pk}/parts/needs/{need.pk}/",
        f"{person.pk}/parts/needs/{HUGE}/",
        f"{person.pk}/parts/needs/x/",
        f"{person.pk}/parts/nothing/",
    ):
        assert alice.get(f"/customers/{path}").status_code == 404, path


def test_of_a_child_nothing_but_that_it_is_one_stands_on_its_card(alice: Client, person: Customer) -> None:
    alice.post(f"/customers/{person.pk}/parts/children/new/", {})
    child = FamilyMember.objects.get()
    text = alice.get(f"/customers/{person.pk}/parts/children/").content.decode()
    assert f"row={child.pk}" in text
    assert "name: none" in text


def test_where_a_number_came_from_is_noted(cast: Cast, alice: Client, person: Customer) -> None:
    typed = {"kind": "mobile", "value": "13861236021", "place": "office", "collected_by": "exhibition"}
    alice.post(f"/customers/{person.pk}/parts/contacts/new/", typed)
    noted = FieldProvenance.objects.get(customer=person, field="person.mobile")
    assert (noted.channel, noted.recorded_by) == ("exhibition", cast.alice)


def test_what_one_types_is_completed(cast: Cast, alice: Client) -> None:
    asked = {
        "company": "苏州",
        "region": "苏州",
        "product": "P",
        "competitor": "恒",
        "survey": "x",
        "customer": "szhx",
    }
    Competitor.objects.create(name="恒丰")
    for what, written in asked.items():
        response = alice.get(f"/customers/choices/{what}/", {"for": "x", "x": written})
        assert response.status_code == 200
    found = alice.get("/customers/choices/company/", {"for": "employer", "employer": "苏州"}).content.decode()
    assert "苏州华新家电 (K1)" in found


@pytest.mark.parametrize(("language", "words"), [("en", "lunar 8/15"), ("zh-hans", "八月十五")])
def test_a_lunar_day_is_written_as_people_say_it(
    cast: Cast, person: Customer, language: str, words: str
) -> None:
    alice = sign_in(cast.alice, language)
    typed = {"kind": "birthday", "calendar": "lunar", "month": "8", "day": "15"}
    with time_machine.travel("2026-09-20T12:00:00+08:00"):
        alice.post(f"/customers/{person.pk}/parts/dates/new/", typed)
        (line,) = alice.get(f"/customers/{person.pk}/parts/dates/").context["card"]["lines"]
    assert words in line["line"].details
    assert "5" in str(line["line"].tag)


def test_every_form_of_a_card_carries_its_token(cast: Cast, alice: Client) -> None:
    need = Need.objects.create(customer=cast.huaxin, statement="要快", noted_on=date(2024, 1, 1))
    address = f"/customers/{cast.huaxin.pk}/parts/needs/"
    for path in ("", "new/", f"{need.pk}/", f"?removed={need.pk}"):
        text = alice.get(address + path).content.decode()
        card = text[text.index('id="part-needs"') :]
        forms = card[: card.index("</section>")].split("<form")[1:]
        assert all("csrfmiddlewaretoken" in form for form in forms), path


def test_the_form_of_a_date_leads_a_child_s_day_to_where_it_is_sealed(cast: Cast) -> None:
    person = make_customer("K5", "陈国栋", owner=cast.alice, kind="person")
    page = sign_in(cast.alice).get(f"/customers/{person.pk}/parts/dates/new/").content.decode()
    assert "what is kept of a child is sealed" in page
    assert f'href="/customers/{person.pk}/parts/children/new/"' in page
    of_company = sign_in(cast.alice).get(f"/customers/{cast.huaxin.pk}/parts/dates/new/").content.decode()
    assert "parts/children/new" not in of_company
