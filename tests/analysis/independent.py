"""Contribution and tiers by one SQL query over orders and lines, sharing nothing with the engine: an oracle for runs.

It starts from the amounts in the order's currency and its rate, not from the cents that lines carry.
"""

import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

QUERY = """
WITH money AS (
    SELECT o.customer_id, sum(round(line.amount * o.exchange_rate, 2)) AS net
    FROM customers_order AS o JOIN customers_orderline AS line ON line.order_id = o.id
    LEFT JOIN customers_order AS original ON original.id = o.original_order_id
    WHERE o.status <> 'cancelled' AND o.ordered_on <= %(as_of)s
        AND CASE WHEN %(by_original)s AND line.quantity < 0 THEN coalesce(original.ordered_on, o.ordered_on)
            ELSE o.ordered_on END BETWEEN %(start)s AND %(last)s
    GROUP BY o.customer_id
), everybody AS (
    SELECT customer.id, customer.code, coalesce(money.net, 0) AS net, coalesce(region.a, %(a)s) AS a,
        coalesce(region.b, %(b)s) AS b
    FROM customers_customer AS customer LEFT JOIN money ON money.customer_id = customer.id
    LEFT JOIN (SELECT * FROM unnest(%(regions)s::bigint[], %(as)s::numeric[], %(bs)s::numeric[]) AS own(id, a, b))
        AS region ON region.id = customer.region_id
    WHERE customer.deleted_at IS NULL AND NOT customer.scoring_refused
), ranked AS (
    SELECT *, 1 + (SELECT count(*) FROM everybody AS other WHERE other.net > mine.net) AS rank,
        net / (SELECT nullif(sum(net), 0) FROM everybody) AS share,
        (SELECT coalesce(sum(net), 0) FROM everybody AS other WHERE other.net > greatest(mine.net, 0))
            / (SELECT nullif(sum(net), 0) FROM everybody WHERE net > 0) AS before
    FROM everybody AS mine
)
SELECT code, net, rank, share, CASE WHEN net > 0 THEN before END,
    CASE WHEN net >= a THEN 'A' WHEN net >= b THEN 'B' ELSE 'C' END,
    CASE WHEN net <= 0 THEN 'C' WHEN before < 0.80 THEN 'A' WHEN before < 0.95 THEN 'B' ELSE 'C' END
FROM ranked ORDER BY code
"""


def computed_by_sql(
    as_of: datetime.date,
    start: datetime.date,
    *,
    by_original: bool = False,
    thresholds: tuple[int, int] = (5_000_000, 1_000_000),
    regions: dict[int, tuple[int, int]] | None = None,
) -> list[tuple[str, Decimal, int, float, float | None, str, str]]:
    """Code, net, rank, share, cumulative share before, amount tier and Pareto tier of every customer, by code."""
    own = regions or {}
    parameters: dict[str, Any] = {
        "as_of": as_of,
        "last": as_of,
        "start": start,
        "by_original": by_original,
        "a": thresholds[0],
        "b": thresholds[1],
        "regions": list(own),
        "as": [a for a, _b in own.values()],
        "bs": [b for _a, b in own.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERY, parameters)
        return [
            (code, net, rank, float(share or 0), None if before is None else float(before), amount, pareto)
            for code, net, rank, share, before, amount, pareto in cursor.fetchall()
        ]


def published_cells(run_id: int) -> list[tuple[str, Decimal, int, float, float | None, str, str]]:
    """The same cells of a published run."""
    from analysis.models import CustomerSnapshot

    rows = CustomerSnapshot.objects.filter(run=run_id).select_related("customer")
    found = [
        (
            row.customer.code,
            Decimal(row.net_revenue) / 100,
            row.rank,
            row.share or 0.0,
            row.cumulative_share_before,
            row.tier_amount,
            row.tier_pareto,
        )
        for row in rows
    ]
    return sorted(found, key=lambda cells: cells[0])
