"""Reading a page of a list: only the columns that are shown, and what they need besides in one query for all rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from django.contrib.postgres.aggregates import BoolOr
from django.db import connection
from django.db.models import Count, Model, Q, QuerySet, Sum

from crm.models import User
from crm.paging import COUNT_CAP, PAGE_SIZE, Key, Page, capped_count, keyset_page
from crm.policy import Scope, scope_of
from customers.models import (
    Address,
    ContactKind,
    ContactPoint,
    Customer,
    CustomerShare,
    Note,
    OrderLine,
    Region,
    RegionLevel,
)
from customers.models.listing import NEVER, CustomerActivity

NEVER_ORDERED = date.fromisoformat(NEVER)
# So few rows are found first and ordered afterwards: walking an order to find them may walk the whole table.
FEW = COUNT_CAP
# From so many on, joining all of them to what is shown beside them costs more than a second query.
SEVERAL = 4 * PAGE_SIZE
# A table of so many more rows than are counted is not counted, when somebody sees it all.
_MANY = 10 * COUNT_CAP


def read_page(
    rows: QuerySet[Any, Any],
    fields: Iterable[str],
    keys: Sequence[Key],
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[dict[str, Any]]:
    """Return one page of rows (already scoped and filtered) as dicts of ``fields``."""
    columns = dict.fromkeys(["pk", *fields, *(key.column for key in keys)])
    return keyset_page(rows.values(*columns), keys, after=after, before=before, size=size)


def read_page_of_few(
    rows: QuerySet[Any, Any],
    prepare: Callable[[QuerySet[Any, Any]], QuerySet[Any, Any]],
    fields: Iterable[str],
    keys: Sequence[Key],
    *,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[dict[str, Any]]:
    """Return what :func:`read_page` returns of ``prepare(rows)``, where all of ``rows`` must be put in order.

    Ordered are only the keys; what else is shown, of tables beside theirs, is read for the rows of the page.
    """
    page = read_page(prepare(rows), [], keys, after=after, before=before, size=size)
    ids = [row["pk"] for row in page.rows]
    whole = prepare(QuerySet(rows.model).filter(pk__in=ids)).order_by()
    columns = dict.fromkeys(["pk", *fields, *(key.column for key in keys)])
    read = {row["pk"]: row for row in whole.values(*columns)}
    # A row that went in between is left out: its neighbours stay where they are.
    return replace(page, rows=[read[pk] for pk in ids if pk in read])


def count_rows(rows: QuerySet[Any, Any], *, is_whole_table: bool) -> int:
    """Count rows up to the cap; a large table that is seen whole is known to be beyond it."""
    if is_whole_table and _estimated(rows.model) > _MANY:
        return COUNT_CAP + 1
    return capped_count(rows)


def count_active(after: date, before: date) -> int:
    """Count the customers whose last order lies between two days (neither included), up to the cap.

    The deleted, who are few, are left out by name: joined to their customers, all that are counted would be read.
    """
    deleted = Customer.objects.filter(deleted_at__isnull=False).order_by().values("pk")
    rows = CustomerActivity.objects.filter(last_order_on__gt=after, last_order_on__lt=before)
    # In the order of the index, which alone is read then: the planner would rather read the table until it has enough.
    ordered = rows.exclude(customer__in=deleted).order_by("-last_order_on")
    return ordered.values("pk")[: COUNT_CAP + 1].count()


def count_own(user: User) -> int:
    """Count the customers of somebody who sees but their own, up to the cap: in the index of owners, and beside it the
    few who are shared with them. Asked at once who is owned *or* shared, all of them would be read."""
    own = Customer.objects.owned_by(user).order_by().values("pk")
    shared = CustomerShare.objects.filter(user=user, customer__deleted_at=None).exclude(customer__owner=user)
    return own.union(shared.order_by().values("customer"), all=True)[: COUNT_CAP + 1].count()


def sees_own(user: User) -> bool:
    """Whether ``user`` sees their own customers alone, and those shared with them."""
    return scope_of(user, "customer.view") is Scope.OWN


def sees_all(user: User) -> bool:
    """Whether ``user`` sees every customer."""
    return scope_of(user, "customer.view") is Scope.ALL


def fenced(rows: QuerySet[Any, Any], count: int) -> QuerySet[Any, Any]:
    """Return the same rows; few of them by their ids, found before any order is thought of."""
    if count > FEW:
        return rows
    found = rows.order_by().values("pk")[: FEW + 1]
    return QuerySet(rows.model).filter(pk__in=found)


def _estimated(model: type[Model]) -> float:
    """Return how many rows the database believes a table to have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        return float(cursor.fetchone()[0])


