"""What each page of a measure must say, by plain SQL over what a viewer may see: no line is shared with the pages.

Raw records where the figure is a sum of them; the rows that the run stored where a model made them. ``mine`` is the
viewer's customers, ``w`` the run's window.
"""

from __future__ import annotations

from dataclasses import dataclass

MINE = {
    "rep": """SELECT id FROM customers_customer WHERE owner_id = {user}
        UNION SELECT customer_id FROM customers_customershare WHERE user_id = {user}""",
    "manager": "SELECT id FROM customers_customer WHERE team_id = {team} OR owner_id = {user}",
    "admin": "SELECT id FROM customers_customer",
    "auditor": "SELECT id FROM customers_customer",
    # What somebody who sees the company narrows a page down to.
    "owner": "SELECT id FROM customers_customer WHERE owner_id = {user}",
    "region": """SELECT id FROM customers_customer WHERE region_id IN
        (SELECT id FROM customers_region WHERE path LIKE 'D/D1/%')""",
}
# The informants that they may see; whoever narrows a page down sees the company's all the same.
HEARD = "SELECT id FROM customers_informant WHERE owner_id = {user}"
HEARD_BY_ALL = "SELECT id FROM customers_informant"
HEAD = """WITH mine AS (
    SELECT id FROM customers_customer WHERE deleted_at IS NULL AND NOT scoring_refused AND id IN ({mine})
), heard AS ({heard}),
w AS (SELECT window_start AS start, window_end AS stop, as_of FROM analysis_analysisrun WHERE id = {run}),
line AS (
    SELECT l.*, p.not_merchandise FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id
    LEFT JOIN customers_product p ON p.id = l.product_id, w
    WHERE l.customer_id IN (SELECT id FROM mine) AND o.status <> 'cancelled' AND l.ordered_on <= w.as_of
), sold AS (SELECT line.* FROM line, w WHERE ordered_on >= w.start)
"""
STORED = "FROM {table} WHERE run_id = {run} AND customer_id IN (SELECT id FROM mine)"


@dataclass(frozen=True)
class Oracle:
    """A headline figure by SQL, how the page writes it, and the column of its file that adds up to it.

    ``rows`` is the number of rows of the file, by SQL: each has these or a column. ``chart`` is a column of money in
    the chart's file, and by SQL what it adds up to.
    """

    label: str
    form: str
    figure: str
    column: str = ""
    rows: str = ""
    chart: tuple[str, str] = ("", "")


def stored(table: str, what: str = "count(*)", where: str = "") -> str:
    """A figure over the rows that a run stored of the viewer's customers."""
    return f"SELECT {what} {STORED.format(table=table, run='{run}')} {where}"


WINDOW_SALES = "SELECT sum(revenue_cents) FROM sold"
EVER = "SELECT count(DISTINCT customer_id) FROM line WHERE quantity > 0 AND revenue_cents > 0"
EVERYBODY = "SELECT count(*) FROM mine"
GOODS = "SELECT sum(revenue_cents) FROM sold WHERE NOT not_merchandise"
# What is owed for orders by the day of the run: what was paid later is not known yet.
OPEN = """FROM customers_payment p JOIN customers_order o ON o.id = p.order_id, w
    WHERE p.customer_id IN (SELECT id FROM mine) AND o.status <> 'cancelled' AND o.ordered_on <= w.as_of
    AND (p.paid_on IS NULL OR p.paid_on > w.as_of)"""
OVERDUE = f"{OPEN} AND p.due_on < w.as_of"

