"""Data quality: which fields are filled in, how fresh the records are, which fields nobody uses.

- completeness of a customer = fields filled ÷ fields that apply to its kind (a company has no date of birth);
- completeness of a field = customers with it filled ÷ customers that it applies to;
- a record is *fresh* when somebody last changed or verified it within the policy's days before the day of analysis;
- a field is *unused* when its completeness is below the policy's share.

Which fields of a customer are filled comes as bits of whole numbers, one bit a field: a million customers with a
hundred fields are two arrays of eight megabytes.

Source: completeness and currentness of ISO/IEC 25012:2008, the data quality model; when a record is fresh and a field
unused: definition of this product.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.ratios import ratio

FIELDS_PER_WORD = 62


@dataclass(frozen=True, slots=True)
class QualityPolicy:
    """How old a fresh record may be, and below which completeness a field is unused.

    Raises
    ------
    ValueError
        Unless the days are above zero and the share lies between 0 and 1.
    """

    fresh_days: int = 365
    unused_share: Decimal = Decimal("0.01")

    def __post_init__(self) -> None:
        if self.fresh_days < 1:
            raise ValueError(f"fresh_days must be above zero, not {self.fresh_days}")
        if not 0 <= self.unused_share <= 1:
            raise ValueError(f"unused_share must lie between 0 and 1, not {self.unused_share}")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the records: its key, and the kinds of customer that it applies to."""

    key: str
    kinds: frozenset[str]


def customer_quality(
    customers: pd.DataFrame, fields: Sequence[Field], policy: QualityPolicy, as_of: datetime.date
) -> pd.DataFrame:
    """Measure each customer's completeness and freshness.

    Parameters
    ----------
    customers
        Indexed by customer id: ``kind`` category; ``filled_0``, ``filled_1`` … int64, where the bit of place p in
        word w says whether field 62·w + p of ``fields`` is filled; ``checked_on`` datetime64, when the record was last
        changed or verified (NaT: never).

    Returns
    -------
    DataFrame
        Indexed like ``customers``: int64 ``filled`` and ``applicable`` fields, float64 ``completeness`` (NaN where none
        applies), ``age_days`` Int64, bool ``is_fresh``. What is filled but does not apply does not count.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    words = _words(customers, fields)
    filled = np.zeros(len(customers), dtype=np.int64)
    applicable = np.zeros(len(customers), dtype=np.int64)
    for kind in customers["kind"].cat.categories:
        of_kind = (customers["kind"] == kind).to_numpy()
        masks = _masks(fields, kind)
        applicable[of_kind] = sum(mask.bit_count() for mask in masks)
        for word, mask in zip(words, masks, strict=True):
            filled[of_kind] += np.bitwise_count(word[of_kind] & mask)
    age = (pd.Timestamp(as_of) - customers["checked_on"]).dt.days.astype("Int64").clip(lower=0)
    return pd.DataFrame(
        {
            "filled": filled,
            "applicable": applicable,
            "completeness": ratio(filled, applicable),
            "age_days": age,
            "is_fresh": (age <= policy.fresh_days).fillna(False).astype(bool),
        },
        index=customers.index,
    )


def field_quality(customers: pd.DataFrame, fields: Sequence[Field], policy: QualityPolicy) -> pd.DataFrame:
    """Measure how far each field is filled in.

    ``customers`` as for :func:`customer_quality`, ``checked_on`` apart. The result is that of :func:`field_rates`.
    """
    words = _words(customers, fields)
    kinds = {kind: (customers["kind"] == kind).to_numpy() for kind in customers["kind"].cat.categories}
    words_of = {kind: [word[of_kind] for word in words] for kind, of_kind in kinds.items()}
    rows = []
    for number, field in enumerate(fields):
        word, place = divmod(number, FIELDS_PER_WORD)
        asked = [theirs[word] for kind, theirs in words_of.items() if kind in field.kinds]
        rows.append(
            {
                "field": field.key,
                "customers": sum(len(bits) for bits in asked),
                "filled": sum(int(np.count_nonzero(bits & (1 << place))) for bits in asked),
            }
        )
    return field_rates(
        pd.DataFrame(rows, columns=["field", "customers", "filled"]).set_index("field"), policy
    )


def field_rates(counts: pd.DataFrame, policy: QualityPolicy) -> pd.DataFrame:
    """Turn counts of filled fields into completeness.

    Parameters
    ----------
    counts
        Indexed by field: int64 ``customers`` that it applies to, and ``filled`` among them.

    Returns
    -------
    DataFrame
        With float64 ``completeness`` (NaN where it applies to nobody) and bool ``is_unused``, the fullest first.
    """
    require_columns(counts, ("customers", "filled"), "fields")
    completeness = ratio(counts["filled"], counts["customers"])
    found = counts.assign(
        completeness=completeness, is_unused=completeness < float(policy.unused_share)
    ).sort_index()
    return found.sort_values("completeness", ascending=False, kind="stable", na_position="last")


def _words(customers: pd.DataFrame, fields: Sequence[Field]) -> list[npt.NDArray[np.int64]]:
    names = [f"filled_{word}" for word in range(-(-len(fields) // FIELDS_PER_WORD))]
    require_columns(customers, ("kind", *names), "customers")
    return [customers[name].to_numpy(dtype=np.int64) for name in names]


def _masks(fields: Sequence[Field], kind: str) -> list[int]:
    """For each word the bits of the fields that apply to a kind."""
    masks = [0] * (-(-len(fields) // FIELDS_PER_WORD))
    for number, field in enumerate(fields):
        if kind in field.kinds:
            masks[number // FIELDS_PER_WORD] |= 1 << number % FIELDS_PER_WORD
    return masks
