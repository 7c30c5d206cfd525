"""What the customers who drag behind cost: the margin they bring against what serving them takes.

For each customer with the *drag* mark, over the window:

- service cost = visits + discounts + support, as recorded;
- profit = gross margin − service cost;
- cost share = service cost ÷ gross margin, not defined where the margin is not above zero.

The verdict is the first that holds: *loses on goods* (gross margin below zero), *costs more than it brings* (profit
below zero), *takes most of its margin* (cost share at or above the policy's), *bought nothing* (no order), *sound*.

Source: Kaplan & Cooper (1998), Cost & Effect, Harvard Business School Press, for customer profit as margin less the
cost to serve; the verdicts: definition of this product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.ratios import ratio

VERDICT_DTYPE = pd.CategoricalDtype(
    ["loses_on_goods", "costs_more", "takes_most_of_its_margin", "bought_nothing", "sound"]
)
COLUMNS = ("marks", "net_revenue", "gross_margin", "orders", "visit_cost", "discount_cost", "support_cost")


@dataclass(frozen=True, slots=True)
class DragPolicy:
    """From which share of its margin on serving a customer takes most of it, in per cent.

    Raises
    ------
    ValueError
        Unless it lies above 0 and at most at 100.
    """

    most_percent: int = 50

    def __post_init__(self) -> None:
        if not 0 < self.most_percent <= 100:
            raise ValueError(f"most_percent must be above 0 and at most 100, not {self.most_percent}")


def drag_costs(customers: pd.DataFrame, policy: DragPolicy) -> pd.DataFrame:
    """List the drag customers, the dearest first.

    Parameters
    ----------
    customers
        Indexed by customer id: ``marks`` category; int64 cents ``net_revenue``, ``gross_margin``, ``visit_cost``,
        ``discount_cost``, ``support_cost``; int64 ``orders``.

    Returns
    -------
    DataFrame
        Indexed by customer id, those marked *drag* alone, by profit ascending. int64 cents ``net_revenue``,
        ``gross_margin``, ``service_cost``, ``visit_cost``, ``discount_cost``, ``support_cost``, ``profit``; int64
        ``orders``; float64 ``cost_share``; ``verdict`` category.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(customers, COLUMNS, "customers")
    drag = customers[customers["marks"] == "drag"][list(COLUMNS[1:])]
    cost = drag["visit_cost"] + drag["discount_cost"] + drag["support_cost"]
    margin = drag["gross_margin"]
    profit = margin - cost
    verdict = np.select(
        [
            margin < 0,
            profit < 0,
            (cost > 0) & (cost * 100 >= margin * policy.most_percent),
            drag["orders"] == 0,
        ],
        [0, 1, 2, 3],
        default=4,
    )
    found = drag.assign(
        service_cost=cost,
        profit=profit,
        cost_share=ratio(cost, margin),
        verdict=pd.Categorical.from_codes(verdict, dtype=VERDICT_DTYPE),
    )
    return found.sort_index().sort_values("profit", kind="stable")
