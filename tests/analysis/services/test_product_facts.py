"""What customers bought of each product: the same by refreshing the changed as by adding up everything."""

import datetime
from typing import Any

import pytest
from django.db import connection
from psycopg import sql

from analysis.models import AnalysisRun, CustomerSnapshot, ProductFactsChange, ProductFactsState
from analysis.services import facts, product_facts
from analysis.services.measuring import open_source
from analysis.services.runs import start_run
from customers.models import OrderLine
from customers.selectors.product_facts import product_facts_query
from tests.analysis.trade import Trade

pytestmark = pytest.mark.django_db(transaction=True)

DAY = datetime.date(2025, 1, 15)


def run_on(day: datetime.date, **options: Any) -> AnalysisRun:
    return start_run(actor=None, as_of=day, queue=False, **options)


def read(run: AnalysisRun) -> tuple[list[Any], list[Any]]:
    """What a measure of the run reads, and everything added up afresh."""
    with open_source(run, products=True) as source:
        assert source.products is not None
        found = source.connection.execute(sql.SQL("SELECT * FROM {}").format(source.products)).fetchall()
        afresh = source.connection.execute(product_facts_query(source.connection, source.spec)).fetchall()
    return sorted(found, key=repr), sorted(afresh, key=repr)


@pytest.fixture
def no_rebuild(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often everything is added up, and let nothing but the first time do it."""
    done: list[int] = []
    rebuild = product_facts.rebuild
    monkeypatch.setattr(facts, "REBUILD_LEAST", 10**6)

    def counted(*given: Any) -> None:
        done.append(1)
        rebuild(*given)

    monkeypatch.setattr(product_facts, "rebuild", counted)
    return done


@pytest.mark.parametrize("reads_each_time", [True, False])
def test_refreshing_the_changed_gives_what_adding_up_everything_gives(
    no_rebuild: list[int], reads_each_time: bool
) -> None:
    trade, day = Trade(seed=21), DAY
    for step in (0, 0, 1, 40, 0):
        day += datetime.timedelta(days=step)
        trade.go_on(10)
        run = run_on(day)
        if reads_each_time or step == 0:
            found, afresh = read(run)
            assert found == afresh
    assert len(no_rebuild) == 1
    assert not ProductFactsChange.objects.exists()


def test_lines_that_change_after_the_run_are_read_as_they_are(no_rebuild: list[int]) -> None:
    trade = Trade(seed=22)
    run = run_on(DAY)
    read(run)
    trade.go_on(5)
    found, afresh = read(run)
    assert found == afresh


def test_a_run_about_another_day_reads_facts_of_its_own(no_rebuild: list[int]) -> None:
    Trade(seed=23)
    read(run_on(DAY))
    past = run_on(DAY - datetime.timedelta(days=200), publish=False)
    found, afresh = read(past)
    assert found == afresh
    assert ProductFactsState.objects.get().as_of == DAY


def test_a_table_that_a_crash_has_emptied_is_built_again() -> None:
    Trade(seed=24)
    run = run_on(DAY)
    before, _afresh = read(run)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE analysis_customerproduct")
    assert read(run) == (before, before)


def test_products_add_up_to_what_their_customers_brought() -> None:
    Trade(seed=25)
    run = run_on(DAY)
    read(run)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, sum(net_revenue), sum(gross_margin) FROM analysis_customerproduct GROUP BY 1"
        )
        sums = {customer: (net, margin) for customer, net, margin in cursor.fetchall()}
    rows = CustomerSnapshot.objects.filter(run=run).values_list("customer_id", "net_revenue", "gross_margin")
    assert {customer: (net, margin) for customer, net, margin in rows if customer in sums} == sums


def test_a_line_without_a_cost_counts_in_revenue_and_not_in_margin() -> None:
    Trade(seed=26)
    OrderLine.objects.update(cost_cents=None)
    run = run_on(DAY)
    read(run)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(abs(costed_revenue)), sum(abs(gross_margin)) FROM analysis_customerproduct"
        )
        assert cursor.fetchone() == (0, 0)
    assert run.totals["gross_margin"] == 0
    assert run.totals["net_revenue"] != 0