def contacts(customer_ids: Sequence[int]) -> dict[int, list[ContactPoint]]:
    """Return the contact points of customers, the primary first."""
    found: dict[int, list[ContactPoint]] = {}
    points = ContactPoint.objects.filter(customer__in=customer_ids).order_by("-is_primary", "id")
    for point in points:
        found.setdefault(point.customer_id, []).append(point)
    return found


def tags(customer_ids: Sequence[int]) -> dict[int, str]:
    """Return the tags of customers, in one text each."""
    found: dict[int, list[str]] = {}
    through = Customer.tags.through.objects.filter(customer__in=customer_ids)
    for customer, name in through.order_by("tag__name").values_list("customer_id", "tag__name"):
        found.setdefault(customer, []).append(name)
    return {customer: ", ".join(names) for customer, names in found.items()}


def notes(customer_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the notes on customers, the oldest first."""
    found: dict[int, list[str]] = {}
    rows = Note.objects.filter(customer__in=customer_ids).order_by("created_at", "id")
    for customer, body in rows.values_list("customer_id", "body"):
        found.setdefault(customer, []).append(body)
    return found


def addresses(customer_ids: Sequence[int]) -> dict[int, list[tuple[Address, dict[str, str]]]]:
    """Return the addresses of customers, each with the names of where it is, by level."""
    rows = list(Address.objects.filter(customer__in=customer_ids).select_related("region").order_by("id"))
    places = region_lines(Address, [row.pk for row in rows])
    found: dict[int, list[tuple[Address, dict[str, str]]]] = {}
    for row in rows:
        # An area (华东) is found by its name alone.
        area = {RegionLevel.PROVINCE.value: row.region.name} if row.region else {}
        found.setdefault(row.customer_id, []).append((row, places.get(row.pk) or area))
    return found


def filled(model: type[Model], ids: Sequence[int], paths: Iterable[str]) -> set[str]:
    """Return those of the fields that any of the rows says something in."""
    left, found = list(paths), set[str]()
    for begin in range(0, len(ids), FEW):
        rows = model._default_manager.filter(pk__in=ids[begin : begin + FEW])
        said = rows.aggregate(**{f"is_filled_{n}": BoolOr(_says(model, path)) for n, path in enumerate(left)})
        found |= {path for n, path in enumerate(left) if said[f"is_filled_{n}"]}
        left = [path for path in left if path not in found]
    return found


def _says(model: type[Model], path: str) -> Q:
    """Return whether a field is neither blank nor no."""
    *relations, name = path.split("__")
    for relation in relations:
        model = cast(type[Model], model._meta.get_field(relation).related_model)
    kind = model._meta.get_field(name).get_internal_type()
    if kind in ("CharField", "TextField"):
        return Q(**{f"{path}__gt": ""})
    return Q(**{path: True}) if kind == "BooleanField" else Q(**{f"{path}__isnull": False})


def order_totals(order_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return how many lines orders have, and their amount in cents."""
    lines = OrderLine.objects.filter(order__in=order_ids).order_by()
    return {
        order: (count, cents)
        for order, count, cents in lines.values_list("order").annotate(Count("id"), Sum("revenue_cents"))
    }


def region_lines(model: type[Model], ids: Sequence[int], region: str = "region") -> dict[int, dict[str, str]]:
    """Return the names of the regions that records lie in, by level, as an import reads them again.

    Of an area (华东) nothing: an import takes it for the whole country when that is named beside it.
    """
    rows = model._default_manager.filter(pk__in=ids, **{f"{region}__isnull": False})
    rows = rows.exclude(**{f"{region}__level": RegionLevel.AREA})
    paths = dict(rows.values_list("pk", f"{region}__path"))
    codes = {code for path in paths.values() for code in path.strip("/").split("/")}
    regions = {region.code: region for region in Region.objects.filter(code__in=codes)}
    return {
        pk: {regions[code].level: regions[code].name for code in path.strip("/").split("/")}
        for pk, path in paths.items()
    }


def employers(user: User, customer_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of the customers whom people work for, as far as ``user`` may see those."""
    visible = Customer.objects.visible_to(user).filter(employees__customer__in=customer_ids)
    return dict(visible.values_list("employees__customer_id", "name"))


def first_of(points: Collection[ContactPoint] | None, *kinds: ContactKind) -> ContactPoint | None:
    """Return the first contact point of some kinds."""
    return next((point for point in points or () if point.kind in kinds), None)
