"""Baskets: which products are bought together, order by order.

X is the sparse matrix of baskets × products, 1 where a basket holds a product however often. XᵀX counts in how many
baskets each pair stands. Pairs in fewer than five baskets say nothing and are left out; the others are scored by the
log-likelihood ratio of :mod:`analysis.measures.association`, with support, confidence and lift beside it.

A basket is an order of an identified customer: an anonymous order may be a whole day's counter sales, in which
everything goes with everything. Counts over disjoint baskets add up, so a company's baskets may be counted part by
part, in any number of parts, with the same result.

Source: Agrawal, Imieliński & Swami (1993), Mining association rules between sets of items in large databases, SIGMOD,
for support and confidence; Dunning (1993) for the ratio; which pairs are told: definition of this product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.measures.association import lift, log_likelihood_ratio
from analysis.measures.frames import require_columns, sold_for_money

LINE_COLUMNS = ("customer_id", "order_id", "product_id", "quantity", "revenue_cents", "is_merchandise")
# So many entries of XᵀX are looked at together: memory stays flat however many products there are.
ENTRIES_PER_BLOCK = 4_000_000


@dataclass(frozen=True, slots=True)
class BasketPolicy:
    """Which pairs of products are told.

    Attributes
    ----------
    least_together
        Baskets that must hold both products for a pair to mean anything.
    neighbours
        How many partners are kept of each product, those of the highest log-likelihood ratio.

    Raises
    ------
    ValueError
        When one of them is below 1.
    """

    least_together: int = 5
    neighbours: int = 20

    def __post_init__(self) -> None:
        if self.least_together < 1 or self.neighbours < 1:
            raise ValueError("least_together and neighbours must be at least 1")


@dataclass(frozen=True, slots=True)
class PairCounts:
    """What baskets hold, as counts that add up.

    Attributes
    ----------
    baskets
        How many baskets hold some product.
    products
        Index ``product_id`` int64, ascending: in how many ``baskets`` each stands, int64.
    pairs
        ``product_id`` < ``other_id`` int64, sorted; ``together`` int64, the baskets that hold both.
    """

    baskets: int
    products: pd.Series
    pairs: pd.DataFrame

    def __add__(self, other: PairCounts) -> PairCounts:
        """The counts over the baskets of both, which must be different baskets."""
        return add_counts(
            self.baskets + other.baskets,
            pd.concat([self.products, other.products]).reset_index(),
            pd.concat([self.pairs, other.pairs]),
        )


def add_counts(baskets: int, products: pd.DataFrame, pairs: pd.DataFrame) -> PairCounts:
    """Add up the counts of several parts, laid one below the other.

    ``products`` has the columns ``product_id, baskets``, ``pairs`` those of :class:`PairCounts`, all int64.
    """
    return PairCounts(
        baskets=baskets,
        products=products.groupby("product_id")["baskets"].sum().astype("int64"),
        pairs=pairs.groupby(["product_id", "other_id"])[["together"]].sum().reset_index().astype("int64"),
    )


def basket_contents(lines: pd.DataFrame) -> pd.DataFrame:
    """What was sold in which basket: merchandise, for money, to an identified customer.

    Parameters
    ----------
    lines
        ``customer_id`` Int64, ``order_id`` int64, ``product_id`` Int64, ``quantity``, ``revenue_cents`` int64,
        ``is_merchandise`` bool.

    Returns
    -------
    DataFrame
        ``basket_id`` and ``product_id`` int64, each pair once.
    """
    require_columns(lines, LINE_COLUMNS, "lines")
    counted = sold_for_money(lines) & lines["is_merchandise"]
    counted &= lines["customer_id"].notna() & lines["product_id"].notna()
    contents = lines.loc[counted, ["order_id", "product_id"]].astype("int64")
    return contents.rename(columns={"order_id": "basket_id"}).drop_duplicates(ignore_index=True)


def count_pairs(contents: pd.DataFrame) -> PairCounts:
    """Count products and pairs over whole baskets.

    Parameters
    ----------
    contents
        As :func:`basket_contents` returns it; a product listed twice in a basket counts once.
    """
    require_columns(contents, ("basket_id", "product_id"), "basket contents")
    basket, baskets = pd.factorize(contents["basket_id"])
    place, products = pd.factorize(contents["product_id"], sort=True)
    ones = np.ones(len(contents), dtype=np.int32)
    matrix = sparse.csr_array((ones, (basket, place)), shape=(len(baskets), len(products)))
    matrix.data[:] = 1  # entries of a product listed twice have been added up
    index = pd.Index(np.asarray(products, dtype=np.int64), name="product_id")
    counts = np.bincount(matrix.indices, minlength=len(products)).astype(np.int64)
    return PairCounts(
        baskets=len(baskets),
        products=pd.Series(counts, index=index, name="baskets"),
        pairs=_pairs(matrix, index.to_numpy()),
    )


def product_pairs(counts: PairCounts, policy: BasketPolicy | None = None) -> pd.DataFrame:
    """Score the pairs that are often enough together and attract each other.

    Returns
    -------
    DataFrame
        A pair is there once from each side, as far as it is among the side's strongest ``neighbours``: ``product_id``
        and ``other_id`` int64; ``together`` int64; ``support``, ``confidence`` (of other, given product), ``lift`` and
        ``llr`` float64; ``place`` int64, 1 for the product's strongest partner. Sorted by ``product_id`` and ``place``;
        equal ratios go by ``other_id``. Only pairs with a lift above 1 are told.
    """
    policy = policy or BasketPolicy()
    often = counts.pairs[counts.pairs["together"] >= policy.least_together]
    both = pd.concat([often, often.rename(columns={"product_id": "other_id", "other_id": "product_id"})])
    together = both["together"].to_numpy()
    first = counts.products.reindex(both["product_id"]).to_numpy()
    second = counts.products.reindex(both["other_id"]).to_numpy()
    scored = both.assign(
        support=together / max(counts.baskets, 1),
        confidence=together / first,
        lift=lift(together, first, second, counts.baskets),
        llr=log_likelihood_ratio(together, first, second, counts.baskets),
    )
    scored = scored[scored["lift"] > 1]
    scored = scored.sort_values(["product_id", "llr", "other_id"], ascending=[True, False, True])
    scored = scored.assign(place=scored.groupby("product_id").cumcount() + 1)
    columns = ["product_id", "other_id", "together", "support", "confidence", "lift", "llr", "place"]
    return scored.loc[scored["place"] <= policy.neighbours, columns].reset_index(drop=True)


def _pairs(matrix: sparse.csr_array, products: npt.NDArray[np.int64]) -> pd.DataFrame:
    """The pairs above the diagonal of XᵀX, some rows of it at a time."""
    transposed = matrix.T.tocsr()
    step = max(1, ENTRIES_PER_BLOCK // max(1, matrix.shape[1]))
    parts = [pd.DataFrame(columns=["product_id", "other_id", "together"], dtype="int64")]
    for start in range(0, matrix.shape[1], step):
        block = (transposed[start : start + step] @ matrix).tocoo()
        first, second = block.row + start, block.col
        above = second > first
        found = {
            "product_id": products[first[above]],
            "other_id": products[second[above]],
            "together": block.data[above].astype(np.int64),
        }
        parts.append(pd.DataFrame(found))
    return pd.concat(parts).sort_values(["product_id", "other_id"], ignore_index=True)
