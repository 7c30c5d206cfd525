"""Informants: what each was paid, whom they brought, what those bought, and who has fallen silent.

- return on reward = (gross margin of the customers brought − rewards paid) ÷ rewards paid;
- an informant is *silent* when the last referral lies more than the policy's days before the day of analysis, and
  *never spoke* without any.

Source: Farris, Bendle, Pfeifer & Reibstein (2010), Marketing Metrics, chapter 10, for the return on what was spent;
silence and who is credited with a customer: definition of this product.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.ratios import ratio

VOICE_DTYPE = pd.CategoricalDtype(["active", "silent", "never_spoke"])
REFERRAL_COLUMNS = ("informant_id", "customer_id", "referred_on", "reward")


@dataclass(frozen=True, slots=True)
class InformantPolicy:
    """Days without a referral beyond which an informant counts as silent.

    Raises
    ------
    ValueError
        Unless the days are above zero.
    """

    silent_days: int = 180

    def __post_init__(self) -> None:
        if self.silent_days < 1:
            raise ValueError(f"silent_days must be above zero, not {self.silent_days}")


def informant_returns(
    informants: pd.Index,
    referrals: pd.DataFrame,
    customers: pd.DataFrame,
    policy: InformantPolicy,
    as_of: datetime.date,
) -> pd.DataFrame:
    """Add up what each informant brought and was paid.

    Parameters
    ----------
    informants
        The ids of all informants, int64.
    referrals
        One row per referral: ``informant_id`` int64, ``customer_id`` Int64 (NA: came to nothing), ``referred_on``
        datetime64, ``reward`` int64 cents paid. Referrals after ``as_of`` are ignored. A customer referred by several
        informants counts for the first of them: money is brought once.
    customers
        Indexed by customer id: int64 cents ``net_revenue_ever``, ``gross_margin_ever``; int64
        ``lifetime_order_days``.

    Returns
    -------
    DataFrame
        Indexed by ``informants``. int64: ``referrals``, ``customers``, ``buyers``, cents ``rewards``, ``net_revenue``,
        ``gross_margin``; ``last_referral_on`` datetime64; ``days_silent`` Int64; ``voice`` category active, silent or
        never_spoke; float64 ``return_on_reward``, NaN without rewards.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(referrals, REFERRAL_COLUMNS, "referrals")
    require_columns(customers, ("net_revenue_ever", "gross_margin_ever", "lifetime_order_days"), "customers")
    known = referrals[referrals["referred_on"] <= pd.Timestamp(as_of)]
    told = known.groupby("informant_id").agg(
        referrals=("reward", "size"), rewards=("reward", "sum"), last_referral_on=("referred_on", "max")
    )
    found = told.reindex(informants)
    counts = ["referrals", "rewards"]
    found[counts] = found[counts].fillna(0).astype("int64")
    found = found.join(_brought(known, customers).reindex(informants, fill_value=0))
    days = (pd.Timestamp(as_of) - found["last_referral_on"]).dt.days.astype("Int64")
    silent = (days > policy.silent_days).fillna(False).to_numpy(dtype=bool)
    voice = np.where(days.isna().to_numpy(dtype=bool), 2, silent.astype(np.int8))
    return found.assign(
        days_silent=days,
        voice=pd.Categorical.from_codes(voice, dtype=VOICE_DTYPE),
        return_on_reward=ratio(found["gross_margin"] - found["rewards"], found["rewards"]),
    )


def _brought(referrals: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """The customers that each informant was the first to name, and their money."""
    named = referrals[referrals["customer_id"].notna()].astype({"customer_id": "int64"})
    first = named.sort_values(["referred_on", "informant_id"], kind="stable").drop_duplicates("customer_id")
    known = first.set_index("customer_id")[["informant_id"]].join(customers, how="inner")
    frame = pd.DataFrame(
        {
            "informant_id": known["informant_id"],
            "customers": 1,
            "buyers": (known["lifetime_order_days"] > 0).astype("int64"),
            "net_revenue": known["net_revenue_ever"],
            "gross_margin": known["gross_margin_ever"],
        }
    )
    return frame.groupby("informant_id").sum().astype("int64")
