"""Cross-selling: what each customer lacks that goes with what they have.

The score of a product that a customer lacks is the sum, over the products that they own, of the log-likelihood ratio
(Dunning 1993) of the pair in the company's baskets (:mod:`analysis.measures.baskets`); to *own* is to have bought once.
Only the strongest partners of each owned product take part. Beside each recommendation stands the owned product that
speaks for it most.

Judged by the past: learn from what was known on a day, recommend ten products to every customer known by then, and see
whether they bought one of them afterwards (hit@10), beside recommending to everybody what most customers have.

Source: Dunning (1993) for the ratio; its sum over what a customer owns: definition of this product.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.measures.baskets import BasketPolicy, basket_contents, count_pairs, product_pairs
from analysis.measures.frames import require_columns, sold_for_money

Integers = npt.NDArray[np.int64]
CUSTOMERS_PER_BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class CrossSellPolicy:
    """How many products are recommended to a customer, and which pairs of products speak for them.

    Raises
    ------
    ValueError
        When no product would be recommended.
    """

    per_customer: int = 5
    baskets: BasketPolicy = field(default_factory=BasketPolicy)

    def __post_init__(self) -> None:
        if self.per_customer < 1:
            raise ValueError("at least one product must be recommended")


@dataclass(frozen=True, slots=True)
class RecommendationScores:
    """How recommendations would have fared: shares of ``customers`` who bought one of the ``recommended`` products.

    ``customers`` were known on ``trained_to`` and bought something new to them afterwards. ``ratio`` is ``hit_rate``
    to ``popularity_hit_rate``, NaN where popularity never hits.
    """

    trained_to: datetime.date
    recommended: int
    customers: int
    hit_rate: float
    popularity_hit_rate: float

    @property
    def ratio(self) -> float:
        """How many times as often as popularity the recommendations hit."""
        return self.hit_rate / self.popularity_hit_rate if self.popularity_hit_rate else float("nan")

    def as_dict(self) -> dict[str, Any]:
        """The scores as JSON; rates and the ratio are None where nothing can be said."""
        figures = {
            "hit_rate": self.hit_rate,
            "popularity_hit_rate": self.popularity_hit_rate,
            "ratio": self.ratio,
        }
        return {
            "trained_to": self.trained_to.isoformat(),
            "recommended": self.recommended,
            "customers": self.customers,
            **{name: None if np.isnan(value) else value for name, value in figures.items()},
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What is known on a day: pairs of products, what some customers own, and how many customers own each product.

    ``pairs`` as :func:`analysis.measures.baskets.product_pairs` returns them, ``owned`` as :func:`owned_products`;
    ``popularity`` counts all customers by ``product_id``.
    """

    pairs: pd.DataFrame
    owned: pd.DataFrame
    popularity: pd.Series


def owned_products(lines: pd.DataFrame) -> pd.DataFrame:
    """Who has bought what: ``customer_id`` and ``product_id`` int64, sorted, each pair once; merchandise only.

    ``lines`` as for :func:`analysis.measures.baskets.basket_contents`.
    """
    counted = sold_for_money(lines) & lines["is_merchandise"] & lines["customer_id"].notna()
    owned = lines.loc[counted & lines["product_id"].notna(), ["customer_id", "product_id"]].astype("int64")
    return owned.drop_duplicates().sort_values(["customer_id", "product_id"], ignore_index=True)


def recommend(
    owned: pd.DataFrame, pairs: pd.DataFrame, policy: CrossSellPolicy | None = None
) -> pd.DataFrame:
    """Recommend to each customer the products they lack that go best with those they own.

    Parameters
    ----------
    owned
        ``customer_id`` and ``product_id`` int64, each pair once.
    pairs
        As :func:`analysis.measures.baskets.product_pairs` returns them: ``product_id``, ``other_id``, ``llr``.

    Returns
    -------
    DataFrame
        At most ``policy.per_customer`` rows a customer: ``customer_id``, ``product_id`` int64; ``score`` float64;
        ``place`` int64 from 1; ``because_id`` int64, the owned product that adds most to the score, and
        ``because_llr`` float64, what it adds. Sorted by customer and place; equal scores go by ``product_id``. A
        customer whose products go with nothing is not there.
    """
    policy = policy or CrossSellPolicy()
    require_columns(owned, ("customer_id", "product_id"), "owned products")
    require_columns(pairs, ("product_id", "other_id", "llr"), "pairs of products")
    products = np.union1d(pairs["product_id"], pairs["other_id"]).astype(np.int64)
    weights = _matrix(pairs["product_id"], pairs["other_id"], pairs["llr"], products, products)
    known = owned[owned["product_id"].isin(products)].sort_values(["customer_id", "product_id"])
    customers = known["customer_id"].unique().astype(np.int64)
    ones = np.ones(len(known))
    have = _matrix(known["customer_id"], known["product_id"], ones, customers, products)
    have.data[:] = 1
    parts = [
        _recommend_block(have[start : start + CUSTOMERS_PER_BLOCK], weights, policy.per_customer, start)
        for start in range(0, len(customers), CUSTOMERS_PER_BLOCK)
    ]
    found = pd.concat(parts) if parts else _nothing()
    found = found.assign(
        customer_id=customers[found["customer"]],
        product_id=products[found["product"]],
        because_id=products[found["because"]],
    )
    found = found.sort_values(["customer_id", "place"], ignore_index=True)
    return found[["customer_id", "product_id", "score", "place", "because_id", "because_llr"]]


