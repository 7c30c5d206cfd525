import datetime
from decimal import Decimal
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifetimes import GammaGammaFitter
from lifetimes.utils import _customer_lifetime_value

from analysis.measures.clv import WEEKS_A_QUARTER, ClvPolicy, lifetime_value, value_per_order_day
from analysis.measures.demand import DemandModel, DemandParameters, expected_orders
from analysis.measures.occasions import purchase_histories, purchase_occasions
from analysis.measures.spend import SpendParameters, fit_spend, repeat_spend
from tests.analysis.measures.present import present
from tests.analysis.measures.simulated import AS_OF, histories

DEMAND = DemandParameters(DemandModel.MBG_NBD, 0.5248, 6.1830, 0.8914, 1.6140)
SPEND = SpendParameters(6.2488, 3.7446, 1544.78)
POLICY = ClvPolicy()
ROWS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(20, 300), st.integers(0, 100), st.integers(0, 10**7)),
    min_size=1,
    max_size=20,
)


def customers(rows: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    """From repeats, days from first to last order, days since, cents of repeat revenue and of last year's margin."""
    frame = histories(*[(x, recency if x else 0, recency + since) for x, recency, since, _cents in rows])
    cents = np.array([cents if x else 0 for x, _recency, _since, cents in rows])
    return frame.assign(repeat_revenue=cents, margin_last_year=cents // 3)


def valued(frame: pd.DataFrame, policy: ClvPolicy = POLICY, spend: SpendParameters = SPEND) -> pd.DataFrame:
    return lifetime_value(frame, DEMAND, spend, 0.4, policy, AS_OF)


@given(ROWS, st.randoms())
@settings(max_examples=15)
def test_the_order_of_customers_changes_nothing(
    rows: list[tuple[int, int, int, int]], random: Random
) -> None:
    frame = customers(rows)
    shuffled = frame.sample(frac=1, random_state=random.randrange(1000))
    pd.testing.assert_frame_equal(valued(shuffled).sort_index(), valued(frame))


@given(ROWS, st.sampled_from([2, 10]))
@settings(max_examples=15)
def test_another_currency_scales_every_amount(rows: list[tuple[int, int, int, int]], rate: int) -> None:
    frame = customers(rows)
    scaled = frame.assign(**{name: frame[name] * rate for name in ("repeat_revenue", "margin_last_year")})
    there = valued(scaled, spend=SpendParameters(SPEND.p, SPEND.q, SPEND.v * rate))
    here = valued(frame)
    np.testing.assert_allclose(there[["clv", "naive"]], here[["clv", "naive"]] * rate)
    np.testing.assert_allclose(there["expected_orders"], here["expected_orders"])


@given(ROWS)
@settings(max_examples=15)
def test_looking_further_ahead_adds_and_a_higher_rate_takes_away(
    rows: list[tuple[int, int, int, int]],
) -> None:
    frame = customers(rows)
    near, far = (valued(frame, ClvPolicy(years, Decimal(0))) for years in (1, 5))
    assert (far["clv"] > near["clv"]).all()
    assert (valued(frame, ClvPolicy(5, Decimal("0.2")))["clv"] < far["clv"]).all()


def test_the_value_agrees_with_the_sum_written_out() -> None:
    frame = customers([(3, 140, 70, 60_000)])
    orders = [float(expected_orders(DEMAND, 3, 20, 30, quarter * WEEKS_A_QUARTER)) for quarter in range(13)]
    spend = 6.2488 * (1544.78 + 60_000) / (6.2488 * 3 + 3.7446 - 1)
    expected = sum((orders[t] - orders[t - 1]) * spend * 0.4 / 1.1 ** (t / 4) for t in range(1, 13))
    row = valued(frame).iloc[0]
    assert row["clv"] == pytest.approx(expected, rel=1e-12)
    assert row["expected_orders"] == pytest.approx(orders[12], rel=1e-12)
    assert row["naive"] == pytest.approx(sum(20_000 / 4 / 1.1 ** (t / 4) for t in range(1, 13)))


def test_a_lifetime_agrees_with_lifetimes_on_cdnow(cdnow_sample: pd.DataFrame) -> None:
    """Undiscounted: the library's year has twelve months of 30 days, one and a half per cent less than ours."""
    day = datetime.date(1997, 9, 30)
    occasions = purchase_occasions(cdnow_sample, free_counts=True)
    repeats = repeat_spend(occasions, day)
    revenue = (repeats["repeats"] * repeats["mean_value"]).round()
    known = purchase_histories(occasions, day).assign(repeat_revenue=revenue, margin_last_year=0)
    known = known.fillna({"repeat_revenue": 0}).astype({"repeat_revenue": "int64"})
    spend = present(fit_spend(repeats["repeats"], repeats["mean_value"]).parameters)
    found = lifetime_value(known, DEMAND, spend, 1.0, ClvPolicy(1, Decimal(0)), day)

    class OurDemand:
        def predict(self, weeks: float, *_history: object) -> pd.Series:
            rows = known["order_days"] - 1, (known["last_order_on"] - known["first_order_on"]).dt.days / 7
            age = (pd.Timestamp(day) - known["first_order_on"]).dt.days / 7
            return pd.Series(expected_orders(DEMAND, *rows, age, weeks), index=known.index)

    library = GammaGammaFitter()
    library.params_ = pd.Series({"p": spend.p, "q": spend.q, "v": spend.v})
    x = (known["order_days"] - 1).where(known["repeat_revenue"] > 0, 0)
    mean = (known["repeat_revenue"] / x).fillna(0)
    value = library.conditional_expected_average_profit(x, mean)
    theirs = _customer_lifetime_value(OurDemand(), x, x, x, value, time=12, discount_rate=0, freq="W")
    np.testing.assert_allclose(found["expected_value"], value, rtol=1e-9)
    assert found["clv"].sum() == pytest.approx(theirs.sum(), rel=0.02)


def test_customers_without_orders_have_no_value() -> None:
    frame = customers([(3, 140, 70, 60_000), (-1, 0, 0, 0)])
    frame.loc[1, ["first_order_on", "last_order_on"]] = pd.NaT
    found = valued(frame)
    assert found.loc[1, ["clv", "expected_orders", "expected_value"]].isna().all()
    assert found.loc[1, "naive"] == 0


def test_free_repeats_alone_count_as_none() -> None:
    frame = pd.DataFrame({"order_days": [4, 1], "repeat_revenue": [0, 0]})
    assert value_per_order_day(frame, SPEND) == pytest.approx([6.2488 * 1544.78 / 2.7446] * 2)


@pytest.mark.parametrize("wrong", [{"years": 0}, {"years": 11}, {"discount_rate": Decimal(1)}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must lie"):
        ClvPolicy(**wrong)  # type: ignore[arg-type]
