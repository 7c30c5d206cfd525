"""Who may be the same: by phone, mail, number or name; never anybody out of scope."""

import pytest

from customers.models import CompanyProfile, ContactPoint, NotDuplicate, PersonProfile, Region
from customers.selectors.duplicates import Asked, asked_about, plain_name, possible_duplicates
from tests.cast import Cast, make_customer

MOBILE = "+8613800000001"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("苏州华新家电有限公司", "苏州华新家电"),
        ("苏州华新家电（集团）股份有限公司", "苏州华新家电有限责任公司"),
        ("Huaxin Trading Co., Ltd.", "HUAXIN TRADING LIMITED"),
        ("有限公司", "有限公司"),
    ],
)
def test_legal_forms_and_brackets_are_no_part_of_a_name(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other) != ""


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("苏州华新家电有限公司", True),
        ("苏州华新家电（总店）", True),
        ("华新家电", True),
        ("苏州恒泰电器有限公司", False),
        ("苏", False),
    ],
)
def test_a_similar_name_in_the_same_place_is_found(cast: Cast, name: str, is_found: bool) -> None:
    asked = Asked(name=name, kind="company", region_id=Region.objects.get(code="320500").pk)
    found = possible_duplicates(cast.alice, asked)
    assert [each.same_name for each in found] == ([True] if is_found else [])


def test_the_same_name_in_another_province_or_of_a_person_is_another(cast: Cast) -> None:
    elsewhere = Region.objects.get(code="440300").pk
    assert possible_duplicates(cast.alice, Asked("苏州华新家电", "company", elsewhere)) == []
    assert possible_duplicates(cast.alice, Asked("苏州华新家电", "person")) == []


def test_the_same_phone_or_number_is_found_whatever_the_name(cast: Cast) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value=MOBILE)
    CompanyProfile.objects.create(customer=cast.huaxin, unified_social_credit_code="91000000000000001X")
    person = make_customer("K5", "王敏", owner=cast.alice, kind="person")
    PersonProfile.objects.create(customer=person, identity_index=b"digest")
    by_phone = possible_duplicates(cast.alice, Asked("别的", "company", contacts=[MOBILE]))
    assert [(each.id, each.contacts) for each in by_phone] == [(cast.huaxin.pk, ("••••••0001",))]
    by_code = possible_duplicates(cast.alice, Asked("别的", "company", credit_code="91000000000000001X"))
    assert [(each.id, each.same_number) for each in by_code] == [(cast.huaxin.pk, True)]
    by_number = possible_duplicates(cast.alice, Asked("别的", "person", identity_index=b"digest"))
    assert [each.id for each in by_number] == [person.pk]


def test_nobody_learns_of_a_customer_out_of_scope(cast: Cast) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value=MOBILE)
    assert possible_duplicates(cast.charlie, Asked("苏州华新家电", "company", contacts=[MOBILE])) == []


def test_who_was_found_to_be_another_is_not_asked_about_again(cast: Cast) -> None:
    twin = make_customer("K9", "苏州华新家电有限公司", owner=cast.alice)
    assert [each.id for each in possible_duplicates(cast.alice, asked_about(twin))] == [cast.huaxin.pk]
    NotDuplicate.objects.create(first=cast.huaxin, second=twin)
    assert possible_duplicates(cast.alice, asked_about(twin)) == []
