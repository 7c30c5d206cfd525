"""The measures over records, from rows in the database to published rows: as plain SQL over the same records says."""

import datetime
from typing import Any

import pytest
from django.db import connection

from analysis.models import AnalysisRun, CompositionRow
from analysis.registry.records import RECORDS
from analysis.services.measures import carry_out_here
from analysis.services.runs import start_run
from tests.analysis.dealings import AS_OF, dealings
from tests.cast import make_customer

pytestmark = pytest.mark.django_db(transaction=True)

# The window of the default policy as of 2024-12-20 begins on 2023-12-01; days are those of Shanghai.
WORDS = {
    "lines": """(
        SELECT line.* FROM customers_orderline AS line JOIN customers_order AS placed ON placed.id = line.order_id
        JOIN customers_customer AS buyer ON buyer.id = line.customer_id
        WHERE placed.status <> 'cancelled' AND buyer.deleted_at IS NULL AND line.ordered_on <= '2024-12-20'
    )""",
    "known": """(
        SELECT complaint.*, coalesce(resolved_at < '2024-12-20T16:00Z', false) AS done
        FROM customers_complaint AS complaint JOIN customers_customer AS customer ON customer.id = customer_id
        WHERE customer.deleted_at IS NULL
            AND (reported_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN '2023-12-01' AND '2024-12-20'
    )""",
}

