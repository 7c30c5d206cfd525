"""Customers gone quiet are followed up, as the analysis would have it, and reps have plans for their months."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from customers.models import CaseState, ChurnCase, CustomerActivity, SalesPlan
from customers.selectors.months import month_of
from customers.services.demo.desk import Desk

FEWEST_CUSTOMERS = 500
"""In a smaller company nobody is followed up: so few are late that all of them are to be seen waiting."""
QUIET_DAYS = (60, 200)
MOST_CASES = 40
MONTHS = 3
_ENDINGS = (
    (CaseState.CONTACTED, "对方说下月有预算，约了再谈"),
    (CaseState.CONTACTED, ""),
    (CaseState.WON_BACK, "补了一单，恢复月度订货"),
    (CaseState.LOST, "改用本地供应商，价格差百分之八"),
    (CaseState.FALSE_ALARM, "仓库搬迁停了两个月，已恢复"),
)


def write_follow_up(desk: Desk) -> None:
    """Write the churn cases of some customers gone quiet, and the sales plans of their owners."""
    _write_plans(desk)
    if len(desk.owners) >= FEWEST_CUSTOMERS:
        _write_cases(desk)


def _write_cases(desk: Desk) -> None:
    least, most = (desk.today - timedelta(days=days) for days in QUIET_DAYS)
    quiet = CustomerActivity.objects.filter(
        customer__in=desk.everybody, last_order_on__gt=most, last_order_on__lte=least
    )
    cases = []
    # Every other one is left for whoever looks at the demo.
    ids = list(quiet.order_by("customer_id").values_list("customer_id", flat=True)[: 2 * MOST_CASES : 2])
    for place, customer_id in enumerate(ids):
        state, note = _ENDINGS[place % len(_ENDINGS)]
        contacted_on = desk.ago(60, 15)
        is_closed = state != CaseState.CONTACTED
        cases.append(
            ChurnCase(
                customer_id=customer_id,
                flagged_on=contacted_on - timedelta(days=3),
                state=state,
                note=note,
                worked_by_id=desk.owners[customer_id],
                contacted_at=desk.moment(contacted_on),
                closed_at=desk.moment(contacted_on + timedelta(days=10)) if is_closed else None,
            )
        )
    desk.save(cases)


def _write_plans(desk: Desk) -> None:
    months = [month_of(desk.today, -back) for back in range(MONTHS)]
    # People outlive the records of an earlier demo, and so do their plans.
    SalesPlan.objects.filter(month__in=months).delete()
    desk.save(
        [
            SalesPlan(
                user_id=user_id,
                month=month,
                revenue=Decimal(int(desk.rng.integers(10, 60)) * 10_000),
                visits=int(desk.rng.integers(6, 25)),
            )
            for user_id in sorted(set(desk.owners.values()))
            for month in months
        ]
    )