def judge_recommendations(
    lines: pd.DataFrame,
    trained_to: datetime.date,
    policy: CrossSellPolicy | None = None,
    recommended: int = 10,
) -> RecommendationScores:
    """Compare recommendations made on a day with what customers bought afterwards.

    Parameters
    ----------
    lines
        As for :func:`analysis.measures.baskets.basket_contents`, with ``ordered_on`` datetime64.
    trained_to
        The last day that is learned from; what was sold after it decides.
    """
    policy = policy or CrossSellPolicy()
    require_columns(lines, ("ordered_on",), "lines")
    past = lines["ordered_on"] <= pd.Timestamp(trained_to)
    owned = owned_products(lines[past])
    known = Known(
        pairs=product_pairs(count_pairs(basket_contents(lines[past])), policy.baskets),
        owned=owned,
        popularity=owned.groupby("product_id").size(),
    )
    return judge_offers(known, owned_products(lines[~past]), trained_to, recommended)


def judge_offers(
    known: Known, later: pd.DataFrame, trained_to: datetime.date, recommended: int = 10
) -> RecommendationScores:
    """Compare what would have been recommended on a day with what customers bought afterwards.

    Parameters
    ----------
    known
        What was known on ``trained_to``; the customers of ``known.owned`` are judged.
    later
        What they bought afterwards, as :func:`owned_products` returns it; others in it are left out.
    """
    owned = known.owned
    later = later[later["customer_id"].isin(owned["customer_id"])]
    new = later.merge(owned, how="left", indicator=True).query("_merge == 'left_only'")
    new = new[["customer_id", "product_id"]]
    judged = np.sort(new["customer_id"].unique())
    theirs = owned[owned["customer_id"].isin(judged)]
    chosen = recommend(theirs, known.pairs, CrossSellPolicy(recommended))
    popular = _most_popular(known.popularity, theirs, recommended)
    return RecommendationScores(
        trained_to=trained_to,
        recommended=recommended,
        customers=len(judged),
        hit_rate=_hit_rate(chosen, new, len(judged)),
        popularity_hit_rate=_hit_rate(popular, new, len(judged)),
    )


def _matrix(rows: Any, columns: Any, data: Any, row_ids: Integers, column_ids: Integers) -> sparse.csr_array:
    places = np.searchsorted(row_ids, np.asarray(rows)), np.searchsorted(column_ids, np.asarray(columns))
    matrix = sparse.csr_array(
        (np.asarray(data, dtype=np.float64), places), shape=(len(row_ids), len(column_ids))
    )
    matrix.sort_indices()
    return matrix


def _recommend_block(
    have: sparse.csr_array, weights: sparse.csr_array, count: int, first_customer: int
) -> pd.DataFrame:
    """The best products of some customers, and what speaks for each: places in the matrices."""
    lacking = _scores_of_what_they_lack(have, weights)
    towards = weights.T.tocsr()
    parts = []
    for place in range(1, count + 1):
        entries = _greatest_of_each_row(lacking)
        customers = np.flatnonzero(entries >= 0)
        if not len(customers):
            break
        entries = entries[customers]
        products = lacking.indices[entries]
        reasons = (have[customers] * towards[products]).tocsr()
        reasons.sort_indices()
        strongest = _greatest_of_each_row(reasons)
        parts.append(
            pd.DataFrame(
                {
                    "customer": customers + first_customer,
                    "product": products.astype(np.int64),
                    "score": lacking.data[entries],
                    "place": place,
                    "because": reasons.indices[strongest].astype(np.int64),
                    "because_llr": reasons.data[strongest],
                }
            )
        )
        lacking.data[entries] = 0
    return pd.concat(parts) if parts else _nothing()


def _scores_of_what_they_lack(have: sparse.csr_array, weights: sparse.csr_array) -> sparse.csr_array:
    scores = have @ weights
    lacking: sparse.csr_array = (scores - scores.multiply(have)).tocsr()  # exact: the same less itself is 0
    lacking.eliminate_zeros()
    lacking.sort_indices()
    return lacking


def _greatest_of_each_row(matrix: sparse.csr_array) -> Integers:
    """Where the greatest positive entry of each row stands among the entries, the first of equals; −1 without one."""
    filled = np.flatnonzero(np.diff(matrix.indptr))
    found = np.full(matrix.shape[0], -1, dtype=np.int64)
    if not len(filled):
        return found
    greatest = np.maximum.reduceat(matrix.data, matrix.indptr[filled])
    lengths = np.diff(matrix.indptr)[filled]
    at = np.flatnonzero(matrix.data == np.repeat(greatest, lengths))
    row = np.repeat(filled, lengths)[at]
    first = np.ones(len(row), dtype=bool)
    first[1:] = row[1:] != row[:-1]
    positive = first & (matrix.data[at] > 0)
    found[row[positive]] = at[positive]
    return found


def _nothing() -> pd.DataFrame:
    kinds = {"customer": "int64", "product": "int64", "score": "float64", "place": "int64"}
    return pd.DataFrame(columns=[*kinds, "because", "because_llr"]).astype(
        {**kinds, "because": "int64", "because_llr": "float64"}
    )


def _most_popular(popularity: pd.Series, theirs: pd.DataFrame, count: int) -> pd.DataFrame:
    """To each customer of ``theirs`` the products most customers own, of those they lack."""
    ranking = popularity.sort_index().sort_values(ascending=False, kind="stable").index
    has = theirs.groupby("customer_id")["product_id"].agg(frozenset)
    rows = []
    for customer, mine in has.items():
        lacking = (product for product in ranking if product not in mine)
        rows += [(customer, product) for product, _place in zip(lacking, range(count), strict=False)]
    return pd.DataFrame(rows, columns=["customer_id", "product_id"])


def _hit_rate(chosen: pd.DataFrame, new: pd.DataFrame, customers: int) -> float:
    hits = chosen[["customer_id", "product_id"]].merge(new)["customer_id"].nunique()
    return hits / customers if customers else float("nan")
