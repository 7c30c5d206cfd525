"""Where values came from: by a note, or by the version that wrote them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pghistory
import pytest
from django.db.models import F
from django.utils import timezone, translation

from crm.models import Role, User
from customers.models import (
    ContactPoint,
    Customer,
    CustomField,
    CustomValue,
    FieldProvenance,
    Need,
)
from customers.selectors.merging import MERGED
from customers.selectors.provenance import noted, of_core_facts, of_rows
from customers.selectors.sections import profile_sections
from customers.services.merging.merges import merge_customers, undo_merge
from customers.services.parts import add_part
from customers.services.provenance import confirm
from customers.services.sections import update_section
from tests.cast import Cast, make_customer, make_user, sign_in
from tests.customers.services.imports.conftest import Bring, bring, media

__all__ = ["bring", "media"]
FILE = "客户编号,客户名称,客户类型,行业,手机\nK7,宏图,企业,家电,13800138000\n"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_what_an_import_brought_says_so_on_core_facts_and_cards(bring: Bring) -> None:
    ada = make_user("ada", Role.ADMIN)
    bring("customers", FILE)
    customer = Customer.objects.get(code="K7")
    assert not FieldProvenance.objects.exists()
    assert of_core_facts(customer, {})["customer.industry"].channel == "Internal records"
    page = sign_in(ada).get(f"/customers/{customer.pk}/").content.decode()
    assert "Where Industry came from" in page
    contacts = sign_in(ada).get(f"/customers/{customer.pk}/parts/contacts/").content.decode()
    assert "Internal records" in contacts


def test_a_column_came_from_the_version_that_wrote_it_last(cast: Cast) -> None:
    customer = cast.huaxin
    with pghistory.context(user=cast.bob.pk):
        Customer.objects.filter(pk=customer.pk).update(reputation="好")
    with pghistory.context(user=cast.alice.pk):
        Customer.objects.filter(pk=customer.pk).update(lifecycle="lost")
    found = of_core_facts(customer, noted(customer))
    assert (found["customer.reputation"].who, found["customer.lifecycle"].who) == ("Bob", "Alice")


def test_a_note_counts_until_the_column_is_written_again(cast: Cast) -> None:
    customer = cast.huaxin
    confirm(customer.pk, "customer.lifecycle", actor=cast.alice)
    FieldProvenance.objects.update(channel="event", recorded_by=cast.alice)
    notes = noted(customer)
    assert of_core_facts(customer, notes)["customer.lifecycle"].channel == "Event"
    note = notes["customer.lifecycle"]
    notes["customer.lifecycle"] = replace(note, recorded_at=note.recorded_at - timedelta(days=900))
    Customer.objects.filter(pk=customer.pk).update(lifecycle="lost")
    assert of_core_facts(customer, notes)["customer.lifecycle"].channel == ""


def test_to_say_that_it_is_still_true_does_not_claim_to_have_written_it(bring: Bring) -> None:
    ada = make_user("ada", Role.ADMIN)
    bring("customers", FILE)
    customer = Customer.objects.get(code="K7")
    answer = sign_in(ada).post(f"/customers/{customer.pk}/fields/customer.industry/confirm/")
    assert (answer.status_code, answer["Location"]) == (302, f"/customers/{customer.pk}/")
    assert FieldProvenance.objects.get().channel == "internal_records"


HEAD = "customer code,customer name,kind,founded on\n"


def told(user: User, customer: Customer) -> dict[str, tuple[str, str]]:
    """Return what the sections of a profile say of where each value came from: by which way, by whom."""
    sections = profile_sections(user, customer)
    known = [field for each in sections for field in each.fields if field.text]
    return {each.key: (each.provenance.channel, each.provenance.who) for each in known if each.provenance}


def test_what_an_import_brought_says_so_on_every_field_of_a_profile(bring: Bring) -> None:
    ada = make_user("ada", Role.ADMIN)
    bring(
        "customers",
        "客户编号,客户名称,客户类型,统一社会信用代码,成立日期\nK7,宏图,企业,91110000100006006P,2001-02-03\n",
    )
    customer = Customer.objects.get(code="K7")
    field = CustomField.objects.create(key="shoe", label="鞋码", kind="text")
    with pghistory.context(import_batch=1):
        CustomValue.objects.create(customer=customer, field=field, value="42")
    brought = ["company.founded_on", "company.unified_social_credit_code", "custom.shoe"]
    said = told(ada, customer)
    assert [said[key] for key in brought] == [("Internal records", "")] * 3
    assert not FieldProvenance.objects.exists()
    for key in brought:
        assert confirm(customer.pk, key, actor=ada).channel == "internal_records"


def test_a_profile_says_who_wrote_it_last_and_not_who_was_noted_before(bring: Bring, cast: Cast) -> None:
    bring("customers", HEAD + "K7,Hongtu,company,2001-02-03\n")
    customer = Customer.objects.get(code="K7")
    changes = {"founded_on": date(2002, 2, 2), "business_lines": "家电"}
    update_section(
        customer.pk, "company.basics", actor=cast.ada, version=1, changes=changes, collected_by="event"
    )
    assert told(cast.ada, customer)["company.founded_on"] == ("Event", "Ada")
    # Versions are of the time at which their transaction began, which in a test is one for all of them.
    the_day_before = F("recorded_at") - timedelta(days=1)
    FieldProvenance.objects.filter(field="company.founded_on").update(recorded_at=the_day_before)
    bring("customers", HEAD + "K7,Hongtu,company,2003-03-03\n", actor=make_user("eve", Role.ADMIN))
    said = told(cast.ada, customer)
    assert said["company.founded_on"] == ("Internal records", "Eve")
    assert said["company.business_lines"] == ("Event", "Ada")


def test_a_merge_carries_over_where_a_value_came_from(cast: Cast) -> None:
    eve = make_user("eve", Role.ADMIN)
    kept, merged = (make_customer(code, "陈国栋", kind="person", owner=cast.ada) for code in ("P1", "P2"))
    for customer, user, major in ((kept, cast.ada, "会计"), (merged, eve, "法律")):
        changes = {"major": major}
        update_section(
            customer.pk, "person.education", actor=user, version=0, changes=changes, collected_by="event"
        )
    FieldProvenance.objects.filter(customer=merged).delete()
    chosen = {"person.major": MERGED}
    merge = merge_customers(actor=cast.ada, kept_id=kept.pk, merged_id=merged.pk, chosen=chosen)
    assert told(cast.ada, kept)["person.major"] == ("", "Eve")
    undo_merge(merge.pk, actor=cast.ada)
    assert told(cast.ada, kept)["person.major"] == ("Event", "Ada")


@pytest.mark.parametrize("way", ["event", ""])
def test_each_row_of_a_card_has_its_own_source(cast: Cast, way: str) -> None:
    customer = cast.huaxin
    with pghistory.context(user=cast.bob.pk):
        first = Need.objects.create(customer=customer, statement="要快", noted_on="2024-03-01")
    fields = {"customer": customer, "statement": "要省", "noted_on": "2024-03-02"}
    second = add_part(Need, actor=cast.alice, fields=fields, collected_by=way)
    found = of_rows(customer, [first, second], noted(customer))
    assert [found[row.pk].who for row in (first, second)] == ["Bob", "Alice"]
    assert [found[row.pk].channel for row in (first, second)] == ["", "Event" if way else ""]
    assert of_rows(customer, list(ContactPoint.objects.none()), {}) == {}


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("residence", {"property_type": "apartment"}),
        ("needs", {"statement": "要快", "noted_on": "2024-03-01"}),
    ],
)
def test_every_card_of_the_profile_asks_how_it_was_learned_and_says_so(
    cast: Cast, kind: str, typed: dict[str, str]
) -> None:
    alice, cards = sign_in(cast.alice), f"/customers/{cast.huaxin.pk}/parts/{kind}/"
    assert alice.post(f"{cards}new/", {**typed, "collected_by": "event"}).status_code == 302
    line = alice.get(cards).context["card"]["lines"][0]
    assert (line["source"].channel, line["source"].who) == ("Event", "Alice")


def test_a_row_that_is_still_true_is_verified_and_no_other(cast: Cast) -> None:
    add = partial(add_part, Need, actor=cast.bob, collected_by="event")
    for statement in ("要快", "要省"):
        add(fields={"customer": cast.huaxin, "statement": statement, "noted_on": "2024-03-01"})
    long_ago = date(2020, 1, 1)
    FieldProvenance.objects.update(verified_on=long_ago)
    page = f"/customers/{cast.huaxin.pk}/parts/needs/"
    first = sign_in(cast.alice).get(page).context["card"]["lines"][0]
    assert sign_in(cast.otto).post(first["confirm_url"]).status_code == 403
    answer = sign_in(cast.alice).post(first["confirm_url"], headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith("<section")
    key = first["confirm_url"].split("/")[-3]
    verified = dict(FieldProvenance.objects.values_list("field", "verified_on"))
    assert verified.pop(f"need:{key}") == timezone.localdate()
    assert set(verified.values()) == {long_ago}
    again = sign_in(cast.otto).get(page).context["card"]["lines"][0]
    assert (again["source"].channel, again["source"].who, again["confirm_url"]) == ("Event", "Bob", "")
