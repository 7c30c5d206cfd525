"""The page of one sensitive value, from switch to purge."""

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import AuditEntry
from customers.models import Customer, PersonProfile
from customers.services.privacy import give_consent, reveal, store_sensitive, switch_field
from tests.cast import Cast, make_customer, sign_in

KEY = "person.religion"


@pytest.fixture
def kept(cast: Cast) -> Customer:
    """Return a person of Alice's whose religion is kept, with consent."""
    person = make_customer("P1", "王小明", kind="person", owner=cast.alice)
    switch_field(KEY, actor=cast.ada, is_on=True, purpose="宴请安排", assessment="风险低")
    give_consent(person.pk, KEY, actor=cast.alice, evidence="签字", given_on=timezone.localdate())
    store_sensitive(person.pk, KEY, "佛教", actor=cast.alice)
    return person


def page(client: Client, person: Customer, **typed: str) -> tuple[int, str]:
    address = f"/customers/{person.pk}/sensitive/{KEY}/"
    answer = client.post(address, typed) if typed else client.get(address)
    return answer.status_code, answer.content.decode()


def test_the_value_is_on_no_page_until_it_is_revealed(cast: Cast, kept: Customer) -> None:
    client = sign_in(cast.alice)
    shown = client.get(f"/customers/{kept.pk}/?tab=profile&open=all").content.decode()
    assert "佛教" not in shown
    assert "佛教" not in page(client, kept)[1]
    status, text = page(client, kept, do="reveal", purpose="安排素食宴请")
    assert status == 200
    assert "佛教" in text
    assert AuditEntry.objects.filter(action="sensitive.reveal").count() == 1
    assert "佛教" not in page(client, kept)[1]


def test_whoever_stores_second_is_told_and_overwrites_nothing_unseen(cast: Cast, kept: Customer) -> None:
    client, address = sign_in(cast.alice), f"/customers/{kept.pk}/sensitive/{KEY}/"
    opened = client.get(address).context["value_form"]["seen"].value()
    assert page(client, kept, do="store", value="道教", seen=opened)[0] == 302
    late = client.post(address, {"do": "store", "value": "回教", "seen": opened})
    assert late.status_code == 409
    assert "Somebody has stored or removed a value" in late.content.decode()
    assert reveal(kept.pk, KEY, actor=cast.alice, purpose="安排素食宴请") == "道教"
    form = late.context["value_form"]
    assert form["value"].value() == "回教"
    assert page(client, kept, do="store", value="回教", seen=form["seen"].value())[0] == 302
    assert reveal(kept.pk, KEY, actor=cast.alice, purpose="安排素食宴请") == "回教"


def test_who_has_not_proven_themselves_lately_is_asked_to_first(cast: Cast, kept: Customer) -> None:
    answer = sign_in(cast.alice, proven=False).post(
        f"/customers/{kept.pk}/sensitive/{KEY}/", {"do": "reveal", "purpose": "安排素食宴请"}
    )
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert not AuditEntry.objects.filter(action="sensitive.reveal").exists()


def test_without_a_purpose_nothing_is_revealed(cast: Cast, kept: Customer) -> None:
    status, text = page(sign_in(cast.alice), kept, do="reveal", purpose="")
    assert status == 422
    assert "佛教" not in text


def test_an_administrator_and_an_auditor_reveal_nothing(cast: Cast, kept: Customer) -> None:
    for user in (cast.ada, cast.otto):
        assert page(sign_in(user), kept, do="reveal", purpose="安排素食宴请")[0] == 403


def test_a_withdrawn_consent_leaves_nothing(cast: Cast, kept: Customer) -> None:
    assert page(sign_in(cast.alice), kept, do="withdraw")[0] == 302
    assert PersonProfile.objects.get(customer=kept).religion is None


def test_without_a_switch_the_page_says_so_and_offers_nothing(cast: Cast, kept: Customer) -> None:
    switch_field(KEY, actor=cast.ada, is_on=False, purpose="", assessment="")
    status, text = page(sign_in(cast.alice), kept, do="reveal", purpose="安排素食宴请")
    assert status == 422
    assert "This field is off" in text
    assert "佛教" not in text


def test_a_field_that_is_not_sensitive_has_no_such_page(cast: Cast, kept: Customer) -> None:
    client = sign_in(cast.alice)
    assert client.get(f"/customers/{kept.pk}/sensitive/person.major/").status_code == 404
    assert client.get(f"/customers/{cast.huaxin.pk}/sensitive/{KEY}/").status_code == 404
    assert client.get(f"/customers/{kept.pk}/sensitive/person.children/?row=x").status_code == 404


def test_an_administrator_switches_a_field_in_the_dictionary(cast: Cast) -> None:
    client = sign_in(cast.ada)
    address = "/customers/fields/person.religion/switch/"
    assert client.post(address, {"is_on": "on"}).status_code == 422
    typed = {"is_on": "on", "purpose": "宴请安排", "assessment": "低"}
    assert client.post(address, typed).status_code == 302
    assert "宴请安排" in client.get("/customers/fields/?q=religion").content.decode()
