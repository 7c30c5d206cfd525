"""Where values came from: by a note, or by the version that wrote them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pghistory
import pytest
from django.utils import translation

from crm.models import Role
from customers.models import ContactPoint, Customer, FieldProvenance, Need
from customers.selectors.provenance import noted, of_core_facts, of_rows
from customers.services.parts import add_part
from customers.services.provenance import confirm
from tests.cast import Cast, make_user, sign_in
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
