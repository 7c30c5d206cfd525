"""Two records become one and two again: nothing is lost on the way there, nor on the way back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import AuditEntry
from customers.models import (
    ChangedCustomer,
    ChurnCase,
    Consent,
    ContactPoint,
    Customer,
    CustomerShare,
    CustomField,
    CustomValue,
    FamilyMember,
    FieldProvenance,
    KeyPerson,
    OpeningBalance,
    Order,
    PersonProfile,
    Survey,
    SurveyAnswer,
    Tag,
    WishListEntry,
)
from customers.selectors.links import SINGLES, STAYING, Link, movable_links
from customers.selectors.merging import KEPT, MERGED, choices
from customers.selectors.twins import answers_of_both
from customers.services.duties.withdrawing import withdraw_consent
from customers.services.merging import MergeError, merge_customers, undo_merge
from customers.services.profiles import EditConflictError
from customers.services.sealing import open_value, seal_value
from tests.cast import Cast, make_customer, make_order
from tests.customers.filled import A_DAY, filled

UNSAID = {"version", "updated_at"}


@pytest.fixture
def pair(cast: Cast) -> tuple[Customer, Customer]:
    """Return two persons of Alice's that are one, each with a row of every kind."""
    both = [
        make_customer(f"M{number}", f"陈国栋{number}", owner=cast.alice, kind="person") for number in (1, 2)
    ]
    for number, customer in enumerate(both, start=1):
        for model in SINGLES:
            filled(model, number, customer=customer)
        for link in movable_links():
            if link.field == "customer" and link.model is not Customer.tags.through:
                filled(link.model, number, customer=customer, **asked_of_both(link.model))
        customer.tags.add(Tag.objects.create(name=f"tag {number}"), Tag.objects.get_or_create(name="both")[0])
        ContactPoint.objects.create(customer=customer, kind="mobile", value="+8613800000000")
    return both[0], both[1]


def asked_of_both(model: type[models.Model]) -> dict[str, Any]:
    """Return what makes a row of ``model`` the like of the other customer's, where each answers the same question."""
    questions: dict[type[models.Model], Callable[[], dict[str, Any]]] = {
        CustomValue: lambda: {
            "field": CustomField.objects.get_or_create(key="shoe", label="鞋码", kind="number")[0]
        },
        SurveyAnswer: lambda: {
            "survey": Survey.objects.get_or_create(title="年度回访", asked_on=A_DAY)[0],
            "question": "满意吗",
        },
        WishListEntry: lambda: {"year": 2025},
    }
    return questions.get(model, dict)()


def everything(*customers: Customer) -> dict[str, Any]:
    """Return every row that hangs on some customers, by model and key, but for counters."""
    ids = [customer.pk for customer in customers]
    owned: tuple[type[models.Model], ...] = (*SINGLES, FieldProvenance)
    links = [*movable_links(), *(Link(model, "customer") for model in owned)]
    found: dict[str, Any] = {}
    looked_in: list[tuple[type[models.Model], dict[str, Any]]] = [
        (Customer, {"pk__in": ids}),
        *((link.model, {f"{link.field}__in": ids}) for link in links),
    ]
    for model, condition in looked_in:
        for row in model._default_manager.filter(**condition):
            found[f"{model.__name__} {row.pk}"] = {
                field.attname: getattr(row, field.attname)
                for field in model._meta.concrete_fields
                if field.name not in UNSAID
            }
    return found


def test_every_relation_to_a_customer_is_moved_put_together_or_left_on_purpose() -> None:
    decided = {(link.model, link.field) for link in movable_links()}
    for relation in Customer._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and not hasattr(
            relation.related_model, "pgh_tracked_model"
        ):
            model = relation.related_model
            if model._meta.app_label == "customers":
                known = model in STAYING or (model in SINGLES and relation.field.name == "customer")
                assert known or (model, relation.field.name) in decided, f"{model} {relation.field.name}"


