"""Random lines of a small trade, for properties of the measures about products."""

import pandas as pd
from hypothesis import strategies as st

LINE = st.tuples(
    st.integers(1, 6),  # customer
    st.integers(1, 5),  # product
    st.sampled_from([1, 1, 1, 2, -1]),  # quantity
    st.integers(0, 100_000),  # cents
    st.integers(0, 120),  # cost, % of the amount
    st.booleans(),  # whether the cost is known
)
LINES = st.lists(LINE, min_size=1, max_size=40)
Lines = list[tuple[int, int, int, int, int, bool]]


def sales_lines(drawn: Lines) -> pd.DataFrame:
    """Lines as :func:`analysis.measures.costs.margin_sums` takes them."""
    rows = [
        {
            "customer_id": customer,
            "product_id": product,
            "quantity": quantity,
            "revenue_cents": quantity * cents,
            "cost_cents": quantity * (cents * percent // 100) if known else 0,
            "cost_known": known,
        }
        for customer, product, quantity, cents, percent, known in drawn
    ]
    return pd.DataFrame(rows)
