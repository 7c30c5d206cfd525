"""Telling owners what a published run means for their customers: who moved, and who is newly at risk."""

from __future__ import annotations

import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.selectors.slices import MOVES
from crm.services.notifications import tell_each

MOVED, AT_RISK = "moves", "churn"
# What a run says of a day longer ago is no news.
NEWS_DAYS = 40


def tell_owners(run: AnalysisRun) -> None:
    """Within the publishing transaction: one notification of each kind for every owner whom it concerns."""
    if run.as_of < timezone.localdate() - datetime.timedelta(days=NEWS_DAYS) or run.previous_id is None:
        return
    key = f"{run.as_of}:{run.policy.version}"
    rows = CustomerSnapshot.objects.filter(
        run=run,
        customer__deleted_at=None,
        customer__scoring_refused=False,
        customer__owner__is_active=True,
    ).order_by()
    first = ArrayAgg("customer_id", order_by=("rank", "customer_id"))
    moved = rows.filter(MOVES["up"] | MOVES["down"]).values("customer__owner")
    found = moved.annotate(
        up=Count("customer_id", filter=MOVES["up"]),
        down=Count("customer_id", filter=MOVES["down"]),
        first=first,
    )
    tell_each(
        {row["customer__owner"]: (row["first"][0], {"up": row["up"], "down": row["down"]}) for row in found},
        MOVED,
        key,
    )
    before = CustomerSnapshot.objects.filter(
        run=run.previous_id, customer=OuterRef("customer"), churn_flag=True
    )
    raised = rows.filter(Q(churn_flag=True) & ~Exists(before)).values("customer__owner")
    tell_each(
        {
            row["customer__owner"]: (row["first"][0], {"customers": row["count"]})
            for row in raised.annotate(count=Count("customer_id"), first=first)
        },
        AT_RISK,
        key,
    )