ORACLES: dict[str, Oracle] = {
    "contribution": Oracle("Net revenue", "money", WINDOW_SALES, "Net revenue, CNY", EVERYBODY),
    "tiers": Oracle(
        "Key customers", "count", stored("analysis_customersnapshot", where="AND tier = 'A'"), rows=EVERYBODY
    ),
    "churn": Oracle(
        "Customers at risk",
        "count",
        (flagged := stored("analysis_customersnapshot", where="AND churn_flag")),
        rows=flagged,
    ),
    "periods": Oracle(
        "Net revenue",
        "money",
        "SELECT sum(revenue_cents) FROM line, w WHERE ordered_on >= date_trunc('month', w.as_of)",
        "Net revenue, CNY",
        chart=(
            "Net revenue, CNY",
            "SELECT sum(revenue_cents) FROM line, w"
            " WHERE ordered_on >= date_trunc('month', w.as_of) - interval '23 months'",
        ),
    ),
    "composition": Oracle(
        "Net revenue", "money", WINDOW_SALES, "Net revenue, CNY", chart=("Net revenue, CNY", WINDOW_SALES)
    ),
    "rfm": Oracle(
        "Customers scored",
        "count",
        (bought := "SELECT count(DISTINCT customer_id) FROM sold WHERE quantity > 0 AND revenue_cents > 0"),
        rows=bought,
    ),
    "clv": Oracle(
        "Lifetime value", "money", stored("analysis_lifetimevalue", "sum(clv)"), "Lifetime value, CNY"
    ),
    "gold": Oracle(
        "Gold customers", "count", (gold := stored("analysis_goldrow", where="AND is_gold")), rows=gold
    ),
    "wish_list": Oracle(
        "On the list",
        "count",
        (
            listed := "SELECT count(*) FROM customers_wishlistentry, w"
            " WHERE customer_id IN (SELECT id FROM mine) AND year = extract(year FROM w.as_of)"
        ),
        rows=listed,
    ),
    "narrow_buyers": Oracle(
        "Narrow buyers", "count", (narrow := stored("analysis_narrowbuyer")), rows=narrow
    ),
    "profitability": Oracle(
        "Gross margin",
        "money",
        (margin := "SELECT sum(revenue_cents - cost_cents) FROM sold WHERE cost_cents IS NOT NULL"),
        "Gross margin, CNY",
    ),
    "drag": Oracle(
        "Drag customers",
        "count",
        (
            drag := stored(
                "analysis_dragcost",
                where="AND customer_id NOT IN"
                " (SELECT customer_id FROM analysis_goldrow WHERE run_id = {run} AND is_gold)",
            )
        ),
        rows=drag,
    ),
    "resources": Oracle(
        "Gross margin",
        "money",
        margin,
        rows=stored("analysis_resourceuse", where="AND mismatch <> ''"),
    ),
    "credit": Oracle("Unpaid", "money", f"SELECT sum(amount_cents) {OPEN}", "Unpaid, CNY"),
    "moves": Oracle(
        "Moved up",
        "count",
        stored("analysis_move", where="AND move = 'up'"),
        rows=stored("analysis_move"),
    ),
    "cohorts": Oracle("Customers who ever ordered", "count", EVER, "Customers"),
    "loyalty": Oracle("Customers with an order", "count", EVER, rows=EVER),
    "retention": Oracle(
        "Kept",
        "count",
        stored("analysis_retentionrow", where="AND retention_status = 'kept'"),
        rows=stored("analysis_retentionrow"),
    ),
    "product_margins": Oracle("Net revenue", "money", GOODS, "Net revenue, CNY"),
    "mix_advice": Oracle(
        "Push",
        "count",
        stored("analysis_mixadvice", where="AND advice = 'push'"),
        rows=stored("analysis_mixadvice"),
    ),
    "cross_sell": Oracle(
        "Offers to make", "count", (offers := stored("analysis_recommendation")), rows=offers
    ),
    "upsell": Oracle("Customers due to buy", "count", (due := stored("analysis_upsellcandidate")), rows=due),
    "product_distribution": Oracle("Net revenue", "money", GOODS, "Net revenue, CNY"),
    "sources": Oracle(
        "Customers",
        "count",
        EVERYBODY,
        "Customers",
        chart=(
            "Gross margin ever, CNY",
            "SELECT sum(revenue_cents - cost_cents) FROM line WHERE cost_cents IS NOT NULL",
        ),
    ),
    "informants": Oracle(
        "Rewards",
        "money",
        "SELECT sum(payout * 100) FROM customers_referral, w WHERE customer_id IN (SELECT id FROM mine)"
        " AND informant_id IN (SELECT id FROM heard) AND referred_on <= w.as_of AND paid_on <= w.as_of",
        "Rewards, CNY",
    ),
    "baskets": Oracle(
        "Baskets",
        "count",
        # What the run counted: who has refused since was still in it.
        "SELECT count(DISTINCT o.id) FROM customers_orderline l JOIN customers_order o ON o.id = l.order_id"
        " JOIN customers_product p ON p.id = l.product_id JOIN customers_customer c ON c.id = l.customer_id, w"
        " WHERE c.deleted_at IS NULL AND o.status <> 'cancelled' AND NOT p.not_merchandise AND l.quantity > 0"
        " AND l.revenue_cents > 0 AND l.ordered_on <= w.as_of",
        rows="SELECT count(*) / 2 FROM analysis_productpair WHERE run_id = {run}",
    ),
    "regional_affinity": Oracle(
        "Liked more than elsewhere",
        "count",
        "SELECT count(*) FROM analysis_affinity WHERE run_id = {run} AND kind = 'province' AND lift > 1",
        rows="SELECT count(*) FROM analysis_affinity WHERE run_id = {run} AND kind = 'province'",
    ),
    "backtest": Oracle(
        "AUC",
        "hundredths",
        "SELECT round(100 * (summary->'windows'->0->'methods'->(run.churn->>'model')->>'auc')::numeric)"
        " FROM analysis_measureresult r JOIN analysis_analysisrun run ON run.id = r.run_id"
        " WHERE run.id = {run} AND r.name = 'backtest'",
        rows="SELECT count(*) FROM analysis_measureresult r, jsonb_array_elements(r.summary->'windows') AS found,"
        " jsonb_object_keys(found->'methods') WHERE r.run_id = {run} AND r.name = 'backtest'",
    ),
    "attention": Oracle(
        "Cases",
        "count",
        "SELECT count(*) FROM customers_complaint, w WHERE customer_id IN (SELECT id FROM mine)"
        " AND (reported_at AT TIME ZONE 'Asia/Shanghai')::date >= w.start"
        " AND (reported_at AT TIME ZONE 'Asia/Shanghai')::date <= w.as_of",
        "Cases",
    ),
    "data_quality": Oracle("Customers", "count", EVERYBODY, rows=EVERYBODY),
}
# Pages that tell of no customer, and are not narrowed down.
WITHOUT_SCOPE = {"backtest", "baskets", "regional_affinity"}
# The sentences of the overview, with the figures that each tells; of nothing there is none. A model's figures are those
# that the run stored.
TOLD: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Net revenue of the window is {}, ", (("money", WINDOW_SALES),)),
    ("{} A customers bring ", (("count", ORACLES["tiers"].figure),)),
    (
        "{} customers who brought {} are likely not to order within ",
        (
            ("count", flagged),
            ("money", stored("analysis_customersnapshot", "sum(value)", "AND churn_flag")),
        ),
    ),
    (
        "{} gold customers are expected to spend {} in the year from ",
        (("count", gold), ("money", stored("analysis_goldrow", "sum(expected_spend)", "AND is_gold"))),
    ),
    (
        "{} are overdue from {} customers; ",
        (
            ("money", f"SELECT sum(p.amount_cents) {OVERDUE}"),
            ("count", f"SELECT count(DISTINCT p.customer_id) {OVERDUE}"),
        ),
    ),
    ("{} complaints, ", (("count", ORACLES["attention"].figure),)),
    ("{} are left after goods and service; ", (("money", stored("analysis_customerprofit", "sum(profit)")),)),
)
