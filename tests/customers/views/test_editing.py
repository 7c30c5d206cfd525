"""Adding and editing customers: nothing that somebody typed is lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from crm.models import Role
from customers.forms.profiles import CustomerForm
from customers.models import Customer
from customers.services.profiles import EDITABLE, update_customer
from tests.cast import Cast, make_customer, make_user, sign_in
from tests.workers import wait_until


def typed(cast: Cast, user: Any, **fields: str) -> dict[str, str]:
    """Return what the edit page of 华新 holds, with some fields typed over."""
    form = sign_in(user).get(f"/customers/{cast.huaxin.pk}/edit/").context["form"]
    values = {field.name: field.value() for field in form}
    return {name: "" if value is None else str(value) for name, value in values.items()} | fields


def test_a_customer_is_added_and_shown(cast: Cast) -> None:
    fields = {"name": "新客户", "kind": "company", "lifecycle": "lead", "region": "广东 / 深圳"}
    response = sign_in(cast.alice).post("/customers/new/", fields, follow=True)
    customer = Customer.objects.get(name="新客户")
    assert response.redirect_chain == [(f"/customers/{customer.pk}/", 302)]
    assert customer.region is not None
    assert (customer.owner, customer.region.code) == (cast.alice, "440300")


def test_every_field_that_is_offered_may_be_written() -> None:
    assert {*CustomerForm.Meta.fields, "tags"} == EDITABLE


def test_opening_and_saving_without_a_change_changes_nothing(cast: Cast) -> None:
    sign_in(cast.alice).post(f"/customers/{cast.huaxin.pk}/edit/", typed(cast, cast.alice))
    assert Customer.objects.get(pk=cast.huaxin.pk).version == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "This field is required"),
        ("region", "朝阳区", "Write what it lies in too"),
        ("kind", "robot", "robot"),
        ("potential_expires_on", "2026-02-30", "valid date"),
        ("name", "a\0b", "Null characters are not allowed"),
        ("code", "K2", "already exists"),
        ("version", "9" * 30, ""),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    cast: Cast, field: str, value: str, words: str
) -> None:
    fields = typed(cast, cast.alice, english_name="Kept Ltd.", **{field: value})
    response = sign_in(cast.alice).post(f"/customers/{cast.huaxin.pk}/edit/", fields)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "Kept Ltd." in response.content.decode()


def test_the_second_of_two_editors_sees_the_difference_and_loses_nothing(cast: Cast) -> None:
    hers = typed(cast, cast.alice, lifecycle="lost", english_name="Huaxin")
    his = typed(cast, cast.bob, lifecycle="dormant", best_time_to_contact="周二上午")
    sign_in(cast.alice).post(f"/customers/{cast.huaxin.pk}/edit/", hers)
    response = sign_in(cast.bob).post(f"/customers/{cast.huaxin.pk}/edit/", his)
    assert response.status_code == 409
    assert Customer.objects.get(pk=cast.huaxin.pk).lifecycle == "lost"
    for words in ("Alice", "周二上午", "Huaxin", "Both changed it"):
        assert words in response.content.decode()

    again = dict(response.context["fields"])
    sign_in(cast.bob).post(response.context["resubmit_url"], again)
    merged = Customer.objects.get(pk=cast.huaxin.pk)
    assert (merged.lifecycle, merged.english_name) == ("dormant", "Huaxin")
    assert merged.best_time_to_contact == "周二上午"
    assert merged.region == cast.huaxin.region


def test_only_who_sees_others_customers_may_give_them_away(cast: Cast) -> None:
    fields = {"name": "新客户", "kind": "company", "lifecycle": "lead", "owner": str(cast.bob.pk)}
    sign_in(cast.alice).post("/customers/new/", fields)
    assert Customer.objects.get(name="新客户").owner == cast.alice
    sign_in(cast.dora).post("/customers/new/", {**fields, "name": "另一客户"})
    assert Customer.objects.get(name="另一客户").owner == cast.bob


def test_a_customer_given_away_leaves_one_at_the_list(cast: Cast) -> None:
    Customer.objects.filter(pk=cast.huaxin.pk).update(team=cast.dora.team, region=None)
    fields = typed(cast, cast.dora, owner=str(cast.bob.pk))
    update_customer(cast.huaxin.pk, actor=cast.ada, version=1, changes={"team": None})
    response = sign_in(cast.dora).post(f"/customers/{cast.huaxin.pk}/edit/", fields)
    assert response.status_code == 404


def test_the_edit_page_of_a_customer_out_of_scope_is_absent(cast: Cast) -> None:
    for method in ("get", "post"):
        response = getattr(sign_in(cast.charlie), method)(f"/customers/{cast.huaxin.pk}/edit/")
        assert response.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_one_code_at_once_the_second_is_told() -> None:
    """The first one's transaction is open while the second one's form is checked."""
    client = sign_in(make_user("ada", Role.ADMIN))
    fields = {"name": "后到", "kind": "company", "lifecycle": "lead", "code": "X1"}
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            make_customer("X1", "先到")
            second = pool.submit(post_and_disconnect, client, fields)
            wait_until(somebody_waits_for_us, "the second one to meet the first")
        response = second.result(timeout=30)
    assert response.status_code == 422
    assert "already exists" in response.content.decode()


def post_and_disconnect(client: Client, fields: dict[str, str]) -> Any:
    """Send the form of a new customer on this thread's own connection."""
    try:
        return client.post("/customers/new/", fields)
    finally:
        connection.close()


def somebody_waits_for_us() -> bool:
    """Whether another connection waits for this one's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        (waits,) = cursor.fetchone()
    return bool(waits)


def test_words_mark_a_customer_and_are_taken_off_again(cast: Cast) -> None:
    client = sign_in(cast.alice)
    address = f"/customers/{cast.huaxin.pk}/edit/"
    client.post(address, {**typed(cast, cast.alice), "tags": "老客户，重点, 老客户"})
    assert set(cast.huaxin.tags.values_list("name", flat=True)) == {"老客户", "重点"}
    client.post(address, {**typed(cast, cast.alice), "version": 2, "tags": "重点"})
    assert set(cast.huaxin.tags.values_list("name", flat=True)) == {"重点"}


def test_what_opposes_us_is_asked_for_as_facts(cast: Cast) -> None:
    page = sign_in(cast.alice).get(f"/customers/{cast.huaxin.pk}/edit/").content.decode()
    assert "Facts alone, as anybody could check them" in page
    assert "No opinion of a person" in page
