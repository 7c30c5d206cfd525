"""Binary COPY writes what the columns hold, whatever they hold."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from customers.models import Customer, Order, OrderStatus, Product
from customers.services.demo.copying import copy_rows


def product_columns(**changes: Any) -> dict[str, Any]:
    return {"id": np.array([901]), "sku": ["X-1"], "name": "净水器"} | changes


class DecimalsSurvive(TestCase):
    """Every decimal that a field can hold comes back as it was."""

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=20))
    def test_units_of_the_last_place_become_the_decimal(self, units: list[int]) -> None:
        Product.objects.all().delete()
        ids = np.arange(len(units)) + 1
        skus = [f"S{number}" for number in ids]
        columns = product_columns(id=ids, sku=skus, list_price=np.array(units, dtype=np.int64))
        copy_rows(Product, len(units), columns)
        stored = Product.objects.order_by("id").values_list("list_price", flat=True)
        assert list(stored) == [Decimal(unit).scaleb(-4) for unit in units]


@pytest.mark.django_db
def test_masked_values_and_none_are_null() -> None:
    days = np.array(["2024-02-29", "1970-01-01"], dtype="datetime64[D]")
    copy_rows(
        Product,
        2,
        product_columns(
            id=np.array([1, 2]),
            sku=["A", "B"],
            launched_on=np.ma.masked_array(days, mask=[False, True]),
            list_price=np.ma.masked_array([12_345, 0], mask=[False, True]),
        ),
    )
    first, second = Product.objects.order_by("id")
    assert (first.launched_on, first.list_price) == (date(2024, 2, 29), Decimal("1.2345"))
    assert (second.launched_on, second.list_price, second.category) == (None, None, None)


@pytest.mark.django_db
def test_texts_keep_every_character() -> None:
    texts = ["净水器\t“\\N”\n", "", "🐼 ñ", "\\."]
    columns = product_columns(id=np.arange(4), sku=list("ABCD"), name=texts)
    copy_rows(Product, 4, columns)
    assert list(Product.objects.order_by("id").values_list("name", flat=True)) == texts


@pytest.mark.django_db
def test_what_is_not_given_has_its_default() -> None:
    columns = {"id": np.array([1]), "number": ["A"], "ordered_at": np.datetime64("2024-02-29", "us")}
    days = {"ordered_on": np.datetime64("2024-02-29"), "created_at": np.datetime64("2024-02-29", "us")}
    copy_rows(Order, 1, columns | days | {"currency": "EUR"})
    order = Order.objects.get()
    assert (order.exchange_rate, order.status, order.customer) == (Decimal(1), OrderStatus.CONFIRMED, None)


@pytest.mark.django_db
def test_a_column_too_many_or_too_few_is_an_error() -> None:
    with pytest.raises(ValueError, match="colour"):
        copy_rows(Product, 1, product_columns(colour=["red"]))
    with pytest.raises(KeyError, match="sku"):
        copy_rows(Product, 1, {key: value for key, value in product_columns().items() if key != "sku"})


@pytest.mark.django_db
def test_times_are_utc_to_the_microsecond() -> None:
    moments = np.array(["1999-12-31T23:59:59.999999", "2024-02-29T00:00:00.000001"], dtype="datetime64[us]")
    told = {"code": ["K1", "K2"], "name": "甲"}
    times = {"created_at": moments, "updated_at": moments}
    copy_rows(Customer, 2, told | times | {"id": np.array([1, 2])})
    assert list(Customer.objects.order_by("code").values_list("created_at", flat=True)) == [
        datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2024, 2, 29, 0, 0, 0, 1, tzinfo=UTC),
    ]
