"""Each customer's months, kept current for the changed, and the company's months, kept by the difference.

Two unlogged tables, like the facts: after a crash both are empty, and both are built again.
"""

from __future__ import annotations

from psycopg import sql

from customers.selectors.facts import Connection, months_query

OF_CUSTOMERS = sql.Identifier("analysis_customermonth")
OF_COMPANY = sql.Identifier("analysis_companymonth")
SUMS = ("net_revenue", "gross_margin", "orders")


def are_there(connection: Connection) -> bool:
    """Whether the months have been added up for these records, and no crash has emptied them since."""
    row = connection.execute("SELECT to_regclass('analysis_customermonth')").fetchone()
    if row is None or row[0] is None:
        return False
    row = connection.execute(
        sql.SQL("""
            SELECT EXISTS (SELECT FROM analysis_factsstate)
                AND (EXISTS (SELECT FROM {}) OR NOT EXISTS (SELECT FROM customers_orderline))
        """).format(OF_CUSTOMERS)
    ).fetchone()
    return bool(row and row[0])


def rebuild(connection: Connection) -> None:
    """Add up everybody's months from all lines."""
    connection.execute(
        _REBUILD.format(months=OF_CUSTOMERS, company=OF_COMPANY, found=months_query(connection))
    )


def refresh(connection: Connection, changed: sql.Identifier) -> None:
    """Add up the months of the customers in the table ``changed`` again, and move the company's by the difference."""
    listed = sql.SQL("customer_id IN (SELECT customer_id FROM {})").format(changed)
    connection.execute(_TAKE_OUT.format(months=OF_CUSTOMERS, company=OF_COMPANY, listed=listed))
    connection.execute(
        _PUT_IN.format(months=OF_CUSTOMERS, company=OF_COMPANY, found=months_query(connection, listed))
    )


_REBUILD = sql.SQL("""
    DROP TABLE IF EXISTS {months}, {company};
    CREATE UNLOGGED TABLE {months} AS {found};
    ALTER TABLE {months} ADD PRIMARY KEY (customer_id, month);
    CREATE UNLOGGED TABLE {company} AS
        SELECT month, sum_cents(net_revenue) AS net_revenue, sum_cents(gross_margin) AS gross_margin,
            sum_cents(orders) AS orders
        FROM {months} GROUP BY month;
    ALTER TABLE {company} ADD PRIMARY KEY (month);
    ANALYZE {months};
""")

_TAKE_OUT = sql.SQL("""
    WITH gone AS (DELETE FROM {months} WHERE {listed} RETURNING *)
    UPDATE {company} AS company SET net_revenue = company.net_revenue - gone.net_revenue,
        gross_margin = company.gross_margin - gone.gross_margin, orders = company.orders - gone.orders
    FROM (
        SELECT month, sum_cents(net_revenue) AS net_revenue, sum_cents(gross_margin) AS gross_margin,
            sum_cents(orders) AS orders
        FROM gone GROUP BY month
    ) AS gone WHERE gone.month = company.month
""")

_PUT_IN = sql.SQL("""
    WITH come AS (INSERT INTO {months} {found} RETURNING *)
    INSERT INTO {company} AS company
        SELECT month, sum_cents(net_revenue), sum_cents(gross_margin), sum_cents(orders) FROM come GROUP BY month
    ON CONFLICT (month) DO UPDATE SET net_revenue = company.net_revenue + excluded.net_revenue,
        gross_margin = company.gross_margin + excluded.gross_margin, orders = company.orders + excluded.orders
""")
