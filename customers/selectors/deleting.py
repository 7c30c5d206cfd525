"""The customers that were deleted of late, for those who may bring them back."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from crm.models import User
from crm.policy import Scope, scope_of
from customers.models import Customer, CustomerMerge, Purge, PurgeKind
from customers.models.scope import customers_in_scope

DAYS_LISTED = 90
MOST_LISTED = 200


def recently_deleted(user: User) -> list[Customer]:
    """Return the customers deleted within ``DAYS_LISTED`` days that ``user`` may bring back, the last first.

    Who was merged into another customer is not among them: that is undone on the other one's record.
    """
    since = timezone.now() - timedelta(days=DAYS_LISTED)
    own = Q(owner=user) if scope_of(user, "customer.delete") is Scope.OWN else Q()
    gone = Customer.objects.filter(customers_in_scope(user), own, deleted_at__gte=since)
    merged_away = CustomerMerge.objects.filter(undone_at=None).values("merged")
    erased = Purge.objects.filter(kind=PurgeKind.ERASURE).values("customer_id")
    found = gone.exclude(pk__in=merged_away).exclude(pk__in=erased)
    rows = found.select_related("owner", "region").order_by("-deleted_at", "-pk")
    return list(rows[:MOST_LISTED])
