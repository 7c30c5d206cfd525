"""One record as a file: by right, for a reason, on record, without what may not leave the house."""

import json

import pytest

from crm.models import AuditEntry
from customers.models import CompanyProfile, ContactPoint, Customer, PersonProfile
from tests.cast import Cast, make_customer, sign_in


@pytest.fixture
def wang(cast: Cast) -> Customer:
    """Return a person of Dora's team whose religion is kept sealed."""
    person = make_customer("P1", "王小明", kind="person", owner=cast.dora)
    PersonProfile.objects.create(customer=person, major="会计", religion=b"sealed")
    return person


def test_a_file_says_what_it_is_for_and_holds_nothing_sensitive(cast: Cast, wang: Customer) -> None:
    typed = {"reason": "合同附件", "format_": "json", "personal": "on"}
    answer = sign_in(cast.dora).post(f"/customers/{wang.pk}/export/", typed)
    told = json.loads(answer.content)
    assert {"person.major", "customer.name"} <= {each["key"] for each in told["values"]}
    assert b"religion" not in answer.content
    assert b"sealed" not in answer.content
    assert 'filename="P1.json"' in answer["Content-Disposition"]
    entry = AuditEntry.objects.get(action="customer.export")
    assert (entry.detail["reason"], entry.detail["personal"]) == ("合同附件", True)


def test_a_rep_takes_no_personal_value_out_of_the_house(cast: Cast) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value="+8613861236021")
    typed = {"reason": "拜访", "format_": "csv", "personal": "on"}
    answer = sign_in(cast.alice).post(f"/customers/{cast.huaxin.pk}/export/", typed)
    assert answer.status_code == 200
    assert b"13861236021" not in answer.content


def test_a_cell_is_no_formula(cast: Cast) -> None:
    CompanyProfile.objects.create(customer=cast.huaxin, strategy="=HYPERLINK(1)")
    typed = {"reason": "拜访", "format_": "csv"}
    answer = sign_in(cast.alice).post(f"/customers/{cast.huaxin.pk}/export/", typed)
    assert "'=HYPERLINK(1)" in answer.content.decode("utf-8-sig")


def test_without_a_reason_there_is_no_file(cast: Cast) -> None:
    answer = sign_in(cast.alice).post(f"/customers/{cast.huaxin.pk}/export/", {"format_": "csv"})
    assert answer.status_code == 422
    assert not AuditEntry.objects.filter(action="customer.export").exists()
