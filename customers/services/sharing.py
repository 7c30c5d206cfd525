"""Sharing a customer with colleagues, and ending it: by who answers for it, never by who it is shared with."""

from __future__ import annotations

import pghistory
from django.db import transaction
from django.db.models import QuerySet

from crm.models import Role, User
from crm.policy import require
from crm.services import audit
from customers.models import Customer, CustomerShare
from customers.services.profiles import answerable_for


def colleagues_to_share_with(customer: Customer) -> QuerySet[User]:
    """Return whom the customer can be shared with: those who see customers one by one, and don't have it yet."""
    one_by_one = User.objects.filter(is_active=True, role__in=[Role.REP, Role.MANAGER])
    others = one_by_one.exclude(shared_customers__customer=customer).exclude(pk=customer.owner_id or 0)
    return others.order_by("name", "username")


@transaction.atomic
def share_customer(customer_id: int, user_id: int, *, actor: User) -> CustomerShare:
    """Let a colleague see a customer, and do with it what their role does with customers of their own.

    Raises PermissionDenied; Customer.DoesNotExist when the actor may not see it; User.DoesNotExist for somebody
    whom it can't be shared with.
    """
    customer = _answered_for(customer_id, actor)
    user = colleagues_to_share_with(customer).get(pk=user_id)
    with pghistory.context(user=actor.pk):
        share = CustomerShare.objects.create(customer=customer, user=user)
    audit.record(actor, "customer.share", f"customer:{customer.pk}", user=user.pk)
    return share


@transaction.atomic
def end_share(customer_id: int, share_id: int, *, actor: User) -> None:
    """End a share: from the next request on the customer is not there for them. Raises as ``share_customer``."""
    customer = _answered_for(customer_id, actor)
    share = CustomerShare.objects.select_for_update().get(pk=share_id, customer=customer)
    with pghistory.context(user=actor.pk):
        share.delete()
    audit.record(actor, "customer.unshare", f"customer:{customer.pk}", user=share.user_id)


def _answered_for(customer_id: int, actor: User) -> Customer:
    require(actor, "customer.share")
    customer = Customer.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=customer_id)
    answerable_for(actor, "customer.share", customer)
    return customer
