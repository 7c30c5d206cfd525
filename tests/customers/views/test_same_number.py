"""Customers recognised by the number that the state gave them."""

from django.utils import timezone

from customers.models import CompanyProfile, Customer, FieldProvenance
from customers.services.privacy import give_consent, store_sensitive
from tests.cast import Cast, make_customer, sign_in
from tests.customers.services.test_privacy import IDENTITY, NUMBER, allow

KNOWN = "91350100M000100Y43"


def test_a_company_known_by_its_credit_code_is_found_before_it_is_added_again(cast: Cast) -> None:
    CompanyProfile.objects.create(customer=cast.huaxin, unified_social_credit_code=KNOWN)
    browser = sign_in(cast.alice)
    typed = {
        "name": "全新名称",
        "kind": "company",
        "lifecycle": "lead",
        "unified_social_credit_code": KNOWN.lower(),
    }
    answer = browser.post("/customers/new/", typed)
    assert [each.id for each in answer.context["alike"]] == [cast.huaxin.pk]
    assert browser.post("/customers/new/", {**typed, "decision": "another"}).status_code == 302
    added = Customer.objects.get(name="全新名称")
    assert added.company_profile.unified_social_credit_code == KNOWN
    assert FieldProvenance.objects.filter(customer=added, field="company.unified_social_credit_code").exists()


def test_a_wrong_credit_code_or_that_of_a_person_is_refused(cast: Cast) -> None:
    typed = {"name": "陈国栋", "kind": "person", "lifecycle": "lead", "unified_social_credit_code": KNOWN}
    for given in (typed, {**typed, "kind": "company", "unified_social_credit_code": KNOWN[:-1] + "0"}):
        answer = sign_in(cast.alice).post("/customers/new/", given)
        assert "unified_social_credit_code" in answer.context["form"].errors


def test_storing_an_identity_number_shows_who_has_it_already(cast: Cast) -> None:
    wang, other, foreign = (
        make_customer(f"P{place}", name, kind="person", owner=owner)
        for place, name, owner in (
            (1, "王小明", cast.alice),
            (2, "王晓明", cast.alice),
            (3, "远方人", cast.charlie),
        )
    )
    allow(cast, wang, IDENTITY)
    for each, owner in ((other, cast.alice), (foreign, cast.charlie)):
        give_consent(each.pk, IDENTITY, actor=owner, evidence="签字", given_on=timezone.localdate())
        store_sensitive(each.pk, IDENTITY, NUMBER, actor=owner)
    page = f"/customers/{wang.pk}/sensitive/{IDENTITY}/"
    answer = sign_in(cast.alice).post(page, {"do": "store", "value": NUMBER}, follow=True)
    assert [each.id for each in answer.context["alike"]] == [other.pk]
    text = answer.content.decode()
    assert "Another customer has this very number" in text
    assert f"/customers/{wang.pk}/merge/?with={other.pk}" in text
    assert "远方人" not in text
