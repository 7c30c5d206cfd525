"""The facts: the same by refreshing the changed as by adding up everything, and the same as the measures say."""

import datetime
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from psycopg import sql

from analysis.measures.occasions import purchase_histories, purchase_occasions
from analysis.measures.windows import ReturnAttribution, Window, customer_totals
from analysis.models import FactsSource, FactsState
from analysis.services import facts
from analysis.services.connections import second_connection
from customers.models import ChangedCustomer, OrderLine, OrderStatus
from customers.selectors.facts import (
    Connection,
    FactsSpec,
    ReturnsCountOn,
    facts_query,
    months_query,
    moved_customers_query,
)
from tests.analysis.trade import Trade

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.date(2025, 1, 15)
COMPANY_MONTHS = sql.SQL(
    "SELECT * FROM analysis_companymonth WHERE (net_revenue, gross_margin, orders) <> (0, 0, 0)"
)
SUM_OF_MONTHS = sql.SQL("""
    SELECT month, sum(net_revenue), sum(gross_margin), sum(orders) FROM analysis_customermonth GROUP BY month
    HAVING (sum(net_revenue), sum(gross_margin), sum(orders)) <> (0, 0, 0)
""")


def spec(as_of: datetime.date = DAY, returns: ReturnsCountOn = ReturnsCountOn.RETURN_DATE) -> FactsSpec:
    window = Window.trailing_year(as_of)
    cut = as_of - datetime.timedelta(days=90)
    return FactsSpec(as_of, window.start, window.end, cut, returns)


@pytest.fixture
def work() -> Iterator[Connection]:
    with second_connection() as opened:
        yield opened


def refreshed(work: Connection, wanted: FactsSpec, *, keep: bool = True) -> tuple[FactsSource, list[Any]]:
    """What a run would read: where its facts came from, and the facts themselves."""
    with facts.alone(work):
        with work.transaction():
            prepared = facts.prepare(work, wanted, keep=keep)
            found = rows(work, sql.SQL("SELECT * FROM {}").format(prepared.table))
        if prepared.source is not FactsSource.ASIDE:
            facts.forget_changes(work)
    work.execute("DISCARD TEMP")
    return prepared.source, found


def rows(work: Connection, query: sql.Composable) -> list[Any]:
    return sorted(work.execute(sql.Composed([query])).fetchall())


@pytest.mark.parametrize("returns", ReturnsCountOn)
def test_refreshing_the_changed_gives_what_adding_up_everything_gives(
    work: Connection, returns: ReturnsCountOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "REBUILD_LEAST", 10**6)
    trade = Trade(seed=1)
    day = DAY
    assert refreshed(work, spec(day, returns))[0] is FactsSource.REBUILT
    for step in (0, 0, 1, 3, 40, 0):
        day += datetime.timedelta(days=step)
        trade.go_on(12)
        source, found = refreshed(work, spec(day, returns))
        assert source is FactsSource.REFRESHED
        assert found == rows(work, facts_query(work, spec(day, returns)))
        assert rows(work, sql.SQL("TABLE analysis_customermonth")) == rows(work, months_query(work))
        assert rows(work, COMPANY_MONTHS) == rows(work, SUM_OF_MONTHS)
    assert not ChangedCustomer.objects.exists()


def test_moving_on_without_a_change_refreshes_the_edges_alone(work: Connection) -> None:
    Trade(seed=2)
    refreshed(work, spec())
    source, found = refreshed(work, spec(DAY + datetime.timedelta(days=1)))
    assert source in {FactsSource.REFRESHED, FactsSource.CURRENT}
    assert found == rows(work, facts_query(work, spec(DAY + datetime.timedelta(days=1))))
    assert refreshed(work, spec(DAY + datetime.timedelta(days=1)))[0] is FactsSource.CURRENT


def test_a_refresh_writes_the_rows_of_the_changed_and_of_the_edges_alone(work: Connection) -> None:
    trade = Trade(seed=2)
    refreshed(work, spec())
    buyer, tomorrow = trade.customers[0], spec(DAY + datetime.timedelta(days=1))
    edges = ids(work, moved_customers_query(spec().edges, tomorrow.edges)) - {None}
    for wanted, expected in ((spec(), {buyer.pk}), (tomorrow, {buyer.pk} | edges)):
        before = places(work)
        trade._write(buyer, DAY, sign=1, original=None)
        assert refreshed(work, wanted)[0] is FactsSource.REFRESHED
        after = places(work)
        assert {customer for customer in after if after[customer] != before.get(customer)} == expected
        assert len(expected) < len(after) / 2


def places(work: Connection) -> dict[int, tuple[str, str]]:
    """Where each customer's row stands and which transaction wrote it: a row written anew has another of both."""
    query = "SELECT customer_id, ctid::text, xmin::text FROM analysis_customerfacts"
    return {customer: (ctid, xmin) for customer, ctid, xmin in work.execute(query).fetchall()}


