"""Who sees what in lists, their counts, menus, searches and views: a word that nobody may see is in no answer."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from crm.models import SavedView
from customers.exports.lists import LISTS
from customers.models import (
    Complaint,
    ContactPoint,
    Customer,
    Interaction,
    Payment,
    PersonProfile,
    Task,
)
from tests.cast import Cast, make_customer, make_order, make_payment, sign_in

AT = datetime(2024, 7, 9, 3, tzinfo=UTC)
PATHS = ("", "people/", "orders/", "payments/", "complaints/", "interactions/", "tasks/")
ALL = "&".join(f"columns={column.key}" for spec in LISTS.values() for column in spec.columns)


@pytest.fixture
def canary(cast: Cast) -> Customer:
    """Return a customer of nobody's, with a record in every list, each of which names 金丝雀."""
    canary = make_customer("C9", "金丝雀商行", kind="person")
    order = make_order(canary, "金丝雀-1", date(2024, 1, 5), 100)
    make_payment(order, "金丝雀-P", 100, due_on=date(2024, 2, 5), paid_on=None)
    Complaint.objects.create(customer=canary, complaint_type="defect", reported_at=AT, cause="金丝雀")
    Interaction.objects.create(customer=canary, occurred_at=AT, body="金丝雀")
    Task.objects.create(customer=canary, title="金丝雀", due_on=date(2024, 8, 1), assignee=cast.alice)
    PersonProfile.objects.create(customer=canary, employer_name="金丝雀")
    ContactPoint.objects.create(customer=canary, kind="mobile", value="+8613912345678")
    return canary


def texts(client: Client, query: str = "") -> list[str]:
    """Return every list as it is answered."""
    return [client.get(f"/customers/{path}?{query}").content.decode() for path in PATHS]


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "dora"])
def test_a_record_out_of_scope_is_in_no_list_whatever_is_asked(
    cast: Cast, canary: Customer, who: str
) -> None:
    client = sign_in(getattr(cast, who))
    for query in (ALL, "sort=-newest", "state=open", "kind=person", f"customer={canary.pk}"):
        for text in texts(client, query):
            assert "金丝雀商行" not in text
            assert "金丝雀-" not in text
    assert all("金丝雀" in text for text in texts(sign_in(cast.ada), ALL))


@pytest.mark.parametrize("who", ["alice", "charlie"])
def test_counts_and_searches_know_only_what_one_sees(cast: Cast, canary: Customer, who: str) -> None:
    client = sign_in(getattr(cast, who), "en")
    mine = Customer.objects.visible_to(getattr(cast, who)).count()
    assert client.get("/customers/").context["count"].startswith(f"{mine} customer")
    for written in ("金丝", "jinsique", "jsq", "C9", "12345678", "金丝雀-1"):
        assert "金丝雀商行" not in client.get("/customers/suggest/", {"q": written}).content.decode()
        for path in PATHS:
            assert client.get(f"/customers/{path}", {"q": written}).context["rows"] == [], (path, written)


def test_an_auditor_reads_no_personal_value_and_finds_by_none(cast: Cast, canary: Customer) -> None:
    PersonProfile.objects.filter(customer=canary).update(job_title="总经理")
    client = sign_in(cast.otto)
    for path, text in zip(PATHS, texts(client, ALL), strict=True):
        assert "总经理" not in text, path
        assert ">金丝雀<" not in text, path
        assert "5678" not in text, path
    assert client.get("/customers/", {"q": "12345678"}).context["rows"] == []
    names = [each.name for each in LISTS["people"].filters]
    assert "employed" in names
    response = client.get("/customers/people/?employed=none")
    assert len(response.context["rows"]) == 1
    assert response.context["note"] == ""


def test_phones_are_masked_in_lists_even_for_those_who_may_read_them(cast: Cast, canary: Customer) -> None:
    text = sign_in(cast.ada).get("/customers/people/?columns=telephone").content.decode()
    assert "••••••5678" in text
    assert "13912345678" not in text


def test_orders_of_nobody_are_seen_by_those_who_see_the_company(cast: Cast) -> None:
    make_order(None, "SO-0", date(2024, 1, 5), 100)
    assert "SO-0" in sign_in(cast.ada).get("/customers/orders/").content.decode()
    assert "SO-0" not in sign_in(cast.alice).get("/customers/orders/").content.decode()
    assert Payment.objects.count() == 0


def test_a_shared_view_is_opened_by_the_team_with_its_own_rights_and_dropped_by_its_owner(cast: Cast) -> None:
    client = sign_in(cast.bob)
    fields = {"name": "流失", "query": "lifecycle=lost&after=xyz", "shared": "1"}
    assert client.post("/customers/lists/customers/views/", fields).status_code == 302
    view = SavedView.objects.get()
    assert (view.query, view.team) == ("lifecycle=lost", cast.bob.team)
    for who, sees in ((cast.charlie, True), (cast.dora, True), (cast.alice, False)):
        menu = sign_in(who).get("/customers/?menu=views").content.decode()
        assert ("流失" in menu) is sees
        assert sign_in(who).post(f"/customers/lists/views/{view.pk}/drop/").status_code == 404
    assert client.post(f"/customers/lists/views/{view.pk}/drop/").status_code == 302
    assert not SavedView.objects.exists()


def test_the_view_opened_first_is_what_the_plain_list_shows(cast: Cast) -> None:
    client = sign_in(cast.ada)
    for name in ("一", "二"):
        fields = {"name": name, "query": "kind=person", "first": "1"}
        client.post("/customers/lists/customers/views/", fields)
    assert [view.name for view in SavedView.objects.filter(is_default=True)] == ["二"]
    response = client.get("/customers/")
    assert response.status_code == 302
    assert "kind=person" in response.url  # type: ignore[attr-defined]
    assert client.get("/customers/?view=0").status_code == 200
    assert sign_in(cast.dora).get("/customers/").status_code == 200


def test_all_that_match_are_changed_within_reach_only(cast: Cast, canary: Customer) -> None:
    fields = {"action": "tag", "all": "1", "query": "kind=company", "tag": "重点", "confirmed": "1"}
    sign_in(cast.alice).post("/customers/lists/customers/change/", fields)
    assert [customer.name for customer in Customer.objects.filter(tags__name="重点")] == ["苏州华新家电"]
    chosen = {"action": "tag", "ids": [canary.pk, cast.huaxin.pk], "tag": "老友", "confirmed": "1"}
    sign_in(cast.alice).post("/customers/lists/customers/change/", chosen)
    assert [customer.name for customer in Customer.objects.filter(tags__name="老友")] == ["苏州华新家电"]


def test_a_change_that_lacks_something_asks_again_and_keeps_the_choice(cast: Cast) -> None:
    fields = {"action": "tag", "ids": [cast.huaxin.pk], "tag": "", "confirmed": "1"}
    response = sign_in(cast.alice).post("/customers/lists/customers/change/", fields)
    assert response.status_code == 422
    assert f'name="ids" value="{cast.huaxin.pk}"' in response.content.decode()


def test_a_list_shows_nobody_a_date_of_birth(cast: Cast, canary: Customer) -> None:
    PersonProfile.objects.filter(customer=canary).update(date_of_birth=date(1978, 3, 4))
    query = "columns=name&columns=date_of_birth"
    for user in (cast.ada, cast.otto):
        text = sign_in(user).get(f"/customers/people/?{query}").content.decode()
        assert "1978" not in text
        assert "••••••" in text
    column = next(each for each in LISTS["people"].columns if each.key == "date_of_birth")
    assert column.value({"person_profile__date_of_birth": date(1978, 3, 4)}) == date(1978, 3, 4)
