"""Noting that two customers who look alike are two."""

from __future__ import annotations

from collections.abc import Collection

import pghistory
from django.db import transaction

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import Customer, NotDuplicate


@transaction.atomic
def note_different(customer_id: int, others: Collection[int], *, actor: User) -> int:
    """Note that a customer is none of ``others``, as far as the actor may see them; return how many were noted.

    Raises PermissionDenied, and Customer.DoesNotExist when the actor may not see the customer.
    """
    require(actor, "customer.edit")
    visible = Customer.objects.visible_to(actor)
    visible.get(pk=customer_id)
    known = set(visible.filter(pk__in=others).exclude(pk=customer_id).values_list("pk", flat=True))
    pairs = [
        NotDuplicate(first_id=min(customer_id, other), second_id=max(customer_id, other), decided_by=actor)
        for other in sorted(known)
    ]
    with pghistory.context(user=actor.pk):
        NotDuplicate.objects.bulk_create(pairs, ignore_conflicts=True)
    if pairs:
        audit.record(actor, "customer.different", f"customer:{customer_id}", others=sorted(known))
    return len(pairs)
