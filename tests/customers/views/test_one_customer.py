"""Two records of one customer, and a customer too many: asked about, merged, deleted, and all of it taken back."""

import pytest
from django.test import Client

from customers.models import (
    ContactPoint,
    Customer,
    CustomerMerge,
    CustomField,
    CustomValue,
    NotDuplicate,
    Relation,
)
from tests.cast import Cast, make_customer, sign_in

NEW = "/customers/new/"


def typed(**more: str) -> dict[str, str]:
    return {
        "name": "苏州华新家电有限公司",
        "kind": "company",
        "lifecycle": "active",
        "mobile": "",
        "email": "",
        **more,
    }


def undo_of(page: object) -> str:
    return str(page.context["messages"]._loaded_messages[0].extra_tags)  # type: ignore[attr-defined]


def test_who_may_be_known_already_is_asked_about_before_anything_is_saved(cast: Cast) -> None:
    page = sign_in(cast.alice).post(NEW, typed(mobile="138 0000 0001"))
    assert page.status_code == 422
    assert "Is this customer known already?" in page.content.decode()
    assert 'name="mobile" value="138 0000 0001"' in page.content.decode()
    assert not Customer.objects.filter(name="苏州华新家电有限公司").exists()


def test_none_of_these_saves_and_remembers(cast: Cast) -> None:
    more = {"decision": "another", "seen": str(cast.huaxin.pk)}
    sign_in(cast.alice).post(NEW, typed(mobile="138 0000 0001", **more))
    made = Customer.objects.get(name="苏州华新家电有限公司")
    assert NotDuplicate.objects.filter(first=cast.huaxin, second=made).exists()
    assert ContactPoint.objects.get(customer=made).value == "+8613800000001"


@pytest.mark.parametrize(
    ("decision", "goes_to"), [("merge", "/merge/?with="), ("link", "/parts/relations/new/")]
)
def test_one_of_these_leads_on(cast: Cast, decision: str, goes_to: str) -> None:
    answer = sign_in(cast.alice).post(NEW, typed(decision=f"{decision}:{cast.huaxin.pk}"))
    assert goes_to in answer["Location"]


def test_who_sees_nothing_of_it_is_asked_nothing(cast: Cast) -> None:
    assert sign_in(cast.charlie).post(NEW, typed()).status_code == 302


@pytest.fixture
def twin(cast: Cast) -> Customer:
    """Return another record of Alice's customer."""
    return make_customer("K9", "苏州华新家电有限公司", owner=cast.alice, english_name="Huaxin")


def merge(browser: Client, cast: Cast, twin: Customer, **more: str) -> object:
    versions = {"kept_version": "1", "merged_version": "1", "with": str(twin.pk)}
    return browser.post(f"/customers/{cast.huaxin.pk}/merge/", {**versions, **more}, follow=True)


def test_a_merge_takes_what_was_chosen_and_is_undone(cast: Cast, twin: Customer) -> None:
    browser = sign_in(cast.alice)
    shown = browser.get(f"/customers/{cast.huaxin.pk}/merge/?with={twin.pk}").content.decode()
    assert "Huaxin" in shown
    page = merge(browser, cast, twin, **{"customer.name": "merged"})
    cast.huaxin.refresh_from_db()
    assert (cast.huaxin.name, cast.huaxin.english_name) == ("苏州华新家电有限公司", "Huaxin")
    assert browser.get(f"/customers/{twin.pk}/")["Location"] == f"/customers/{cast.huaxin.pk}/"
    browser.post(undo_of(page))
    cast.huaxin.refresh_from_db()
    assert cast.huaxin.name == "苏州华新家电"
    assert browser.get(f"/customers/{twin.pk}/").status_code == 200


def test_the_page_asks_which_custom_value_holds_and_lists_what_stays_behind(cast: Cast) -> None:
    first, second = (make_customer(f"P{n}", f"王小明{n}", kind="person", owner=cast.alice) for n in (1, 2))
    field = CustomField.objects.create(key="shoe", label="鞋码", kind="text")
    for customer, size in ((first, "42"), (second, "44")):
        CustomValue.objects.create(customer=customer, field=field, value=size)
    Relation.objects.create(customer=second, other=first, kind="friend", note="老同学")
    browser = sign_in(cast.alice)
    shown = browser.get(f"/customers/{first.pk}/merge/?with={second.pk}")
    (row,) = [row for row, _side in shown.context["form"].rows() if row.label == "鞋码"]
    assert (row.kept, row.merged, row.default) == ("42", "44", "kept")
    assert "老同学" in shown.content.decode()
    versions = {"kept_version": "1", "merged_version": "1", "with": str(second.pk)}
    browser.post(f"/customers/{first.pk}/merge/", {**versions, row.key: "merged"})
    assert CustomValue.objects.get(customer=first).value == "44"


def test_a_merge_of_what_changed_meanwhile_is_looked_at_again(cast: Cast, twin: Customer) -> None:
    merge(sign_in(cast.alice), cast, twin, merged_version="7")
    assert not CustomerMerge.objects.exists()


def test_the_other_one_is_scoped_too(cast: Cast, twin: Customer) -> None:
    own = make_customer("K8", "别家", owner=cast.charlie)
    for method in ("get", "post"):
        ask = getattr(sign_in(cast.charlie), method)
        assert ask(f"/customers/{own.pk}/merge/", {"with": twin.code}).status_code == 404


def test_a_deleted_customer_is_in_no_list_and_comes_back(cast: Cast) -> None:
    browser = sign_in(cast.alice)
    page = browser.post(f"/customers/{cast.huaxin.pk}/delete/", {"version": "1"}, follow=True)
    for path in ("/customers/", "/customers/suggest/?q=华新", "/customers/log/customers/?q=华新"):
        assert "苏州华新家电</a>" not in browser.get(path).content.decode()
    assert browser.get(f"/customers/{cast.huaxin.pk}/").status_code == 404
    assert "苏州华新家电" in browser.get("/customers/deleted/").content.decode()
    assert "苏州华新家电" not in sign_in(cast.charlie).get("/customers/deleted/").content.decode()
    browser.post(undo_of(page))
    assert browser.get(f"/customers/{cast.huaxin.pk}/").status_code == 200


def test_only_who_answers_for_a_customer_deletes_it(cast: Cast) -> None:
    assert sign_in(cast.bob).post(f"/customers/{cast.huaxin.pk}/delete/", {"version": "1"}).status_code == 403


def test_a_customer_that_somebody_saved_since_is_not_deleted(cast: Cast) -> None:
    sign_in(cast.alice).post(f"/customers/{cast.huaxin.pk}/delete/", {"version": "9"})
    assert Customer.objects.get(pk=cast.huaxin.pk).deleted_at is None


def test_another_customers_code_is_a_clear_message(cast: Cast) -> None:
    data = {"name": "华新", "kind": "company", "lifecycle": "active", "code": "K2", "version": "1"}
    page = sign_in(cast.alice).post(f"/customers/{cast.huaxin.pk}/edit/", data)
    assert page.status_code == 422
    assert "already exists" in page.content.decode()
