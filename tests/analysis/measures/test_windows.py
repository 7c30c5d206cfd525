import datetime

import pandas as pd
import pytest

from analysis.measures.windows import ReturnAttribution, Window, company_totals, customer_totals

YEAR = Window.calendar_year(2024)


def line(**given: object) -> dict[str, object]:
    usual = {
        "customer_id": 1,
        "order_id": 1,
        "ordered_on": "2024-05-01",
        "revenue_cents": 100,
        "cost_cents": 60,
        "quantity": 1,
        "original_ordered_on": None,
        "is_merchandise": True,
        "product_id": 1,
        "category_id": 1,
    }
    return usual | given


def frame(*lines: dict[str, object]) -> pd.DataFrame:
    dtypes = {
        "customer_id": "Int64",
        "ordered_on": "datetime64[us]",
        "original_ordered_on": "datetime64[us]",
        "product_id": "Int64",
        "category_id": "Int64",
    }
    return pd.DataFrame(list(lines)).astype(dtypes)


def test_a_window_holds_its_first_day_and_not_its_end() -> None:
    lines = frame(line(ordered_on="2023-12-31"), line(ordered_on="2024-01-01"), line(ordered_on="2025-01-01"))
    assert customer_totals(lines, YEAR).loc[1, "net_revenue"] == 100


def test_a_return_reverses_revenue_and_cost_and_leaves_gross_revenue() -> None:
    lines = frame(line(), line(quantity=-1, revenue_cents=-40, cost_cents=-24))
    totals = customer_totals(lines, YEAR).loc[1]
    assert list(totals[["net_revenue", "gross_revenue", "gross_margin"]]) == [60, 100, 24]


def test_a_return_of_an_unknown_order_counts_on_its_own_date() -> None:
    lines = frame(line(), line(quantity=-1, revenue_cents=-40))
    assert (
        customer_totals(lines, YEAR, attribution=ReturnAttribution.ORIGINAL_ORDER).loc[1, "net_revenue"] == 60
    )


def test_returns_and_samples_are_no_orders() -> None:
    lines = frame(line(), line(order_id=2, quantity=-1, revenue_cents=-40), line(order_id=3, revenue_cents=0))
    assert customer_totals(lines, YEAR).loc[1, "orders"] == 1


def test_two_orders_on_one_day_are_two_orders_and_one_order_day() -> None:
    totals = customer_totals(frame(line(), line(order_id=2), line(order_id=2)), YEAR).loc[1]
    assert list(totals[["orders", "order_days"]]) == [2, 1]


def test_postage_counts_in_money_and_not_in_breadth() -> None:
    lines = frame(line(), line(product_id=9, category_id=9, is_merchandise=False), line(category_id=None))
    totals = customer_totals(lines, YEAR).loc[1]
    assert list(totals[["net_revenue", "products", "categories"]]) == [300, 1, 1]


def test_unidentified_lines_count_for_the_company_and_for_no_customer() -> None:
    lines = frame(line(), line(customer_id=None, revenue_cents=900))
    totals = company_totals(lines, YEAR)
    assert (totals.net_revenue, totals.identified_net_revenue, totals.customers) == (1000, 100, 1)
    assert customer_totals(lines, YEAR)["net_revenue"].to_dict() == {1: 100}


def test_the_population_decides_who_is_reported() -> None:
    lines = frame(line(), line(customer_id=2))
    totals = customer_totals(lines, YEAR, pd.Index([3, 1]))
    assert totals["net_revenue"].to_dict() == {3: 0, 1: 100}
    assert (totals.dtypes == "int64").all()


def test_no_lines_make_zeros() -> None:
    totals = customer_totals(frame(line())[:0], YEAR, pd.Index([1, 2]))
    assert (totals == 0).all(axis=None)
    assert company_totals(frame(line())[:0], YEAR).net_revenue == 0


def test_cents_beyond_the_precision_of_floats_are_kept() -> None:
    lines = frame(line(revenue_cents=2**53), line(revenue_cents=1))
    assert customer_totals(lines, YEAR).loc[1, "net_revenue"] == 2**53 + 1


def test_missing_columns_are_named() -> None:
    with pytest.raises(ValueError, match=r"lines lacks: cost_cents, product_id"):
        customer_totals(frame(line()).drop(columns=["cost_cents", "product_id"]), YEAR)


def test_trailing_windows_end_with_the_day_observed() -> None:
    as_of = datetime.date(2024, 3, 31)
    assert Window.trailing(as_of, 31) == Window(datetime.date(2024, 3, 1), datetime.date(2024, 4, 1))
    assert Window.trailing_year(as_of) == Window(datetime.date(2023, 4, 1), datetime.date(2024, 4, 1))
    assert Window.trailing_year(datetime.date(2024, 2, 28)).start == datetime.date(2023, 3, 1)


def test_a_window_without_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        Window(datetime.date(2024, 1, 1), datetime.date(2024, 1, 1))
