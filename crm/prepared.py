"""Queries that are the same for every request but for some values: written once, planned once, several asked at a time.

To write the SQL of a small query costs Django several times what PostgreSQL takes to answer it, and to plan it costs
PostgreSQL several times as much again. A page of a record asks two dozen; those that depend on nothing but the customer
are prepared::

    _NEEDS = Prepared(lambda: Need.objects.filter(customer=Slot("customer")).values("statement", "is_met"))
    rows = _NEEDS(customer=customer.pk)

(A customer with seven small tables beside it is planned in 4 ms, and read in a tenth of one.) Whoever knows what a page
is about to ask lets it be asked at once, and its parts find the answers in the memory of the request (crm/once.py)::

    ask_ahead([_NEEDS, _CONTACTS], customer=customer.pk)

Who may see what is no part of such a query: it is asked about a record that was found through ``visible_to``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import BigIntegerField, Expression, Field, QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from psycopg import sql

from crm.once import is_remembering, once

R = TypeVar("R")
Reader = Callable[[Iterable[Sequence[Any]]], list[Any]]

# Until the transaction ends, one plan is for every value: else a connection would plan each query anew five times.
# And what begins with SELECT is known to write nothing, and goes without a word about who writes.
_AS_PLANNED = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)"

_numbers = count(1)
# What each connection has planned: PostgreSQL keeps that for it, by name, until it ends.
_planned: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _Gap:
    """Where the value of a slot goes among the parameters, and its type in the database."""

    name: str
    kind: str


class Slot(Expression):
    """A value that is given when it is asked, of the type of ``field``: an id, if none is named."""

    def __init__(self, name: str, field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=field or BigIntegerField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return a placeholder, and what stands for the value."""
        return "%s", (_Gap(self.name, self.output_field.db_type(connection) or ""),)


@dataclass(frozen=True, slots=True)
class _Written:
    """A query as SQL whose gaps have numbers, the types of its slots in that order, and what reads its rows."""

    sql: str
    slots: Mapping[str, str]
    read: Reader


class Prepared(Generic[R]):
    """A query, given as what makes it; called with its slots, it returns rows: dicts of ``.values(…)``, or records."""

    def __init__(self, make: Callable[[], QuerySet[Any, R]]) -> None:
        self._make = make
        self._written: _Written | None = None
        self.name = f"kezhi_{next(_numbers)}"

    def __call__(self, **values: Any) -> list[R]:
        """Ask, and return the rows, which other parts of the request may be given too: leave them as they are.

        Raises KeyError when a slot is not given.
        """
        return once(self.key(values), lambda: _ask([self], values)[0])

    def one(self, **values: Any) -> R | None:
        """Ask, and return the first row, None when there is none."""
        return next(iter(self(**values)), None)

    @property
    def written(self) -> _Written:
        """The query as SQL; Django writes it when it is first wanted."""
        if self._written is None:
            self._written = _write(self._make())
        return self._written

    def key(self, values: Mapping[str, Any]) -> Hashable:
        """Return what its answer for some values is remembered by."""
        own = (values[slot] for slot in self.written.slots)
        return (self, *(tuple(each) if isinstance(each, list) else each for each in own))


def ask_ahead(asked: Iterable[Prepared[Any]], **values: Any) -> None:
    """Ask several queries in one round trip, each with those of the values that it has slots for.

    Where nothing is remembered, nothing is asked: each is asked where it is called.
    """
    if not is_remembering():
        return
    wanted = list(asked)
    for each, rows in zip(wanted, _ask(wanted, values), strict=True):
        once(each.key(values), partial(_given, rows))


def _given(rows: list[R]) -> list[R]:
    return rows


def _ask(asked: Sequence[Prepared[Any]], values: Mapping[str, Any]) -> list[list[Any]]:
    """Return the rows of each query, asked in one round trip once they are planned."""
    given = [[values[slot] for slot in each.written.slots] for each in asked]
    calls = [f"EXECUTE {each.name}{_places(len(own))}" for each, own in zip(asked, given, strict=True)]
    with connection.cursor() as cursor:
        _plan(asked)
        cursor.execute(";".join([_AS_PLANNED, *calls]), list(chain.from_iterable(given)))
        answers = [cursor.set_result(place).fetchall() for place, _each in enumerate(asked, start=1)]
    return [each.written.read(rows) for each, rows in zip(asked, answers, strict=True)]


def _places(count: int) -> str:
    return f" ({', '.join(['%s'] * count)})" if count else ""


def _plan(asked: Iterable[Prepared[Any]]) -> None:
    """Let the connection plan what it has not planned yet."""
    session: Any = connection.connection
    known = _planned.setdefault(session, set())
    for each in asked:
        if each.name not in known:
            kinds = f" ({', '.join(each.written.slots.values())})" if each.written.slots else ""
            with connection.wrap_database_errors, session.cursor() as cursor:
                cursor.execute(f"PREPARE {each.name}{kinds} AS {each.written.sql}")
            known.add(each.name)


def _write(asked: QuerySet[Any, Any]) -> _Written:
    query = asked.query
    compiler = query.get_compiler(connection=connection)
    text, parameters = compiler.as_sql()
    slots = {each.name: each.kind for each in parameters if isinstance(each, _Gap)}
    numbers = {name: f"${place}" for place, name in enumerate(slots, start=1)}
    connection.ensure_connection()
    filled = [
        numbers[each.name] if isinstance(each, _Gap) else sql.Literal(each).as_string(connection.connection)
        for each in parameters
    ]
    is_of_records = asked._iterable_class is ModelIterable
    read = _records(compiler) if is_of_records else _dicts(compiler)
    return _Written(text % tuple(filled), slots, read)


def _dicts(compiler: Any) -> Reader:
    """Return what reads rows as ``.values(…)`` does."""
    query = compiler.query
    names = query.selected or (*query.extra_select, *query.values_select, *query.annotation_select)
    converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])

    def read(found: Iterable[Sequence[Any]]) -> list[Any]:
        rows = compiler.apply_converters(found, converters) if converters else found
        return [dict(zip(names, row, strict=True)) for row in rows]

    return read


def _records(compiler: Any) -> Reader:
    """Return what reads rows as a query for records does, with those that it selects beside them."""
    columns = [column for column, _sql, _alias in compiler.select]
    converters = compiler.get_converters(columns)
    info = compiler.klass_info
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column.target.attname for column in columns[first:last]]
    # The types are of a Django to come, in which it takes one thing more.
    beside = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]

    def read(found: Iterable[Sequence[Any]]) -> list[Any]:
        records = []
        for row in compiler.apply_converters(found, converters) if converters else found:
            record = info["model"].from_db(connection.alias, names, row[first:last])
            for each in beside:
                each.populate(row, record)
            records.append(record)
        return records

    return read
