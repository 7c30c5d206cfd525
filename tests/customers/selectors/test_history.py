"""Who changed what, and when."""

import pytest
from django.utils import translation

from crm.paging import CursorError
from customers.models import AccountType, ContactPoint, CreditAccount, Customer, PersonProfile
from customers.selectors import history
from customers.services.profiles import create_customer, update_customer
from customers.services.sections import update_section
from tests.cast import Cast, make_customer


def edited(cast: Cast, **changes: object) -> Customer:
    """Return 华新 after Alice changed something."""
    customer = Customer.objects.get(pk=cast.huaxin.pk)
    return update_customer(customer.pk, actor=cast.alice, version=customer.version, changes=changes)


def test_a_change_tells_who_and_what_before_and_after_in_words(cast: Cast) -> None:
    with translation.override("en"):
        edited(cast, lifecycle="lost", owner=cast.bob)
        newest = history.changes_of(cast.ada, cast.huaxin)[0]
    assert (newest.who, newest.what) == ("Alice", "update")
    assert {(field.before, field.after) for field in newest.fields} == {("Active", "Lost"), ("Alice", "Bob")}


def test_the_first_version_is_the_creation(cast: Cast) -> None:
    customer = create_customer(actor=cast.alice, fields={"name": "新客户"})
    (change,) = history.changes_of(cast.alice, customer)
    assert (change.what, change.who, change.fields) == ("insert", "Alice", [])


def test_what_was_deleted_is_still_told(cast: Cast) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value="+8613861236021").delete()
    deletion = next(
        change for change in history.changes_of(cast.alice, cast.huaxin) if change.what == "delete"
    )
    assert "+8613861236021" in {field.before for field in deletion.fields}


def test_a_limit_of_zero_is_not_the_same_as_none(cast: Cast) -> None:
    account = CreditAccount.objects.create(customer=cast.huaxin, account_type="cash")
    CreditAccount.objects.filter(pk=account.pk).update(credit_limit=0)
    of_account = (
        [(field.before, field.after) for field in change.fields]
        for change in history.changes_of(cast.ada, cast.huaxin)
        if change.record == CreditAccount._meta.verbose_name
    )
    changed, created = of_account
    assert changed == [("", "0.00")]
    assert created == [("", str(AccountType.CASH.label))]


def test_an_auditor_sees_that_a_personal_value_changed_but_not_the_value(cast: Cast) -> None:
    edited(cast, communication_style="喜欢微信", lifecycle="lost")
    newest = history.changes_of(cast.otto, cast.huaxin)[0]
    assert [field.after for field in newest.fields if "微信" in field.after] == []
    assert len(newest.fields) == 2


def test_a_conflict_keeps_what_either_changed_and_names_what_both_did(cast: Cast) -> None:
    opened = Customer.objects.get(pk=cast.huaxin.pk)
    current = edited(cast, lifecycle="lost", english_name="Huaxin")
    mine = {"lifecycle": "dormant", "english_name": "", "best_time_to_contact": "周二", "owner": cast.alice}
    conflict = history.conflict_of(current, opened.version, mine)
    assert conflict.who == "Alice"
    assert conflict.merged == {
        "lifecycle": "dormant",
        "english_name": "Huaxin",
        "best_time_to_contact": "周二",
        "owner": cast.alice.pk,
    }
    assert [each.is_conflict for each in conflict.differences] == [True, False, False]


def test_what_belongs_to_a_customer_is_part_of_its_history(cast: Cast) -> None:
    update_section(
        cast.huaxin.pk, "company.trading", actor=cast.alice, version=0, changes={"problems": "库存高"}
    )
    with translation.override("en"):
        told = {change.record: change for change in history.changes_of(cast.alice, cast.huaxin)}
    change = told["company profile"]
    assert (change.who, change.what) == ("Alice", "insert")
    assert "库存高" in {field.after for field in change.fields}


def test_of_a_sealed_value_is_said_only_that_it_changed(cast: Cast) -> None:
    person = make_customer("P1", "王小明", kind="person", owner=cast.alice)
    profile = PersonProfile.objects.create(customer=person)
    PersonProfile.objects.filter(pk=profile.pk).update(religion=b"sealed", identity_index=b"index")
    with translation.override("en"):
        (change,) = [each for each in history.changes_of(cast.alice, person) if each.what == "update"]
    assert [(field.label, field.before, field.after) for field in change.fields] == [
        ("religion", "", "changed")
    ]


def test_a_customer_out_of_sight_has_no_name_in_the_history(cast: Cast) -> None:
    person = make_customer("P1", "王小明", kind="person", owner=cast.alice)
    PersonProfile.objects.create(customer=person, employer=cast.orphan)
    told = {field.after for change in history.changes_of(cast.alice, person) for field in change.fields}
    assert "无主商行" not in told
    assert f"#{cast.orphan.pk}" in told


def test_a_long_history_comes_in_pages(cast: Cast) -> None:
    for number in range(5):
        edited(cast, reputation=f"第 {number} 次")
    first = history.change_page(cast.alice, cast.huaxin, size=3)
    second = history.change_page(cast.alice, cast.huaxin, after=first.after or "", size=3)
    words = [field.after for change in [*first.rows, *second.rows] for field in change.fields]
    assert words == [f"第 {number} 次" for number in range(4, -1, -1)]
    assert (first.before, second.before, second.after is None) == (None, "3", False)
    with pytest.raises(CursorError):
        history.change_page(cast.alice, cast.huaxin, after="-1")
