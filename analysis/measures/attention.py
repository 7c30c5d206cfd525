"""Attention: how opinions and complaints were dealt with, and whose they were.

Over the cases (complaints, or opinions) reported in a window, for each group alike in type, product, rep, region or
cause:

- resolved share = cases resolved by the day of analysis ÷ cases;
- time to resolve: median and 90th percentile of the hours from report to resolution, over resolved cases, by linear
  interpolation between the two nearest (definition 7 of Hyndman & Fan 1996);
- satisfied share = customers who said they were satisfied ÷ those who said anything;
- value at stake = the value of the distinct customers behind the cases.

A **complaining key account** (抱怨大客户) is a customer in the policy's top tiers, or among its top so many by value,
with enough complaints in the window, one open for too long, or one closed without satisfying.

A cause is free text. Causes are compared without regard to case and spaces, and named only when enough different
customers gave them, so that no cause points at one.

Source: percentiles by Hyndman & Fan (1996), Sample quantiles in statistical packages, The American Statistician 50(4);
groups, alerts and when a cause is named: definition of this product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.ratios import ratio

CASE_COLUMNS = ("customer_id", "reported_at", "resolved_at", "is_satisfied")
COUNTS = ("cases", "resolved", "judged", "satisfied")
OTHER_CAUSES = ""
ALERTS = ("many", "open_long", "unsatisfied")
ALERT_DTYPE = pd.CategoricalDtype(
    [
        "|".join(code for place, code in enumerate(ALERTS) if bits >> place & 1)
        for bits in range(2 ** len(ALERTS))
    ]
)


@dataclass(frozen=True, slots=True)
class AttentionPolicy:
    """Whose complaints are a key account's, and what makes it a complaining one.

    Attributes
    ----------
    key_tiers
        Tiers whose customers are key accounts.
    key_share_percent
        The top so many per cent by value are key accounts too.
    many
        Complaints in the window from which on there are many.
    open_days
        Days after which an open complaint has been open for too long.
    least_customers_of_a_cause
        Different customers from which on a cause is named.

    Raises
    ------
    ValueError
        When a number makes no sense.
    """

    key_tiers: tuple[str, ...] = ("A",)
    key_share_percent: int = 10
    many: int = 3
    open_days: int = 7
    least_customers_of_a_cause: int = 3

    def __post_init__(self) -> None:
        if not 0 <= self.key_share_percent <= 100:
            raise ValueError(f"key_share_percent must be from 0 to 100, not {self.key_share_percent}")
        if self.many < 1 or self.open_days < 0 or self.least_customers_of_a_cause < 1:
            raise ValueError("counts must be above zero and days not negative")


def attention(cases: pd.DataFrame, by: str, values: pd.Series, until: pd.Timestamp) -> pd.DataFrame:
    """Count the cases of each group and how they were dealt with.

    Parameters
    ----------
    cases
        One row per case of the window: ``customer_id`` int64, the column named by ``by`` (NA: not known),
        ``reported_at`` and ``resolved_at`` datetime64 (UTC, NaT while open), ``is_satisfied`` boolean (NA: not said).
    values
        Each customer's value, int64 cents, indexed by customer id; a customer who is not in it is worth 0.
    until
        The end of the day of analysis (UTC, without zone): what was resolved later is still open.

    Returns
    -------
    DataFrame
        Indexed by group, those with most cases first. int64: ``cases``, ``resolved``, ``judged``, ``satisfied``,
        ``customers``, ``value`` cents; float64 ``resolved_share``, ``satisfied_share``, ``hours_median``,
        ``hours_90``, NaN where not defined.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(cases, (by, *CASE_COLUMNS), "cases")
    known = _dealt_with(cases, until)
    groups = known.groupby(known[by].astype("object"), dropna=False)
    sums = groups[list(COUNTS)].sum().astype("int64")
    people = known.drop_duplicates([by, "customer_id"])
    worth = people["customer_id"].map(values).fillna(0).astype("int64")
    whose = worth.groupby(people[by].astype("object"), dropna=False)
    found = sums.assign(
        customers=whose.size().astype("int64"),
        value=whose.sum(),
        resolved_share=ratio(sums["resolved"], sums["cases"]),
        satisfied_share=ratio(sums["satisfied"], sums["judged"]),
        hours_median=groups["hours"].quantile(0.5),
        hours_90=groups["hours"].quantile(0.9),
    )
    return found.sort_index(
        na_position="last", key=lambda keys: keys.map(str, na_action="ignore")
    ).sort_values("cases", ascending=False, kind="stable")


