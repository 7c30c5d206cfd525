"""What analysis reads of the records beside orders: attributes, service, complaints, opinions, sources, the wish list.

Functions return queries, to be run within a run's snapshot, by COPY as a rule. Money comes as whole cents of the
company currency, moments as microseconds since 1970 in UTC. What happened after the last day known is left out; what
a customer *is* (industry, size, source) is as recorded today, for its past is not kept in days.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.conf import settings
from psycopg import sql


def _moment(day: datetime.date) -> sql.Composed:
    """The first moment of a day in the company's time zone."""
    zone = sql.Literal(settings.COMPANY_TIME_ZONE)
    return sql.SQL("({}::date::timestamp AT TIME ZONE {})").format(sql.Literal(day), zone)


def _day_of(column: str) -> sql.Composed:
    zone = sql.Literal(settings.COMPANY_TIME_ZONE)
    return sql.SQL("({} AT TIME ZONE {})::date").format(sql.Identifier(*column.split(".")), zone)


def attributes_query() -> sql.Composed:
    """Select what every customer is: ``customer_id, ownership_type, business_model, industry_id, channel_id,
    campaign_id, created_on`` and, of companies, ``headcount, turnover`` (cents a year)."""
    return sql.SQL("""
        SELECT customer.id AS customer_id, ownership_type, business_model, industry_id, source_id AS channel_id,
            campaign_id, {created_on} AS created_on, headcount, (annual_turnover * 100)::bigint AS turnover
        FROM customers_customer AS customer
        LEFT JOIN customers_companyprofile AS company ON company.customer_id = customer.id
    """).format(created_on=_day_of("customer.created_at"))


def service_query(start: datetime.date, end: datetime.date) -> sql.Composed:
    """Select what serving each customer took in ``[start, end)``: ``customer_id``, the count ``visits``, cents
    ``visit_cost, discount_cost, support_cost``; customers with anything alone.

    A visit is an interaction about a visit, or by way of one; what it cost is recorded apart from it.
    """
    return sql.SQL("""
        SELECT customer_id, sum(visits)::bigint AS visits, sum(visit_cost)::bigint AS visit_cost,
            sum(discount_cost)::bigint AS discount_cost, sum(support_cost)::bigint AS support_cost
        FROM (
            SELECT customer_id, 0 AS visits,
                CASE kind WHEN 'visit' THEN amount * 100 ELSE 0 END AS visit_cost,
                CASE kind WHEN 'discount' THEN amount * 100 ELSE 0 END AS discount_cost,
                CASE kind WHEN 'support' THEN amount * 100 ELSE 0 END AS support_cost
            FROM customers_servicecost WHERE incurred_on >= {first} AND incurred_on < {end}
            UNION ALL
            SELECT customer_id, 1, 0, 0, 0 FROM customers_interaction
            WHERE (response_type = 'visit' OR channel = 'visit')
                AND occurred_at >= {first_moment} AND occurred_at < {end_moment}
        ) AS taken GROUP BY customer_id
    """).format(
        first=sql.Literal(start), end=sql.Literal(end), first_moment=_moment(start), end_moment=_moment(end)
    )


def complaints_query(start: datetime.date, end: datetime.date) -> sql.Composed:
    """Select the complaints reported in ``[start, end)``, and earlier ones that were still open at its end.

    ``id, customer_id, in_window, type, product_id, rep_id, region_id`` (the province, or the region itself where it
    lies in none; the customer's where none is recorded), ``reported_at, resolved_at, is_satisfied`` ("yes", "no" or
    null).
    """
    return sql.SQL("""
        WITH place AS MATERIALIZED ({provinces})
        SELECT complaint.id, customer_id, reported_at >= {first} AS in_window, complaint_type AS type, product_id,
            rep_id, place.province_id AS region_id,
            (extract(epoch FROM reported_at) * 1000000)::bigint AS reported_at,
            (extract(epoch FROM resolved_at) * 1000000)::bigint AS resolved_at,
            CASE is_satisfied WHEN true THEN 'yes' WHEN false THEN 'no' END AS is_satisfied
        FROM customers_complaint AS complaint JOIN customers_customer AS customer ON customer.id = customer_id
        LEFT JOIN place ON place.id = coalesce(complaint.region_id, customer.region_id)
        WHERE reported_at < {end} AND (reported_at >= {first} OR resolved_at IS NULL OR resolved_at >= {end})
    """).format(first=_moment(start), end=_moment(end), provinces=_PROVINCES)


def causes_query(complaints: Sequence[int]) -> sql.Composed:
    """Select ``id, cause`` of those complaints that have one."""
    return sql.SQL("SELECT id, cause FROM customers_complaint WHERE id = ANY({}) AND cause <> ''").format(
        sql.Literal(list(complaints))
    )


