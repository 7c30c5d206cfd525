"""The scores of a run, end to end: read by SQL, computed, stored; the same as the pure measures over plain lines."""

import datetime

import pandas as pd
import pytest

from analysis.measures.clv import fit_repeat_spend
from analysis.measures.cohorts import months_ordered
from analysis.measures.credit import paying
from analysis.measures.occasions import purchase_histories, purchase_occasions
from analysis.measures.spend import repeat_spend
from analysis.measures.windows import Window
from analysis.models import (
    AnalysisRun,
    CohortRow,
    CreditRow,
    CustomerSnapshot,
    GoldRow,
    LifetimeValue,
    LoyaltyRow,
    MeasureState,
    RetentionRow,
    RfmRow,
)
from analysis.registry.scores import NO_DEMAND_MODEL, SCORES
from analysis.selectors.results import results_of
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from customers.models import Customer, OrderLine, Payment
from tests.analysis.buyers import buyers

AS_OF = datetime.date(2024, 12, 31)
NAMES = tuple(measure.name for measure in SCORES)
pytestmark = pytest.mark.django_db(transaction=True)


def scored_run(*only: str, as_of: datetime.date = AS_OF) -> AnalysisRun:
    run = start_run(actor=None, as_of=as_of, queue=False)
    carry_out_here(run, only=only or NAMES)
    return run


@pytest.fixture
def people() -> list[Customer]:
    return buyers(120, datetime.date(2022, 6, 1), datetime.date(2025, 3, 31))


def lines() -> pd.DataFrame:
    """What customers bought by the day, as measures take it."""
    names = ["customer_id", "ordered_on", "quantity", "revenue_cents"]
    rows = OrderLine.objects.filter(ordered_on__lte=AS_OF).values_list(*names)
    frame = pd.DataFrame(list(rows), columns=names).astype({"customer_id": "Int64", "quantity": "float64"})
    return frame.assign(ordered_on=pd.to_datetime(frame["ordered_on"]))


@pytest.mark.usefixtures("people")
def test_every_score_is_done_and_agrees_with_plain_lines() -> None:
    run = scored_run()
    results = results_of(run)
    assert {name: result.state for name, result in results.items()} == dict.fromkeys(NAMES, MeasureState.DONE)
    snapshots = CustomerSnapshot.objects.filter(run=run)
    assert RfmRow.objects.filter(run=run).count() == snapshots.filter(orders__gt=0).count()
    assert LoyaltyRow.objects.filter(run=run).count() == snapshots.filter(lifetime_order_days__gt=0).count()
    assert (
        LifetimeValue.objects.filter(run=run, clv__gte=0).count() == GoldRow.objects.filter(run=run).count()
    )
    assert GoldRow.objects.filter(run=run, is_gold=True).count() == 6  # 5 % of 120
    assert RetentionRow.objects.filter(run=run).exclude(branch=None).count() == 0


@pytest.mark.usefixtures("people")
def test_order_days_and_repeat_spend_agree_with_the_measures_over_lines() -> None:
    run = scored_run("cohorts", "clv")
    occasions = purchase_occasions(lines())
    months = occasions[["customer_id"]].assign(month=occasions["ordered_on"].dt.to_period("M").dt.start_time)
    expected = months_ordered(months.drop_duplicates())["months"].to_dict()
    assert dict(CohortRow.objects.filter(run=run).values_list("customer_id", "months")) == expected
    repeats = repeat_spend(occasions, AS_OF)
    revenue = (repeats["repeats"] * repeats["mean_value"]).round()
    known = purchase_histories(occasions, AS_OF).assign(repeat_revenue=revenue).fillna({"repeat_revenue": 0})
    stored = results_of(run)["clv"].summary["spend"]
    parameters = fit_repeat_spend(known.sort_index()).parameters
    assert parameters is not None
    assert stored["p"] == pytest.approx(parameters.p, rel=1e-6)


def test_payments_agree_with_the_measure_over_rows(people: list[Customer]) -> None:
    days = [(due, None if due % 3 == 0 else due - 5 + due % 11) for due in range(-380, 40, 4)]
    Payment.objects.bulk_create(
        Payment(
            reference=f"P{place}",
            customer=people[place % 20],
            due_on=AS_OF + datetime.timedelta(days=due),
            paid_on=None if paid is None else AS_OF + datetime.timedelta(days=paid),
            amount=1,
            currency="CNY",
            amount_cents=place,
        )
        for place, (due, paid) in enumerate(days)
    )
    run = scored_run("credit")
    names = ["customer_id", "due_on", "paid_on", "amount_cents"]
    rows = pd.DataFrame(list(Payment.objects.values_list(*names)), columns=names)
    rows = rows.assign(due_on=pd.to_datetime(rows["due_on"]), paid_on=pd.to_datetime(rows["paid_on"]))
    rows = rows[rows[["due_on", "paid_on"]].min(axis=1) <= pd.Timestamp(AS_OF)]
    rows = rows.assign(ordered_on=pd.Series(pd.NaT, index=rows.index))
    expected = paying(rows, Window(run.window_start or AS_OF, run.window_end or AS_OF), AS_OF)
    kept = ["customer_id", "payments_late", "unpaid", "overdue"]
    stored = CreditRow.objects.filter(run=run).values_list(*kept)
    found = pd.DataFrame(list(stored), columns=kept).set_index("customer_id")
    assert found.loc[expected.index].to_numpy().tolist() == expected[kept[1:]].to_numpy().tolist()
    assert expected["overdue"].sum() > 0


@pytest.mark.usefixtures("people")
def test_gold_scores_the_last_fiscal_year_beside_the_naive_list() -> None:
    summary = results_of(scored_run("gold", as_of=datetime.date(2025, 3, 31)))["gold"].summary
    assert summary["year"] == ["2026-01-01", "2027-01-01"]
    score = summary["score"]
    assert score["year"] == ["2024-01-01", "2025-01-01"]
    sold = OrderLine.objects.filter(ordered_on__year=2024, customer__lines__ordered_on__lt="2024-01-01")
    assert score["total"] == sum(sold.distinct().values_list("revenue_cents", flat=True))
    assert score["naive"]["chosen"] == score["hindsight"]["chosen"]
    assert score["hindsight"]["captured"] >= score["model"]["captured"] > 0


@pytest.mark.usefixtures("people")
def test_the_backtest_goes_several_windows_back() -> None:
    windows = results_of(scored_run("backtest"))["backtest"].summary["windows"]
    assert [window["as_of"] for window in windows] == ["2024-12-31", "2024-10-02", "2024-07-04"]
    assert set(windows[0]["methods"]) == {"mbg_nbd", "bg_nbd", "nbd", "auto"}


def test_what_the_data_do_not_allow_is_said_in_words() -> None:
    buyers(2, datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))  # nobody has ordered yet
    results = results_of(scored_run("clv", "gold", "rfm", "backtest"))
    assert results["clv"].state == results["gold"].state == MeasureState.REFUSED
    assert results["clv"].problem == NO_DEMAND_MODEL
    assert results["rfm"].state == results["backtest"].state == MeasureState.REFUSED
