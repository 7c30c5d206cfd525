"""What customers buy from others, as somebody noted it, added up for analysis."""

from __future__ import annotations

import datetime

from psycopg import sql


def wallets_query(
    as_of: datetime.date, before: datetime.date, start: datetime.date, end: datetime.date
) -> sql.Composed:
    """Select ``customer_id``, ``elsewhere`` and ``elsewhere_before``: cents bought from others.

    The one is of [start, end), the other of [before, start). A record noted by ``as_of`` counts in either by the days
    of its period that lie therein; NULL without such a record. Customers with none in both are missing.
    """
    return _WALLETS.format(
        elsewhere=_share_within(start, end),
        elsewhere_before=_share_within(before, start),
        as_of=sql.Literal(as_of),
        before=sql.Literal(before),
        end=sql.Literal(end),
    )


def _share_within(start: datetime.date, end: datetime.date) -> sql.Composed:
    return _SHARE_WITHIN.format(start=sql.Literal(start), end=sql.Literal(end))


_SHARE_WITHIN = sql.SQL("""
    round(sum(amount_elsewhere * 100 * (least(period_end, {end}) - greatest(period_start, {start}))
        / (period_end - period_start)) FILTER (WHERE period_start < {end} AND period_end > {start}))::bigint
""")

_WALLETS = sql.SQL("""
    SELECT customer_id, {elsewhere} AS elsewhere, {elsewhere_before} AS elsewhere_before
    FROM customers_walletshare
    WHERE noted_on <= {as_of} AND period_start < {end} AND period_end > {before}
    GROUP BY customer_id
""")
