"""Deleting a customer softly: gone from every list, search and count, and back again when that was a mistake."""

from __future__ import annotations

import pghistory
from django.db import transaction
from django.utils import timezone

from crm.models import User
from crm.policy import require
from crm.services import audit
from customers.models import Customer, CustomerMerge, Purge, PurgeKind
from customers.models.scope import customers_in_scope
from customers.services.profiles import EditConflictError, answerable_for


@transaction.atomic
def delete_customer(customer_id: int, *, actor: User, version: int) -> Customer:
    """Delete a customer that the actor saw at ``version``; what belongs to it is out of sight with it.

    Raises PermissionDenied; Customer.DoesNotExist when the actor may not see it; EditConflictError when it was
    saved since.
    """
    require(actor, "customer.delete")
    customer = Customer.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=customer_id)
    answerable_for(actor, "customer.delete", customer)
    if customer.version != version:
        raise EditConflictError(customer)
    put_away(customer, actor)
    audit.record(actor, "customer.delete", f"customer:{customer_id}")
    return customer


@transaction.atomic
def restore_customer(customer_id: int, *, actor: User) -> Customer:
    """Bring a deleted customer back.

    Raises PermissionDenied, and Customer.DoesNotExist when there is none that was deleted and would be the
    actor's to see; one that was merged into another comes back by undoing the merge.
    """
    require(actor, "customer.delete")
    deleted = Customer.objects.filter(customers_in_scope(actor), deleted_at__isnull=False)
    merged_away = CustomerMerge.objects.filter(undone_at=None).values("merged")
    erased = Purge.objects.filter(kind=PurgeKind.ERASURE).values("customer_id")
    found = deleted.exclude(pk__in=merged_away).exclude(pk__in=erased)
    customer = found.select_for_update(of=("self",)).get(pk=customer_id)
    answerable_for(actor, "customer.delete", customer)
    bring_back(customer, actor)
    audit.record(actor, "customer.restore", f"customer:{customer_id}")
    return customer


def put_away(customer: Customer, actor: User) -> None:
    """Hide a customer (locked by the caller)."""
    customer.deleted_at = timezone.now()
    _save(customer, actor)


def bring_back(customer: Customer, actor: User) -> None:
    """Show a hidden customer (locked by the caller) again."""
    customer.deleted_at = None
    _save(customer, actor)


def _save(customer: Customer, actor: User) -> None:
    customer.version += 1
    with pghistory.context(user=actor.pk):
        customer.save(update_fields=["deleted_at", "version", "updated_at"])