def test_all_that_hangs_on_the_one_hangs_on_the_other_afterwards(
    pair: tuple[Customer, Customer], cast: Cast
) -> None:
    kept, merged = pair
    merge_customers(actor=cast.alice, kept_id=kept.pk, merged_id=merged.pk)
    assert not Customer.objects.visible_to(cast.ada).filter(pk=merged.pk).exists()
    left = {link for link in movable_links() if link.rows_of(merged.pk).exists()}
    # What both have is there once already: a phone, a tag, a colleague, somebody's role.
    twice: set[Any] = {ChurnCase, ContactPoint, Customer.tags.through, CustomerShare, KeyPerson}
    twice |= {CustomValue, SurveyAnswer, WishListEntry}
    assert {link.model for link in left} == twice
    assert kept.tags.count() == 3
    assert OpeningBalance.objects.get(customer=kept).revenue == 0
    assert {kept.pk, merged.pk} <= set(ChangedCustomer.objects.values_list("customer", flat=True))


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_undone_a_merge_leaves_everything_as_it_was(
    data: st.DataObject, pair: tuple[Customer, Customer], cast: Cast
) -> None:
    kept, merged = pair if data.draw(st.booleans()) else pair[::-1]
    keys = [choice.key for choice in choices()] + [twin.key for twin in answers_of_both(kept, merged)] * 4
    chosen = {
        key: data.draw(st.sampled_from([KEPT, MERGED]))
        for key in data.draw(st.lists(st.sampled_from(keys), max_size=12, unique=True))
    }
    before = everything(kept, merged)
    merge = merge_customers(actor=cast.alice, kept_id=kept.pk, merged_id=merged.pk, chosen=chosen)
    assert everything(kept, merged) != before
    assert undo_merge(merge.pk, actor=cast.alice).edited == []
    assert everything(kept, merged) == before


def test_a_field_is_taken_from_the_one_that_was_chosen(pair: tuple[Customer, Customer], cast: Cast) -> None:
    kept, merged = pair
    PersonProfile.objects.filter(customer=merged).update(major="会计", native_place="常熟")
    PersonProfile.objects.filter(customer=kept).update(major="物流")
    FieldProvenance.objects.create(
        customer=merged,
        field="person.major",
        channel="event",
        recorded_at=merged.created_at,
        verified_on=A_DAY,
    )
    merge_customers(
        actor=cast.alice,
        kept_id=kept.pk,
        merged_id=merged.pk,
        chosen={"customer.name": MERGED, "person.major": MERGED},
    )
    kept.refresh_from_db()
    profile = PersonProfile.objects.get(customer=kept)
    assert (kept.name, profile.major, profile.native_place) == ("陈国栋2", "会计", "常熟")
    assert kept.pinyin.startswith("chenguodong2")
    assert FieldProvenance.objects.get(customer=kept).channel == "event"


def test_an_answer_of_both_is_chosen_and_comes_with_where_it_came_from(
    pair: tuple[Customer, Customer], cast: Cast
) -> None:
    kept, merged = pair
    given = {"recorded_at": merged.created_at, "verified_on": A_DAY}
    FieldProvenance.objects.create(customer=merged, field="custom.shoe", channel="event", **given)
    CustomValue.objects.filter(customer=merged).update(value=44)
    twins = {type(twin.theirs): twin.key for twin in answers_of_both(kept, merged)}
    assert {CustomValue, SurveyAnswer} <= set(twins)
    chosen = {twins[CustomValue]: MERGED, twins[SurveyAnswer]: MERGED}
    answer = SurveyAnswer.objects.get(customer=merged).answer
    merge = merge_customers(actor=cast.alice, kept_id=kept.pk, merged_id=merged.pk, chosen=chosen)
    assert CustomValue.objects.get(customer=kept).value == 44
    assert SurveyAnswer.objects.get(customer=kept).answer == answer
    assert FieldProvenance.objects.get(customer=kept).channel == "event"
    left = AuditEntry.objects.get(action="customer.merge").detail["left_behind"]
    assert left["CustomValue.customer"] == left["WishListEntry.customer"] == 1
    undo_merge(merge.pk, actor=cast.alice)
    assert [CustomValue.objects.get(customer=each).value for each in pair] == [{"number": 1}, 44]


def test_what_was_edited_since_stays_and_is_named(pair: tuple[Customer, Customer], cast: Cast) -> None:
    kept, merged = pair
    phone = ContactPoint.objects.create(customer=merged, kind="email", value="old@example.com")
    merge = merge_customers(
        actor=cast.alice, kept_id=kept.pk, merged_id=merged.pk, chosen={"customer.name": MERGED}
    )
    Customer.objects.filter(pk=kept.pk).update(name="陈国梁")
    ContactPoint.objects.filter(pk=phone.pk).update(value="new@example.com")
    undone = undo_merge(merge.pk, actor=cast.alice)
    phone.refresh_from_db()
    assert (undone.kept.name, phone.customer_id, phone.value) == ("陈国梁", merged.pk, "new@example.com")
    assert len(undone.edited) == 2