# What is published, and what plain SQL finds in the records.
AGREE = {
    "customers of each industry and their revenue": (
        """SELECT key, customers, net_revenue FROM analysis_compositiongroup
        WHERE run_id = {run} AND dimension = 'industry'""",
        """SELECT coalesce(industry_id::text, ''), count(DISTINCT customer.id), coalesce(sum(revenue_cents), 0)::bigint
        FROM customers_customer AS customer
        LEFT JOIN {lines} AS line ON line.customer_id = customer.id AND line.ordered_on >= '2023-12-01'
        WHERE deleted_at IS NULL GROUP BY 1""",
    ),
    "sales of this month and of last year": (
        """SELECT customer_id, kind, net_revenue, net_revenue_year_ago FROM analysis_periodsale
        WHERE run_id = {run} AND (kind, starts_on) IN (('month', '2024-12-01'), ('year', '2023-01-01'))
            AND net_revenue <> 0""",
        """SELECT customer_id, 'month', net, year_ago FROM (
            SELECT customer_id,
                coalesce(sum(revenue_cents) FILTER (WHERE ordered_on >= '2024-12-01'), 0)::bigint AS net,
                coalesce(sum(revenue_cents) FILTER (WHERE ordered_on < '2024-01-01'), 0)::bigint AS year_ago
            FROM {lines} AS line
            WHERE ordered_on >= '2024-12-01' OR ordered_on BETWEEN '2023-12-01' AND '2023-12-31' GROUP BY 1
        ) AS months WHERE net <> 0
        UNION ALL
        SELECT customer_id, 'year', sum(revenue_cents)::bigint, 0 FROM {lines} AS line
        WHERE ordered_on BETWEEN '2023-01-01' AND '2023-12-31' GROUP BY 1 HAVING sum(revenue_cents) <> 0""",
    ),
    "what came of each campaign": (
        """SELECT source_id, customers, buyers, net_revenue, cost FROM analysis_sourcereturn
        WHERE run_id = {run} AND source = 'campaign'""",
        """SELECT campaign.id, count(customer.id), count(sold.first_on), coalesce(sum(sold.net), 0)::bigint,
            coalesce((cost * 100)::bigint, 0)
        FROM (
            SELECT id, CASE WHEN starts_on <= '2024-12-20' THEN cost END AS cost FROM customers_campaign
            UNION ALL SELECT NULL, NULL
        ) AS campaign
        LEFT JOIN customers_customer AS customer
            ON customer.campaign_id IS NOT DISTINCT FROM campaign.id AND customer.deleted_at IS NULL
        LEFT JOIN (
            SELECT customer_id, sum(revenue_cents) AS net,
                min(ordered_on) FILTER (WHERE quantity > 0 AND revenue_cents > 0) AS first_on
            FROM {lines} AS line GROUP BY 1
        ) AS sold ON sold.customer_id = customer.id
        GROUP BY campaign.id, cost""",
    ),
    "what informants were paid, and who is silent": (
        """SELECT informant_id, referrals, rewards, voice FROM analysis_informantreturn WHERE run_id = {run}""",
        """SELECT informant.id, count(told.id),
            coalesce(sum(payout * 100) FILTER (WHERE paid_on <= '2024-12-20'), 0)::bigint,
            CASE WHEN count(told.id) = 0 THEN 'never_spoke'
                WHEN max(referred_on) < date '2024-12-20' - 180 THEN 'silent' ELSE 'active' END
        FROM customers_informant AS informant LEFT JOIN (
            SELECT referral.* FROM customers_referral AS referral
            JOIN customers_customer AS customer ON customer.id = customer_id
            WHERE referred_on <= '2024-12-20' AND deleted_at IS NULL
        ) AS told ON informant_id = informant.id GROUP BY informant.id""",
    ),
    "complaints of each type, and the value behind them": (
        """SELECT key, cases, resolved, customers, value, hours_median::numeric(12, 4) FROM analysis_attentiongroup
        WHERE run_id = {run} AND subject = 'complaint' AND dimension = 'type'""",
        """SELECT complaint_type, count(*), count(*) FILTER (WHERE done), count(DISTINCT customer_id), coalesce((
                SELECT sum(revenue_cents) FROM {lines} AS line WHERE ordered_on >= '2023-12-01' AND customer_id IN (
                    SELECT customer_id FROM {known} AS other WHERE other.complaint_type = known.complaint_type
                )
            ), 0)::bigint, (
                percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM resolved_at - reported_at) / 3600.0)
                FILTER (WHERE done)
            )::numeric(12, 4)
        FROM {known} AS known GROUP BY complaint_type""",
    ),
    "causes that enough customers gave": (
        """SELECT lower(key) FROM analysis_attentiongroup
        WHERE run_id = {run} AND subject = 'complaint' AND dimension = 'cause' AND key <> ''""",
        """SELECT lower(regexp_replace(trim(cause), '\\s+', ' ')) FROM {known} AS known
        WHERE cause <> '' GROUP BY 1 HAVING count(DISTINCT customer_id) >= 3""",
    ),
    "visits and service cost": (
        """SELECT customer_id, visits, service_cost FROM analysis_resourceuse
        WHERE run_id = {run} AND (visits, service_cost) <> (0, 0)""",
        """SELECT customer.id, visits, cost FROM customers_customer AS customer, LATERAL (
            SELECT count(*) AS visits FROM customers_interaction
            WHERE customer_id = customer.id AND 'visit' IN (response_type, channel)
                AND (occurred_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN '2023-12-01' AND '2024-12-20'
        ) AS seen, LATERAL (
            SELECT coalesce(sum(amount * 100), 0)::bigint AS cost FROM customers_servicecost
            WHERE customer_id = customer.id AND incurred_on BETWEEN '2023-12-01' AND '2024-12-20'
        ) AS served
        WHERE deleted_at IS NULL AND (visits, cost) <> (0, 0)""",
    ),
    "profit of the drag customers": (
        """SELECT customer_id, profit FROM analysis_dragcost WHERE run_id = {run}""",
        """SELECT customer_id, gross_margin - coalesce((
            SELECT sum(amount * 100) FROM customers_servicecost AS cost WHERE cost.customer_id = found.customer_id
                AND incurred_on BETWEEN '2023-12-01' AND '2024-12-20'
        ), 0)::bigint
        FROM analysis_customersnapshot AS found WHERE run_id = {run} AND marks = 'drag'""",
    ),
    "this year's wishes": (
        """SELECT customer_id, status = 'won', contacts, net_revenue FROM analysis_wishstatus WHERE run_id = {run}""",
        """SELECT wish.customer_id, coalesce(bool_or(quantity > 0 AND revenue_cents > 0), false), (
            SELECT count(*) FROM customers_interaction AS met WHERE met.customer_id = wish.customer_id
                AND (occurred_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN '2024-01-01' AND '2024-12-20'
        ), coalesce(sum(revenue_cents), 0)::bigint
        FROM customers_wishlistentry AS wish JOIN customers_customer AS customer ON customer.id = wish.customer_id
        LEFT JOIN {lines} AS line ON line.customer_id = wish.customer_id AND line.ordered_on >= '2024-01-01'
        WHERE wish.year = 2024 AND customer.deleted_at IS NULL GROUP BY wish.customer_id""",
    ),
    "fields filled in": (
        """SELECT field, filled FROM analysis_fieldquality
        WHERE run_id = {run} AND field IN ('customer.industry', 'company.headcount', 'parts.needs')""",
        """SELECT 'customer.industry', count(industry_id) FROM customers_customer WHERE deleted_at IS NULL
        UNION ALL SELECT 'company.headcount', count(headcount) FROM customers_companyprofile
            JOIN customers_customer AS customer ON customer.id = customer_id WHERE deleted_at IS NULL
        UNION ALL SELECT 'parts.needs', count(DISTINCT customer_id) FROM customers_need""",
    ),
}