def ids(work: Connection, query: sql.Composable) -> set[int]:
    return {row[0] for row in rows(work, query)}


def test_a_past_day_is_added_up_beside_the_current_facts(work: Connection) -> None:
    Trade(seed=3)
    refreshed(work, spec())
    past = spec(DAY - datetime.timedelta(days=200))
    source, found = refreshed(work, past)
    assert source is FactsSource.ASIDE
    assert found == rows(work, facts_query(work, past))
    assert FactsState.objects.get().as_of == DAY


def test_a_run_that_is_not_kept_leaves_facts_of_another_day_alone(work: Connection) -> None:
    Trade(seed=3)
    refreshed(work, spec())
    assert refreshed(work, spec(DAY + datetime.timedelta(days=9)), keep=False)[0] is FactsSource.ASIDE
    assert FactsState.objects.get().as_of == DAY


def test_a_table_that_a_crash_has_emptied_is_built_again(work: Connection) -> None:
    Trade(seed=4)
    _source, before = refreshed(work, spec())
    work.execute("TRUNCATE analysis_customerfacts")
    assert refreshed(work, spec()) == (FactsSource.REBUILT, before)


def test_a_customer_who_changes_again_meanwhile_stays_on_the_list(work: Connection) -> None:
    trade = Trade(seed=5)
    with facts.alone(work), work.transaction():
        facts.prepare(work, spec(), keep=True)
        OrderLine.objects.filter(customer=trade.customers[0]).update(revenue_cents=1)
    facts.forget_changes(work)
    assert [changed.customer_id for changed in ChangedCustomer.objects.all()] == [trade.customers[0].pk]


def test_many_customers_are_added_up_in_ranges(work: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    Trade(seed=6)
    monkeypatch.setattr(facts, "CUSTOMERS_PER_SHARD", 3)
    _source, found = refreshed(work, spec())
    assert found == rows(work, facts_query(work, spec()))


@pytest.mark.parametrize("returns", ReturnsCountOn)
def test_the_facts_agree_with_the_measures_on_the_same_lines(
    work: Connection, returns: ReturnsCountOn
) -> None:
    Trade(seed=7).go_on(60)
    wanted = spec(returns=returns)
    lines = lines_frame(wanted.as_of)
    totals = customer_totals(
        lines, Window(wanted.start, wanted.end), attribution=ReturnAttribution(returns.value)
    )
    histories = purchase_histories(purchase_occasions(lines), wanted.as_of)
    found = facts_frame(work, wanted)
    money = ["net_revenue", "gross_revenue", "gross_margin", "orders", "order_days", "categories"]
    assert found[money].reindex(totals.index).astype("int64").equals(totals[money])
    assert (found.drop(totals.index)[money] == 0).all(axis=None)
    known = found.loc[histories.index]
    assert (known["lifetime_order_days"] == histories["order_days"]).all()
    assert (known["median_interval_days"].fillna(-1) == histories["median_interval_days"].fillna(-1)).all()
    assert (pd.to_datetime(known["last_order_on"]) == histories["last_order_on"]).all()


def test_more_categories_than_one_word_holds_are_counted(work: Connection) -> None:
    from customers.models import ProductCategory

    ProductCategory.objects.bulk_create(ProductCategory(name=f"many {place}") for place in range(150))
    trade = Trade(seed=8)
    for product, category in zip(trade.products[1:], ProductCategory.objects.order_by("-id"), strict=False):
        product.category = category
        product.save()
    totals = customer_totals(lines_frame(DAY), Window(spec().start, spec().end))
    found = facts_frame(work, spec()).loc[totals.index]
    assert (found["categories"] == totals["categories"]).all()


def facts_frame(work: Connection, wanted: FactsSpec) -> pd.DataFrame:
    cursor = work.execute(facts_query(work, wanted))
    names = [column.name for column in cursor.description or ()]
    return pd.DataFrame(cursor.fetchall(), columns=names).set_index("customer_id").sort_index()


def lines_frame(as_of: datetime.date) -> pd.DataFrame:
    """The order lines as the pure measures take them."""
    found = OrderLine.objects.exclude(order__status=OrderStatus.CANCELLED).filter(ordered_on__lte=as_of)
    columns = {
        "customer_id": "customer_id",
        "order_id": "order_id",
        "ordered_on": "ordered_on",
        "revenue_cents": "revenue_cents",
        "cost_cents": "cost_cents",
        "quantity": "quantity",
        "original_ordered_on": "attributed_on",
        "not_merchandise": "product__not_merchandise",
        "product_id": "product_id",
        "category_id": "product__category_id",
    }
    frame = pd.DataFrame(found.values_list(*columns.values()), columns=list(columns))
    frame["is_merchandise"] = ~frame.pop("not_merchandise").astype(bool)
    frame["quantity"] = frame["quantity"].astype(float)
    days = {"ordered_on": "datetime64[s]", "original_ordered_on": "datetime64[s]"}
    return frame.astype({"customer_id": "Int64", "category_id": "Int64", **days})
