"""Finding customers by what somebody types."""

import pytest

from crm.models import User
from customers.filters.search import read_search
from customers.models import ContactPoint, Customer
from customers.selectors import search
from tests.cast import Cast, make_customer


def found(user: User, written: str) -> list[str]:
    """Return the names that the search box would show, the best first; the list must find the same."""
    sought = read_search(written)
    if sought is None:
        return []
    names = [hit.name for hit in search.best_matches(user, sought, limit=8)]
    listed = search.matching(Customer.objects.visible_to(user), sought, user)
    assert {customer.name for customer in listed} == set(names)
    return names


@pytest.mark.parametrize(
    "written",
    [
        "苏",
        "苏州",
        "华新",
        "家电",
        "新家电",
        "SZHX",
        "szh",
        "huaxin",
        "su",
        "ｈｕａxin",
        "K1",
        "k1",
        " 华新 ",
    ],
)
def test_a_name_is_found_by_any_part_pinyin_initials_and_code(cast: Cast, written: str) -> None:
    assert found(cast.ada, written) == ["苏州华新家电"]


@pytest.mark.parametrize("written", ["新州", "电", "zz", "K9", "%", "_", "\\", "'; --", "\x00", ""])
def test_what_is_in_no_name_finds_nobody(cast: Cast, written: str) -> None:
    assert found(cast.ada, written) == []


@pytest.mark.parametrize("written", ["sx", "dx", "shanxiong", "danxiong", "单"])
def test_both_readings_of_a_surname_find_its_bearer(cast: Cast, written: str) -> None:
    make_customer("P1", "单雄", kind="person")
    assert found(cast.ada, written) == ["单雄"]


def test_english_words_are_found_in_any_order(cast: Cast) -> None:
    make_customer("E1", "Northwind Trading", english_name="Northwind Trading Ltd.")
    for written in ("trading northwind", "NORTHWIND", "wind trad"):
        assert found(cast.ada, written) == ["Northwind Trading"], written


@pytest.mark.parametrize("written", ["6021", "138 6123", "8613861236021", "+86 138-6123-6021", "li.wei@hua"])
def test_any_part_of_a_number_or_address_finds_its_customer_for_who_may_read_it(
    cast: Cast, written: str
) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value="+8613861236021")
    ContactPoint.objects.create(customer=cast.huaxin, kind="email", value="Li.Wei@huaxin.example")
    assert found(cast.alice, written) == ["苏州华新家电"]
    assert found(cast.otto, written) == []
    assert found(cast.charlie, written) == []


@pytest.mark.parametrize("who", ["charlie", "dora"])
def test_ones_own_are_found_however_many_others_match(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setattr(search, "MOST_REACHED", 3)
    for number in range(9):
        other = make_customer(f"O{number}", f"别家{number}")
        ContactPoint.objects.create(customer=other, kind="mobile", value=f"+86138000000{number}0")
    viewer = getattr(cast, who)
    own = make_customer("P1", "王小明", owner=viewer)
    ContactPoint.objects.create(customer=own, kind="mobile", value="+8613800009999")
    assert found(viewer, "1380") == ["王小明"]


def test_zeros_in_front_are_dialled_and_not_stored(cast: Cast) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="phone", value="+8651266880012")
    assert found(cast.alice, "0512-6688") == found(cast.alice, "0012") == ["苏州华新家电"]


def test_three_digits_are_no_number_to_call(cast: Cast) -> None:
    ContactPoint.objects.create(customer=cast.huaxin, kind="mobile", value="+8613861236021")
    assert found(cast.alice, "021") == []


def test_nobody_finds_whom_they_may_not_see(cast: Cast) -> None:
    assert found(cast.alice, "无主") == []
    assert found(cast.charlie, "华新") == []
    Customer.objects.filter(pk=cast.orphan.pk).update(deleted_at="2024-06-01T00:00Z")
    assert found(cast.ada, "无主") == []


def test_a_name_that_begins_so_comes_before_one_that_holds_it(cast: Cast) -> None:
    make_customer("A1", "大华新")
    make_customer("A2", "华新", english_name="Dahuaxin")
    assert found(cast.ada, "huaxin")[0] == "华新"