def named_causes(cases: pd.DataFrame, policy: AttentionPolicy) -> pd.Series:
    """Each case's cause in its usual spelling, "" where too few different customers gave it, NA without one.

    ``cases`` has ``customer_id`` and ``cause`` (text). The spelling is the one met most often, of equals the first.
    """
    require_columns(cases, ("customer_id", "cause"), "cases")
    text = cases["cause"].astype("string").str.strip().str.replace(r"\s+", " ", regex=True)
    text = text.mask(text == "")
    key = text.str.casefold()
    frame = pd.DataFrame({"key": key, "text": text, "customer_id": cases["customer_id"]}).dropna()
    if frame.empty:
        return text
    customers = frame.groupby("key")["customer_id"].nunique()
    spelled = frame.groupby(["key", "text"]).size().reset_index(name="times")
    usual = spelled.sort_values(["times", "text"], ascending=[False, True]).drop_duplicates("key")
    names = usual.set_index("key")["text"].where(customers >= policy.least_customers_of_a_cause, OTHER_CAUSES)
    return key.map(names).astype("string")


def customer_attention(
    cases: pd.DataFrame, customers: pd.DataFrame, policy: AttentionPolicy, until: pd.Timestamp
) -> pd.DataFrame:
    """Count each customer's complaints, and tell which customers are complaining key accounts, and why.

    Parameters
    ----------
    cases
        As for :func:`attention`; the complaints of the window and those of before that are open still.
    customers
        Indexed by customer id: ``value`` int64 cents, ``rank`` int64, ``tier`` A, B or C; the whole population.

    Returns
    -------
    DataFrame
        Indexed by customer id, customers with a case alone. int64 ``cases``, ``resolved``, ``judged``, ``satisfied``,
        ``open``; ``longest_open_days`` Int64; ``hours_median`` float64; ``last_reported_at`` datetime64; ``value``;
        bool ``is_key``; ``alerts`` category, the codes of :data:`ALERTS` that hold for a key account, joined by
        "|".

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(cases, CASE_COLUMNS, "cases")
    require_columns(customers, ("value", "rank", "tier"), "customers")
    known = _dealt_with(cases, until)
    known = known[known["customer_id"].isin(customers.index)]
    groups = known.groupby("customer_id")
    found = groups[list(COUNTS)].sum().astype("int64")
    whose = customers.loc[found.index]
    top = policy.key_share_percent * len(customers)
    key = whose["tier"].astype("object").isin(policy.key_tiers) | (
        (whose["rank"] * 100 <= top) & (whose["value"] > 0)
    )
    found = found.assign(
        open=found["cases"] - found["resolved"],
        longest_open_days=groups["open_days"].max().astype("Int64"),
        hours_median=groups["hours"].median(),
        last_reported_at=groups["reported_at"].max(),
        value=whose["value"],
        is_key=key,
    )
    return found.assign(alerts=_alerts(found, policy))


def _dealt_with(cases: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """The cases known by ``until``, with what had become of them by then."""
    known = cases[cases["reported_at"] < until]
    resolved = known["resolved_at"] < until
    judged = known["is_satisfied"].astype("boolean").where(resolved)
    hours = (known["resolved_at"] - known["reported_at"]).dt.total_seconds() / 3600
    waited = (until - known["reported_at"]).dt.days.astype("Int64")
    return known.assign(
        cases=1,
        resolved=resolved.astype("int64"),
        judged=judged.notna().astype("int64"),
        satisfied=judged.fillna(False).astype("int64"),
        hours=hours.where(resolved),
        open_days=waited.where(~resolved),
    )


def _alerts(found: pd.DataFrame, policy: AttentionPolicy) -> pd.Series:
    too_long = (found["longest_open_days"] > policy.open_days).fillna(False).to_numpy(dtype=bool)
    holds = {
        "many": (found["cases"] >= policy.many).to_numpy(),
        "open_long": too_long,
        "unsatisfied": (found["judged"] > found["satisfied"]).to_numpy(),
    }
    is_key = found["is_key"].to_numpy(dtype=bool)
    bits = sum((holds[code] & is_key).astype(np.int64) << place for place, code in enumerate(ALERTS))
    return pd.Series(pd.Categorical.from_codes(bits, dtype=ALERT_DTYPE), index=found.index)
