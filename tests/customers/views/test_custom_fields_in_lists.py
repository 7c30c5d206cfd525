"""A field that an administrator added is a column and a filter of the lists of customers and people, like any other."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils.http import urlencode

from customers.models import CustomField, CustomValue
from tests.cast import Cast, make_customer, sign_in

FIELDS = {
    "shoe": ("number", "42.5"),
    "met": ("date", "2024-02-29"),
    "tea": ("choice", "绿茶"),
    "rides": ("yes_no", False),
    "word": ("text", "喜欢骑车"),
}


@pytest.fixture
def fields(cast: Cast) -> None:
    """Say something of 华新 in a field of every kind, and nothing of others; beside a field of people."""
    for key, (kind, value) in FIELDS.items():
        choices = ["绿茶", "红茶"] if kind == "choice" else []
        field = CustomField.objects.create(
            key=key, label=f"字段{key}", english_label=f"Own {key}", kind=kind, choices=choices
        )
        CustomValue.objects.create(customer=cast.huaxin, field=field, value=value)
    CustomField.objects.create(key="open", label="公开", kind="text", is_personal=False)
    CustomField.objects.create(key="gone", label="停用", kind="text", is_active=False)
    CustomField.objects.create(key="staff", label="员工", kind="number", customer_kind="company")
    other = make_customer("K8", "静安书店", owner=cast.alice)
    CustomValue.objects.create(customer=other, field=CustomField.objects.get(key="shoe"), value="9")


COLUMNS = urlencode([("columns", f"custom.{key}") for key in FIELDS])


def test_its_column_shows_what_is_kept_as_its_kind_is_written(cast: Cast, fields: None) -> None:
    page = sign_in(cast.alice, "en").get(f"/customers/?{COLUMNS}").content.decode()
    for words in ("Own shoe", "42.5", "2024", "绿茶", ">No<", "喜欢骑车"):
        assert words in page, words
    menu = sign_in(cast.alice).get("/customers/?menu=look").content.decode()
    assert ("custom.shoe" in menu, "custom.gone" in menu, "custom.staff" in menu) == (True, False, True)
    assert "custom.staff" not in sign_in(cast.alice).get("/customers/people/?menu=look").content.decode()


def test_an_auditor_sees_masks_but_for_what_is_nobody_s_own(cast: Cast, fields: None) -> None:
    page = sign_in(cast.otto).get(f"/customers/?{COLUMNS}").content.decode()
    assert "Own shoe" in page
    assert not any(words in page for words in ("42.5", "绿茶", "喜欢骑车"))
    assert sign_in(cast.otto).get("/customers/?custom.word=骑车").context["count"] != "1 customer"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("custom.shoe.least=42.5", ["苏州华新家电"]),
        ("custom.shoe.most=42.4", ["静安书店"]),
        ("custom.met.since=2024-02-29&custom.met.until=2024-02-29", ["苏州华新家电"]),
        ("custom.met.until=2024-02-28", []),
        ("custom.tea=绿茶&custom.tea=红茶", ["苏州华新家电"]),
        ("custom.tea=红茶", []),
        ("custom.rides=no", ["苏州华新家电"]),
        ("custom.rides=yes", []),
        ("custom.word=骑车", ["苏州华新家电"]),
        ("custom.open=x", []),
    ],
)
def test_its_filter_keeps_whom_it_is_said_of(cast: Cast, fields: None, asked: str, found: list[str]) -> None:
    page = sign_in(cast.alice).get(f"/customers/?{asked}")
    assert [row["name"] for row in page.context["rows"]] == found
    assert len(page.context["bar"]["on"]) == len(asked.split("&"))


@pytest.mark.parametrize(
    "asked",
    ["custom.shoe.least=x", "custom.shoe.most=1e99", "custom.met.since=x", "custom.tea=x", "custom.rides=x"],
)
def test_what_it_cannot_read_is_left_out_and_said(cast: Cast, fields: None, asked: str) -> None:
    page = sign_in(cast.alice).get(f"/customers/?{asked}")
    assert (page.status_code, len(page.context["rows"])) == (200, 2)
    assert "Own" in page.context["note"]


def test_a_list_that_asks_for_none_reads_none(
    cast: Cast, fields: None, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = sign_in(cast.alice)
    with django_assert_max_num_queries(60) as asked:
        client.get("/customers/")
    assert not [each for each in asked.captured_queries if "customers_customfield" in each["sql"]]
