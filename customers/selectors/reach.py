"""A name for the customers whom somebody sees: another one as soon as a customer comes to them or leaves them.

What was added up over hundreds of thousands of customers can be kept under such a name. It is a digest of who they are,
read from the indexes by owner, team and region, which takes some ten milliseconds for so many. So that not every page
pays them, the digest itself is kept until any customer is written again.

That moment is told by the sequence that numbers the versions of customers. Every write of a customer draws from it, by
a trigger and so after its transaction had an id of its own. Something is kept when first the sequence was read, then
every transaction that had written had ended, and then the customers were read: whoever drew a number up to the one read
is in what was read; whoever writes later draws a greater one, and is told by that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.postgres.aggregates import BitXor
from django.core.cache import cache
from django.db import connection
from django.db.models import BigIntegerField, Count, F, Func, Q, QuerySet, Value

from crm.models import Team, User
from crm.once import once
from crm.policy import Scope, scope_of
from customers.models import Customer, CustomerShare
from customers.models.scope import managed_regions
from customers.selectors.profiles import known_teams, visible_customers

T = TypeVar("T")

SECONDS = 6 * 3600


def name_of_reach(user: User, *, owner: int | None = None, team: int | None = None) -> str:
    """Name whom ``user`` sees today, and which of all customers are those of an owner or a team asked for.

    The deleted and those who refuse to be scored are part of it. Two users never share a name.
    """
    sets = _sets_seen(user)
    if owner is not None:
        sets[f"owner {owner}"] = Q(owner=owner)
    if team is not None:
        sets[f"team {team}"] = Q(team=team)

    def read() -> str:
        return ";".join(
            _digest(Customer.objects.filter(which), "pk") for _name, which in sorted(sets.items())
        )

    shared, names = _shared_with(user), sorted(sets)
    digest = kept_until_written(f"reach {names}", read) if sets else ""
    return _hashed(user.pk, user.role, names, shared, digest)


def teams_seen(user: User) -> list[Team]:
    """The teams that the customers whom ``user`` sees belong to; every team for who sees them all."""
    teams = known_teams(user, visible_customers(user))
    if scope_of(user, "customer.view") is Scope.ALL:
        return list(teams)
    seen = kept_until_written(f"teams {rights_over(user)}", lambda: list(teams.values_list("pk", flat=True)))
    return list(Team.objects.filter(pk__in=seen)) if seen else []


def rights_over(user: User) -> str:
    """What lets somebody see customers: their role, their team and regions, what is shared with them."""
    return f"{user.pk} {user.role} {sorted(_sets_seen(user))} {_shared_with(user)}"


def kept_until_written(name: str, read: Callable[[], T]) -> T:
    """Return what ``read`` tells of customers, kept until any customer is written; ``name`` says all else it is of."""
    key = f"until-written:{_hashed(name)}"
    drawn = versions_drawn()
    kept: tuple[int, T] | None = cache.get(key)
    if kept is not None and kept[0] == drawn:
        return kept[1]
    is_settled = _is_settled()
    found = read()
    if is_settled:
        cache.set(key, (drawn, found), SECONDS)
    return found


def versions_drawn() -> int:
    """The last number that a version of a customer was given: told at once, whether that is committed or not."""

    def read() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_DRAWN)
            return int(cursor.fetchone()[0])

    return once("versions of customers drawn", read)


def _sets_seen(user: User) -> dict[str, Q]:
    """The sets of customers that make up whom somebody sees, beside those shared with them; none for everybody."""
    scope = scope_of(user, "customer.view")
    sets: dict[str, Q] = {}
    if scope in (Scope.OWN, Scope.TEAM):
        sets[f"owner {user.pk}"] = Q(owner=user.pk)
    if scope is Scope.TEAM:
        if user.team_id is not None:
            sets[f"team {user.team_id}"] = Q(team=user.team_id)
        regions = once(("regions managed", user.pk), lambda: _regions_of(user))
        sets[f"regions {regions}"] = Q(region__in=regions)
    return sets


def _regions_of(user: User) -> list[int]:
    return sorted(managed_regions(user).order_by().values_list("pk", flat=True))


def _shared_with(user: User) -> str:
    if scope_of(user, "customer.view") in (Scope.ALL, Scope.NONE):
        return ""
    shared = CustomerShare.objects.filter(user=user)
    return once(("shared with", user.pk), lambda: _digest(shared, "customer"))


def _digest(rows: QuerySet[Any, Any], column: str) -> str:
    """How many rows there are, and a hash of the customers that ``column`` names."""
    hashed = Func(F(column), Value(0), function="hashint8extended", output_field=BigIntegerField())
    found = rows.order_by().aggregate(count=Count("*"), mixed=BitXor(hashed))
    return f"{found['count']}:{found['mixed']}"


def _hashed(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _is_settled() -> bool:
    """Whether each transaction that has written by now has ended, so that the next query sees what it wrote.

    Within a transaction of one's own that may not be so: it may look at the records as they were when it began.
    """
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED)
        return bool(cursor.fetchone()[0])


_DRAWN = """
    SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('customers_customerevent', 'pgh_id')::regclass), 0)
"""
# Who is shown as having no state is of another role, whose transactions are not shown either: it may be writing.
_SETTLED = """
    SELECT NOT EXISTS (SELECT FROM pg_prepared_xacts WHERE database = current_database())
        AND NOT EXISTS (
            SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND (backend_xid IS NOT NULL OR (state IS NULL AND backend_type = 'client backend'))
        )
"""
