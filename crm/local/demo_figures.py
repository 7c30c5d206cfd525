"""The figures that the demo's pages must show, computed by plain SQL from the records themselves.

Independent on purpose: no code of the analysis is used, only its definitions (docs/measures), and of what a run stored
only its question (days, policy, fitted parameters, the tiers that customers had before).
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

# Everybody, or the customers somebody owns or was given to see.
EVERYBODY = "true"
OWN = """(customer.owner_id = %(viewer)s OR EXISTS (
    SELECT FROM customers_customershare AS share
    WHERE share.customer_id = customer.id AND share.user_id = %(viewer)s))"""

RUN = """
SELECT run.as_of, run.window_start, run.window_end, run.horizon_days, run.previous_id,
    run.churn, policy.rules, previous_policy.rules
FROM analysis_publication AS publication
JOIN analysis_analysisrun AS run ON run.id = publication.run_id
JOIN analysis_policy AS policy ON policy.id = run.policy_id
LEFT JOIN analysis_analysisrun AS previous ON previous.id = run.previous_id
LEFT JOIN analysis_policy AS previous_policy ON previous_policy.id = previous.policy_id
"""

# One row per customer of the population: value in the window, tier by amount, held tier, final tier; churn probability.
CUSTOMERS = """
WITH known AS (
    SELECT line.* FROM customers_orderline AS line JOIN customers_order AS orders ON orders.id = line.order_id
    WHERE orders.status <> 'cancelled' AND line.ordered_on <= %(as_of)s AND line.customer_id IS NOT NULL
), money AS (
    SELECT customer_id, min(ordered_on) AS first_line_on,
        coalesce(sum(revenue_cents) FILTER (
            WHERE ordered_on >= %(window_start)s AND ordered_on < %(window_end)s), 0)::bigint AS value,
        count(DISTINCT order_id) FILTER (
            WHERE ordered_on >= %(window_start)s AND ordered_on < %(window_end)s
                AND quantity > 0 AND revenue_cents > 0) AS orders
    FROM known GROUP BY customer_id
), rhythm AS (
    SELECT customer_id, count(DISTINCT ordered_on) - 1 AS x, (max(ordered_on) - min(ordered_on)) / 7.0::float8 AS t_x,
        (%(as_of)s::date - min(ordered_on)) / 7.0::float8 AS t
    FROM known WHERE quantity > 0 AND revenue_cents > 0 GROUP BY customer_id
), population AS (
    SELECT customer.*, coalesce(money.value, 0) AS value, coalesce(money.orders, 0) AS orders, x, t_x, t
    FROM customers_customer AS customer
    LEFT JOIN money ON money.customer_id = customer.id LEFT JOIN rhythm ON rhythm.customer_id = customer.id
    WHERE customer.deleted_at IS NULL AND NOT customer.scoring_refused AND (
        money.first_line_on IS NOT NULL OR (customer.created_at AT TIME ZONE %(zone)s)::date <= %(as_of)s)
), lines_of_regions AS (
    SELECT region.id, own.a, own.b FROM customers_region AS region
    LEFT JOIN LATERAL (
        SELECT (limits.value->>'a')::numeric * 100 AS a, (limits.value->>'b')::numeric * 100 AS b
        FROM jsonb_each(%(region_thresholds)s::jsonb) AS limits
        JOIN customers_region AS above ON above.code = limits.key
        WHERE region.path LIKE above.path || '%%' ORDER BY length(above.path) DESC LIMIT 1
    ) AS own ON true
), raw AS (
    SELECT population.*, coalesce(near.a, %(a)s) AS a, coalesce(near.b, %(b)s) AS b, before.tier_kept AS had,
        CASE WHEN population.value >= coalesce(near.a, %(a)s) THEN 3
            WHEN population.value >= coalesce(near.b, %(b)s) THEN 2 ELSE 1 END AS level
    FROM population LEFT JOIN lines_of_regions AS near ON near.id = population.region_id
    LEFT JOIN analysis_customersnapshot AS before
        ON before.run_id = %(previous)s AND before.customer_id = population.id
), held AS (
    SELECT raw.*, CASE
        WHEN had = 'A' AND value >= (1 - %(hysteresis)s) * a THEN 3
        WHEN had = 'B' AND value >= (1 - %(hysteresis)s) * b THEN greatest(level, 2)
        ELSE level END AS kept
    FROM raw
), final AS (
    SELECT held.*, CASE
        WHEN coalesce(potential_expires_on, %(as_of)s) < %(as_of)s THEN kept
        WHEN potential = 'high' THEN 3
        WHEN potential = 'closing' THEN greatest(kept - 1, 1)
        ELSE kept END AS tier,
        1 - (1 - power((%(alpha)s + t) / (%(alpha)s + t + %(weeks)s), %(r)s + x))
            / (1 + %(da)s / (%(db)s + x) * power((%(alpha)s + t) / (%(alpha)s + t_x), %(r)s + x)) AS churn
    FROM held
)
"""

SUMMARY = """
SELECT count(*), count(*) FILTER (WHERE tier = 3), count(*) FILTER (WHERE tier = 2), count(*) FILTER (WHERE tier = 1),
    coalesce(sum(value), 0)::bigint, count(*) FILTER (WHERE value > 0), coalesce(sum(orders), 0)::bigint,
    count(*) FILTER (WHERE churn >= %(flag_at)s), count(x)