ALL_LINES = """FROM customers_orderline AS line JOIN customers_order AS placed ON placed.id = line.order_id
    JOIN customers_customer AS buyer ON buyer.id = line.customer_id
    WHERE placed.status <> 'cancelled' AND buyer.deleted_at IS NULL"""
ALL_KNOWN = {
    "brought ever": (
        """SELECT customer_id, net_revenue_ever, gross_margin_ever FROM analysis_sourcerow
        WHERE run_id = {run} AND net_revenue_ever <> 0""",
        """SELECT line.customer_id, sum(revenue_cents)::bigint, sum(revenue_cents - cost_cents)::bigint {all_lines}
        GROUP BY 1 HAVING sum(revenue_cents) <> 0""",
    ),
    "sales of the year": (
        """SELECT customer_id, net_revenue FROM analysis_periodsale
        WHERE run_id = {run} AND kind = 'year' AND starts_on = '2025-01-01' AND net_revenue <> 0""",
        """SELECT line.customer_id, sum(revenue_cents)::bigint {all_lines}
        AND line.ordered_on >= '2025-01-01' GROUP BY 1 HAVING sum(revenue_cents) <> 0""",
    ),
}


def rows(query: str, run: AnalysisRun) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query.format(run=run.pk, all_lines=ALL_LINES, **WORDS))
        return sorted(cursor.fetchall(), key=str)


def test_what_is_published_agrees_with_plain_sql_over_the_records() -> None:
    dealings(seed=11)
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    results = carry_out_here(run, only=[measure.name for measure in RECORDS])
    assert {result.name for result in results if result.is_done} == {measure.name for measure in RECORDS}
    for what, (published, recorded) in AGREE.items():
        found = rows(published, run)
        assert found, what
        assert found == rows(recorded, run), what


def test_a_company_without_customers_or_records_is_measured_too() -> None:
    run = start_run(actor=None, as_of=AS_OF, queue=False)
    results = carry_out_here(run, only=[measure.name for measure in RECORDS])
    assert [result.name for result in results if not result.is_done] == []
    make_customer("Z1", "Only one")
    again = start_run(actor=None, as_of=AS_OF, queue=False)
    results = carry_out_here(again, only=[measure.name for measure in RECORDS])
    assert [result.name for result in results if not result.is_done] == []
    assert CompositionRow.objects.filter(run=again).count() == 1


def test_once_everything_is_known_the_months_alone_give_what_the_lines_give() -> None:
    dealings(seed=12)
    run = start_run(actor=None, as_of=datetime.date(2025, 12, 31), queue=False)
    carry_out_here(run, only=["periods", "sources"])
    for what, (published, recorded) in ALL_KNOWN.items():
        found = rows(published, run)
        assert found, what
        assert found == rows(recorded, run), what
