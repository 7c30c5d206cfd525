"""Setting what people are to reach in a month (销售计划)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pghistory
from django.core.exceptions import PermissionDenied
from django.db import transaction

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import SalesPlan
from customers.selectors.plans import may_plan_for
from customers.services.meanwhile import ChangedMeanwhileError

NEW = 0


@dataclass(frozen=True, slots=True)
class Target:
    """One person's targets as they were typed; ``version`` is that of the plan as it was opened, 0 for none."""

    user_id: int
    revenue: Decimal
    visits: int
    version: int


@transaction.atomic
def set_plans(*, actor: User, month: date, targets: Sequence[Target]) -> int:
    """Set the plans of a month; return how many changed. All of them or, when it raises, none.

    Raises
    ------
    PermissionDenied
        When ``actor`` may not set plans, or not somebody's.
    ChangedMeanwhileError
        When somebody else has set one of them since it was opened.
    """
    require(actor, "plan.set")
    first = month.replace(day=1)
    changed = 0
    for target in sorted(targets, key=lambda each: each.user_id):
        if not may_plan_for(actor, target.user_id):
            raise PermissionDenied("plan.set")
        plan = (
            SalesPlan.objects.select_for_update(of=("self",)).filter(user=target.user_id, month=first).first()
        )
        if target.version != (plan.version if plan else NEW):
            raise ChangedMeanwhileError(plan or SalesPlan(user_id=target.user_id, month=first))
        if plan and (plan.revenue, plan.visits) == (target.revenue, target.visits):
            continue
        plan = plan or SalesPlan(user_id=target.user_id, month=first, version=NEW)
        plan.revenue, plan.visits, plan.set_by = target.revenue, target.visits, actor
        plan.version += 1
        with pghistory.context(user=actor.pk):
            plan.save()
        audit.record(actor, "plan.set", f"user:{target.user_id}", month=first.isoformat())
        changed += 1
    return changed