def opinions_query(start: datetime.date, end: datetime.date) -> sql.Composed:
    """Select the opinions stated in ``[start, end)``: the columns of :func:`complaints_query`, ``type`` being the
    stance. Both days, stated and handled, count from their beginning."""
    zone = sql.Literal(settings.COMPANY_TIME_ZONE)
    return sql.SQL("""
        WITH place AS MATERIALIZED ({provinces})
        SELECT opinion.id, customer_id, true AS in_window, stance AS type, product_id, rep_id,
            place.province_id AS region_id,
            (extract(epoch FROM stated_on::timestamp AT TIME ZONE {zone}) * 1000000)::bigint AS reported_at,
            (extract(epoch FROM handled_on::timestamp AT TIME ZONE {zone}) * 1000000)::bigint AS resolved_at,
            NULL::text AS is_satisfied
        FROM customers_opinion AS opinion JOIN customers_customer AS customer ON customer.id = customer_id
        LEFT JOIN place ON place.id = customer.region_id
        WHERE stated_on >= {first} AND stated_on < {end}
    """).format(zone=zone, first=sql.Literal(start), end=sql.Literal(end), provinces=_PROVINCES)


def campaigns_query() -> sql.SQL:
    """Select every campaign: ``campaign_id, channel_id, cost`` (cents), ``started_on``."""
    return sql.SQL("""
        SELECT id AS campaign_id, channel_id, (cost * 100)::bigint AS cost, starts_on AS started_on
        FROM customers_campaign ORDER BY id
    """)


def informants_query() -> sql.SQL:
    """Select every informant: ``informant_id``."""
    return sql.SQL("SELECT id AS informant_id FROM customers_informant ORDER BY id")


def referrals_query(as_of: datetime.date) -> sql.Composed:
    """Select the referrals by ``as_of``: ``informant_id, customer_id, referred_on, reward`` (cents paid by then)."""
    return sql.SQL("""
        SELECT informant_id, customer_id, referred_on,
            CASE WHEN paid_on <= {as_of} THEN (payout * 100)::bigint ELSE 0 END AS reward
        FROM customers_referral WHERE referred_on <= {as_of} ORDER BY id
    """).format(as_of=sql.Literal(as_of))


def wishes_query(as_of: datetime.date) -> sql.Composed:
    """Select the wish list of the year of ``as_of``: ``customer_id, owner_id, has_next_step``, and of the year so far
    ``orders, net_revenue`` (cents), ``contacts, last_contact_on``. Orders are those that sold something."""
    following = as_of + datetime.timedelta(days=1)
    return sql.SQL("""
        SELECT wish.customer_id, wish.owner_id, wish.next_step <> '' AS has_next_step,
            coalesce(sold.orders, 0) AS orders, coalesce(sold.net_revenue, 0) AS net_revenue,
            coalesce(met.contacts, 0) AS contacts, met.last_contact_on
        FROM customers_wishlistentry AS wish
        LEFT JOIN LATERAL (
            SELECT count(DISTINCT order_id) FILTER (WHERE quantity > 0 AND revenue_cents > 0) AS orders,
                sum(revenue_cents)::bigint AS net_revenue
            FROM customers_orderline AS line JOIN customers_order AS placed ON placed.id = line.order_id
            WHERE line.customer_id = wish.customer_id AND placed.status <> 'cancelled'
                AND line.ordered_on >= {first} AND line.ordered_on <= {as_of}
        ) AS sold ON true
        LEFT JOIN LATERAL (
            SELECT count(*) AS contacts, max({contact_on}) AS last_contact_on FROM customers_interaction AS met
            WHERE met.customer_id = wish.customer_id AND met.occurred_at >= {first_moment} AND met.occurred_at < {end}
        ) AS met ON true
        WHERE wish.year = {year}
    """).format(
        as_of=sql.Literal(as_of),
        first=sql.Literal(as_of.replace(month=1, day=1)),
        first_moment=_moment(as_of.replace(month=1, day=1)),
        end=_moment(following),
        contact_on=_day_of("met.occurred_at"),
        year=sql.Literal(as_of.year),
    )


def month_to_date_query(as_of: datetime.date) -> sql.Composed:
    """Select each customer's sales from the first of the month up to ``as_of``: ``customer_id, net_revenue,
    gross_margin`` (cents), ``orders``; straight from the lines."""
    return sql.SQL("""
        SELECT line.customer_id, sum(revenue_cents)::bigint AS net_revenue,
            coalesce(sum(revenue_cents - cost_cents), 0)::bigint AS gross_margin,
            count(DISTINCT order_id) FILTER (WHERE quantity > 0 AND revenue_cents > 0) AS orders
        FROM customers_order AS placed JOIN customers_orderline AS line ON line.order_id = placed.id
        WHERE placed.ordered_on >= {first} AND placed.ordered_on <= {as_of} AND placed.status <> 'cancelled'
            AND line.customer_id IS NOT NULL
        GROUP BY line.customer_id
    """).format(first=sql.Literal(as_of.replace(day=1)), as_of=sql.Literal(as_of))


# Each region's province, or itself where it lies in none.
_PROVINCES = sql.SQL("""
    SELECT region.id, coalesce(province.id, region.id) AS province_id FROM customers_region AS region
    LEFT JOIN customers_region AS province
        ON province.level = 'province' AND starts_with(region.path, province.path)
""")
