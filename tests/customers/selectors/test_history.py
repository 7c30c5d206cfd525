"""Who changed what, and when."""

from django.utils import translation

from customers.models import AccountType, ContactPoint, CreditAccount, Customer
from customers.selectors import history
from customers.services.profiles import create_customer, update_customer
from tests.cast import Cast


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
