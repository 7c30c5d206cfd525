"""The scope rule, written once: which customers somebody may see, and through them which of their records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Func, Q

from crm.models import User
from crm.policy import Scope, scope_of

if TYPE_CHECKING:
    from customers.models.regions import Region

M = TypeVar("M", bound=models.Model)

# The columns of a customer that say who sees it.
DECIDES_SCOPE = ("owner", "team", "region")


def customers_in_scope(user: User | AnonymousUser, prefix: str = "", *, shared: bool = True) -> Q:
    """Return the condition on customers (reached over ``prefix``) that ``user`` may see.

    Without ``shared``, only those that they answer for: what a colleague lets them see is left out.
    NULL owners, teams and regions match nothing, so a customer nobody was given stays with those who see all.
    """
    scope = scope_of(user, "customer.view")
    if scope is Scope.ALL:
        return Q()
    if scope is Scope.NONE or not isinstance(user, User):
        return Q(pk__in=[])
    from customers.models import CustomerShare

    allowed = Q(**{f"{prefix}owner": user})
    if shared:
        allowed |= any_of(f"{prefix}pk", CustomerShare.objects.filter(user=user).values("customer"))
    if scope is Scope.TEAM:
        if user.team_id is not None:
            allowed |= Q(**{f"{prefix}team": user.team_id})
        allowed |= any_of(f"{prefix}region", managed_regions(user).values("pk"))
    return allowed


def any_of(column: str, ids: models.QuerySet[Any, Any]) -> Q:
    """Return "is one of these ids", read into an array once: beside an OR, IN (SELECT …) would use no index, and who is
    found by a name would be looked for among everybody."""
    return Q(
        Func(
            F(column),
            ArraySubquery(ids),
            template="(%(expressions)s))",
            arg_joiner=" = ANY(",
            output_field=models.BooleanField(),
        )
    )


def own_and_shared(user: User | AnonymousUser) -> models.QuerySet[Any, Any]:
    """Return the ids of whom somebody sees who sees but their own: two queries, for the index by owner alone answers
    the first, and asked in one with the shared every row of theirs would be read."""
    from customers.models import Customer, CustomerShare

    if not isinstance(user, User):
        return Customer.objects.none().values("pk")
    shared = CustomerShare.objects.filter(user=user, customer__deleted_at=None).order_by().values("customer")
    return Customer.objects.owned_by(user).order_by().values("pk").union(shared, all=True)


def managed_regions(user: User) -> models.QuerySet[Region]:
    """Return every region below the territories that ``user`` manages."""
    from customers.models.regions import Region

    paths = Region.objects.filter(territories__manager=user).values_list("path", flat=True)
    below = Q(pk__in=[])
    for path in paths:
        below |= Q(path__startswith=path)
    return Region.objects.filter(below)


class CustomerChildQuerySet(models.QuerySet[M]):
    """A queryset of records that belong to a customer and are seen by whoever sees that customer."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Keep the rows whose customer ``user`` may see; rows of no customer need the right to the company.

        A deleted customer's rows are nobody's. (A row of no customer has no deletion either: the join is a left one.)
        Whoever sees but their own has few customers: they are read first, and the rows found by them, where a join
        would walk through everybody's.
        """
        if scope_of(user, "customer.view") is Scope.OWN:
            return self.filter(any_of("customer", own_and_shared(user)))
        return self.filter(customers_in_scope(user, "customer__"), customer__deleted_at=None)


class CustomerChild(models.Model):
    """A record that belongs to a customer."""

    objects = CustomerChildQuerySet.as_manager()

    class Meta:
        abstract = True

    def is_visible_to(self, user: User) -> bool:
        """Whether ``user`` may see this record."""
        return bool(type(self)._default_manager.visible_to(user).filter(pk=self.pk).exists())
