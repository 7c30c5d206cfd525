"""Who changed what, and when."""

import pytest
from django.utils import translation

from crm.models import AuditEntry
from crm.paging import CursorError
from customers.models import (
    AccountType,
    ContactPoint,
    CreditAccount,
    Customer,
    CustomField,
    CustomValue,
    KeyPerson,
    PersonProfile,
    Relation,
)
from customers.selectors import history
from customers.selectors.history_rows import NAMED_BY, tracked_models
from customers.services import bulk
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


def tags_told(cast: Cast) -> list[tuple[str, str, str]]:
    """Return who added which tags to 华新 and took which off, the newest first."""
    return [
        (change.who, field.before, field.after)
        for change in history.changes_of(cast.alice, Customer.objects.get(pk=cast.huaxin.pk))
        for field in change.fields
        if change.record == ""
    ]


def test_tags_that_came_and_went_are_told_and_on_record(cast: Cast) -> None:
    edited(cast, tags=["VIP", "样品"])
    edited(cast, tags=["VIP"])
    with translation.override("en"):
        assert tags_told(cast) == [("Alice", "样品", ""), ("Alice", "", "VIP, 样品")]
    details = (
        AuditEntry.objects.filter(action="customer.edit").order_by("id").values_list("detail", flat=True)
    )
    assert [(each.get("tags_added"), each.get("tags_removed")) for each in details] == [
        (["VIP", "样品"], None),
        (None, ["样品"]),
    ]


def test_a_tag_given_to_many_is_told_of_each_and_of_its_undo(cast: Cast) -> None:
    job = bulk.start(actor=cast.alice, action="tag", ids=[cast.huaxin.pk], values={"tag": "展会"})
    bulk.undo(job.pk, actor=cast.alice)
    assert tags_told(cast) == [("Alice", "展会", ""), ("Alice", "", "展会")]
    entries = AuditEntry.objects.filter(action__startswith="customer.bulk").order_by("id")
    assert [entry.detail.get("tags_added") or entry.detail.get("tags_removed") for entry in entries] == [
        ["展会"]
    ] * 2


def test_a_row_is_told_by_its_name_and_masked_for_who_may_not_read_it(cast: Cast) -> None:
    field = CustomField.objects.create(key="shoe", label="鞋码", kind="text")
    CustomValue.objects.create(customer=cast.huaxin, field=field, value="42")
    phone = ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value="+8613861236021")
    ContactPoint.objects.filter(pk=phone.pk).update(is_primary=True)
    told = {change.name for change in history.changes_of(cast.alice, cast.huaxin)}
    assert {f"{phone.get_kind_display()} · +8613861236021", "鞋码"} <= told
    hidden = {change.name for change in history.changes_of(cast.otto, cast.huaxin)}
    assert "鞋码" in hidden
    assert not [name for name in hidden if "6021" in name]


def test_what_stands_with_the_other_one_is_told_to_who_sees_the_other_one(cast: Cast) -> None:
    person = make_customer("P1", "王小明", kind="person", owner=cast.alice)
    friend = make_customer("P2", "李四", kind="person", owner=cast.charlie)
    KeyPerson.objects.create(customer=cast.huaxin, person=person, role="buyer")
    Relation.objects.create(customer=friend, other=person, kind="friend")
    with translation.override("en"):
        names = {change.name for change in history.changes_of(cast.alice, person)}
        assert names == {"Buyer · 苏州华新家电", ""}
        assert "Friend · 李四" in {change.name for change in history.changes_of(cast.ada, person)}


def test_every_kind_of_row_of_which_a_customer_has_several_has_a_name() -> None:
    parts = set(tracked_models().values()) - {Customer}
    single = {each for each in parts if getattr(each._meta.get_field("customer"), "unique", False)}
    assert parts - single == set(NAMED_BY)