FROM final AS customer WHERE {scope}
"""

TOP = "SELECT id, value FROM final AS customer WHERE value > 0 AND {scope} ORDER BY value DESC LIMIT 10"

CHANGED = """
SELECT EXISTS (SELECT FROM customers_changedcustomer) OR EXISTS (
    SELECT FROM customers_customer AS customer
    JOIN analysis_publication AS publication ON true
    JOIN analysis_analysisrun AS run ON run.id = publication.run_id
    WHERE customer.updated_at > run.started_at)
"""


class NotComparableError(Exception):
    """The published run follows rules that this computation doesn't know; the message names them."""


@dataclass(frozen=True)
class Figures:
    """What a viewer must see. ``net_revenue`` and ``top`` (customer id → value, the highest ten) are cents."""

    top: dict[int, int]
    customers: int
    a: int
    b: int
    c: int
    net_revenue: int
    customers_positive: int
    orders: int
    flagged: int
    scored: int


def expected_figures(zone: str, viewer: int | None) -> Figures:
    """Compute the figures of the published run: the company's, or those of the customers that `viewer` may see.

    Raises NotComparableError when the run is of a policy that is not covered.
    """
    parameters = {**_question(), "zone": zone, "viewer": viewer}
    scope = EVERYBODY if viewer is None else OWN
    with connection.cursor() as cursor:
        cursor.execute(CUSTOMERS + TOP.format(scope=scope), parameters)
        top = dict(cursor.fetchall())
        cursor.execute(CUSTOMERS + SUMMARY.format(scope=scope), parameters)
        return Figures(top, *cursor.fetchone())


def records_changed() -> bool:
    """Say whether the records moved on since the published run, which then shows figures of its own day."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED)
        return bool(cursor.fetchone()[0])


def visible_customers(viewer: int | None) -> int:
    """Count the customers that the list must show."""
    scope = EVERYBODY if viewer is None else OWN
    query = f"SELECT count(*) FROM customers_customer AS customer WHERE deleted_at IS NULL AND {scope}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, {"viewer": viewer})
        return int(cursor.fetchone()[0])


def _question() -> dict[str, Any]:
    """Read what the published run was asked, and the parameters that it fitted."""
    with connection.cursor() as cursor:
        cursor.execute(RUN)
        row = cursor.fetchone()
    if row is None:
        raise NotComparableError("nothing is published yet")
    as_of, start, end, horizon, previous, *documents = row
    churn, rules, previous_rules = (json.loads(document or "{}") for document in documents)
    _check_comparable(rules, churn)
    comparable = all(previous_rules.get(key) == rules[key] for key in ("scheme", "metric"))
    fit = churn["parameters"]
    return {
        "as_of": as_of,
        "window_start": start,
        "window_end": end,
        "a": Decimal(str(rules["thresholds"]["a"])) * 100,
        "b": Decimal(str(rules["thresholds"]["b"])) * 100,
        "region_thresholds": json.dumps(rules["region_thresholds"]),
        "hysteresis": Decimal(str(rules["hysteresis"])),
        "previous": previous if comparable else None,
        "weeks": horizon / 7,
        "flag_at": churn["flag_at"],
        "r": fit["r"],
        "alpha": fit["alpha"],
        # Without dropout (the NBD model) everybody stays: a = 0 makes the formula say so.
        "da": fit.get("a") or 0.0,
        "db": fit.get("b") or 1.0,
    }


def _check_comparable(rules: dict[str, Any], churn: dict[str, Any]) -> None:
    followed: dict[str, tuple[object, set[object]]] = {
        "scheme": (rules["scheme"], {"amount"}),
        "metric": (rules["metric"], {"net_revenue"}),
        "returns": (rules["returns"], {"return_date"}),
        "churn.count_free_orders": (rules["churn"]["count_free_orders"], {False}),
        "churn.model": (churn.get("model"), {"mbg_nbd", "nbd"}),
    }
    for key, (word, known) in followed.items():
        if word not in known:
            raise NotComparableError(f"the run's {key} is {word}, which this check does not compute")
    if not churn.get("parameters"):
        raise NotComparableError(f"the run has no churn model: {churn.get('problem')}")
