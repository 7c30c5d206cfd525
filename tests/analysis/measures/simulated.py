"""Purchase histories made up from the models' own stories, and by hand."""

import datetime

import numpy as np
import pandas as pd

from analysis.measures.demand import DemandModel, DemandParameters

AS_OF = datetime.date(2024, 12, 31)
SEED = 20241231


def histories(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """Histories from (repeat order days, days from first to last, days from first to AS_OF)."""
    x, recency, age = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    first = pd.Timestamp(AS_OF) - pd.to_timedelta(age, unit="D")
    last = first + pd.to_timedelta(recency, unit="D")
    index = pd.RangeIndex(len(x), name="customer_id")
    return pd.DataFrame({"first_order_on": first, "last_order_on": last, "order_days": x + 1}, index=index)


def simulated_histories(of: DemandParameters, customers: int) -> pd.DataFrame:
    """Customers of up to two years who buy by Gamma(r, α), leave by Beta(a, b) and are seen to the day."""
    random = np.random.default_rng(SEED)
    age = random.integers(30, 730, customers)
    daily_rate = random.gamma(of.r, 1 / (7 * of.alpha), customers)
    dropout = random.beta(of.a, of.b, customers) if of.model is not DemandModel.NBD else np.zeros(customers)
    x, recency, elapsed = np.zeros(customers, int), np.zeros(customers, int), np.zeros(customers)
    active = np.ones(customers, dtype=bool)
    if of.model is DemandModel.MBG_NBD:
        active = random.random(customers) >= dropout
    while active.any():
        buyers = np.flatnonzero(active)
        elapsed[buyers] += random.exponential(1 / daily_rate[buyers])
        day = np.ceil(elapsed[buyers]).astype(int)
        in_time = day <= age[buyers]
        new_day = in_time & (day > recency[buyers])
        x[buyers[new_day]] += 1
        recency[buyers[in_time]] = day[in_time]
        active[buyers] = in_time & (random.random(buyers.size) >= dropout[buyers])
    return histories(*zip(x, recency, age, strict=True))
