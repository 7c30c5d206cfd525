"""The generator's own laws: rounding, calendar, purchases, names."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.services.demo.calendar import day_weights, days_between
from customers.services.demo.catalogue import make_catalogue
from customers.services.demo.ledger import dollar_rates, half_up
from customers.services.demo.names import company_names, person_names
from customers.services.demo.plan import Plan
from customers.services.demo.purchases import simulate_purchases
from customers.services.search_keys import search_keys


@given(st.integers(-(10**16), 10**16), st.integers(1, 10**8))
def test_half_up_rounds_as_decimal_does(numerator: int, denominator: int) -> None:
    exact = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert half_up(np.array([numerator]), denominator)[0] == exact


def test_the_spring_festival_is_quiet_and_the_sales_are_busy() -> None:
    days = days_between(date(2024, 1, 1), date(2025, 1, 1))
    weights = dict(zip(days.astype(str).tolist(), day_weights(days), strict=True))
    ordinary = weights["2024-03-15"]
    assert ordinary == 1.0
    assert weights["2024-02-12"] < 0.1 * ordinary
    assert weights["2024-11-08"] > 1.5 * ordinary
    assert weights["2024-06-14"] > 1.4 * ordinary
    assert weights["2024-03-17"] < 0.3 * ordinary


def test_without_dropout_purchases_are_poisson() -> None:
    size, busy = 4_000, np.tile([1.0, 0.5], 182)
    bought = simulate_purchases(
        np.random.default_rng(1),
        rate=np.full(size, 0.05),
        dropout=np.full(size, 1e-12),
        start=np.zeros(size),
        is_new=np.zeros(size, dtype=bool),
        busy=busy,
    )
    counts = np.bincount(bought.customer, minlength=size)
    mean = 0.05 * busy.sum()
    assert counts.mean() == pytest.approx(mean, rel=0.03)
    assert counts.var() == pytest.approx(mean, rel=0.08)
    assert np.bincount(bought.day % 2)[0] / bought.day.size == pytest.approx(2 / 3, abs=0.01)


def test_who_leaves_at_once_buys_once_and_on_the_first_day() -> None:
    bought = simulate_purchases(
        np.random.default_rng(1),
        rate=np.full(50, 3.0),
        dropout=np.ones(50),
        start=np.arange(50, dtype=np.float64) + 0.5,
        is_new=np.ones(50, dtype=bool),
        busy=np.ones(100),
    )
    assert bought.customer.tolist() == list(range(50))
    assert bought.day.tolist() == list(range(50))


def test_purchases_are_sorted_and_within_the_calendar() -> None:
    bought = simulate_purchases(
        np.random.default_rng(3),
        rate=np.full(200, 0.5),
        dropout=np.full(200, 0.05),
        start=np.linspace(0, 89, 200),
        is_new=np.arange(200) % 2 == 0,
        busy=np.ones(90),
    )
    assert (np.diff(bought.customer * 1_000 + bought.day) >= 0).all()
    assert 0 <= bought.day.min() <= bought.day.max() < 90


def test_composed_keys_are_those_of_the_whole_name() -> None:
    rng = np.random.default_rng(5)
    cities = [("上海", "Shanghai"), ("重庆", "Chongqing"), ("长沙", "Changsha"), ("西安", "Xi'an")] * 100
    for one in company_names(rng, cities):
        assert one.keys == search_keys(one.name, one.english_name)


def test_names_of_people_read_as_surnames_are_read() -> None:
    people = {one.name[0]: one for one in person_names(np.random.default_rng(5), 3_000)}
    assert people["单"].english_name.startswith("Shan ")
    assert people["仇"].english_name.startswith("Qiu ")
    assert people["解"].keys.pinyin.startswith("xie")


def test_every_product_has_a_margin_in_every_year() -> None:
    catalogue = make_catalogue(Plan.of("tiny", as_of=date(2025, 6, 30)))
    assert (catalogue.cost_cents < catalogue.price_cents).all()
    assert len(set(catalogue.skus)) == len(catalogue.skus) > 60
    assert np.isnat(catalogue.launched_on[catalogue.evergreen]).all()


def test_the_dollar_rate_is_set_by_the_month() -> None:
    days = np.array(["2024-05-01", "2024-05-31", "2024-06-01"], dtype="datetime64[D]")
    first, last, other = dollar_rates(days)
    assert first == last != other
    assert 65_000 < first < 75_000