def test_orders_and_their_lines_go_together(cast: Cast) -> None:
    twin = make_customer("K9", "苏州华新家电（总店）", owner=cast.alice)
    order = make_order(twin, "SO-9", A_DAY, 100, 200)
    merge_customers(actor=cast.alice, kept_id=cast.huaxin.pk, merged_id=twin.pk)
    assert Order.objects.get(pk=order.pk).customer_id == cast.huaxin.pk
    assert set(order.lines.values_list("customer", flat=True)) == {cast.huaxin.pk}


def test_who_owned_the_other_one_still_sees_the_customer(cast: Cast) -> None:
    twin = make_customer("K9", "华新", owner=cast.charlie)
    merge = merge_customers(actor=cast.ada, kept_id=cast.huaxin.pk, merged_id=twin.pk)
    assert cast.huaxin.is_visible_to(cast.charlie)
    undo_merge(merge.pk, actor=cast.ada)
    assert not CustomerShare.objects.filter(user=cast.charlie).exists()


@pytest.mark.parametrize("who", ["charlie", "bob"])
def test_both_must_be_the_actors(cast: Cast, who: str) -> None:
    actor = getattr(cast, who)
    own = make_customer("K9", "华新", owner=actor)
    with pytest.raises((Customer.DoesNotExist, PermissionDenied)):
        merge_customers(actor=actor, kept_id=own.pk, merged_id=cast.huaxin.pk)
    with pytest.raises((Customer.DoesNotExist, PermissionDenied)):
        merge_customers(actor=actor, kept_id=cast.huaxin.pk, merged_id=own.pk)


def test_a_merge_of_what_somebody_saved_since_is_refused(cast: Cast) -> None:
    twin = make_customer("K9", "华新", owner=cast.alice)
    with pytest.raises(EditConflictError):
        merge_customers(actor=cast.alice, kept_id=cast.huaxin.pk, merged_id=twin.pk, versions=(1, 7))


def test_a_person_is_no_company_and_nobody_is_two(cast: Cast) -> None:
    person = make_customer("K9", "王敏", owner=cast.alice, kind="person")
    for merged in (person.pk, cast.huaxin.pk):
        with pytest.raises(MergeError):
            merge_customers(actor=cast.alice, kept_id=cast.huaxin.pk, merged_id=merged)


def test_a_merge_is_undone_once_and_on_record(cast: Cast) -> None:
    twin = make_customer("K9", "华新", owner=cast.alice)
    merge = merge_customers(actor=cast.alice, kept_id=cast.huaxin.pk, merged_id=twin.pk)
    undo_merge(merge.pk, actor=cast.alice)
    with pytest.raises(MergeError):
        undo_merge(merge.pk, actor=cast.alice)
    acts = AuditEntry.objects.filter(action__in=["customer.merge", "customer.unmerge"]).values_list(
        "action", flat=True
    )
    assert list(acts.order_by("id")) == ["customer.merge", "customer.unmerge"]


def test_sealed_values_open_under_the_key_of_whose_they_are(
    pair: tuple[Customer, Customer], cast: Cast
) -> None:
    kept, merged = pair
    profile, child = PersonProfile.objects.get(customer=merged), FamilyMember.objects.get(customer=merged)
    profile.religion = seal_value(profile, "religion", "佛教", merged.pk)
    profile.save()
    FamilyMember.objects.filter(pk=child.pk).update(
        role="child", name="", child_name=seal_value(child, "child_name", "小宝", merged.pk)
    )
    merge = merge_customers(actor=cast.alice, kept_id=kept.pk, merged_id=merged.pk)
    child.refresh_from_db()
    assert open_value(PersonProfile.objects.get(customer=kept), "religion", kept.pk) == "佛教"
    assert open_value(child, "child_name", kept.pk) == "小宝"
    undo_merge(merge.pk, actor=cast.alice)
    child.refresh_from_db()
    assert PersonProfile.objects.get(customer=kept).religion is None
    assert open_value(child, "child_name", merged.pk) == "小宝"


def test_what_is_purged_is_purged_from_the_record_that_went_away_too(
    pair: tuple[Customer, Customer], cast: Cast
) -> None:
    kept, merged = pair
    profile = PersonProfile.objects.get(customer=merged)
    profile.religion = seal_value(profile, "religion", "佛教", merged.pk)
    profile.save()
    Consent.objects.create(
        customer=merged, field="person.religion", purpose="送礼", evidence="书面", given_on=A_DAY
    )
    merge = merge_customers(actor=cast.alice, kept_id=kept.pk, merged_id=merged.pk)
    withdraw_consent(kept.pk, "person.religion", actor=cast.alice)
    undo_merge(merge.pk, actor=cast.alice)
    assert not PersonProfile.objects.filter(religion__isnull=False).exists()
