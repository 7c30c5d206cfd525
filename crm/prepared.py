"""Queries that are the same for every request but for some values: their SQL is written once.

To write the SQL of a small query costs Django several times what PostgreSQL takes to answer it. A page of a record asks
two dozen; those that depend on nothing but the customer are prepared::

    _NEEDS = Prepared(lambda: Need.objects.filter(customer=Slot("customer")).values("statement", "is_met"))
    rows = _NEEDS(customer=customer.pk)

Who may see what is no part of such a query: it is asked about a record that was found through ``visible_to``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Expression, Field, QuerySet


@dataclass(frozen=True, slots=True)
class _Gap:
    """Where the value of a slot goes among the parameters."""

    name: str


class Slot(Expression):
    """A value that is given when it is asked, of the type of ``field``: an id, if none is named."""

    def __init__(self, name: str, field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=field or BigIntegerField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return a placeholder, and what stands for the value."""
        return "%s", (_Gap(self.name),)


@dataclass(frozen=True, slots=True)
class _Written:
    """A query as SQL: its parameters with gaps, the names of its columns, and how Django reads some of them."""

    sql: str
    parameters: tuple[Any, ...]
    names: tuple[str, ...]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]


class Prepared:
    """A query that ends in ``.values(…)``, given as what makes it; called with its slots, it returns rows."""

    def __init__(self, make: Callable[[], QuerySet[Any, Any]]) -> None:
        self._make = make
        self._written: _Written | None = None

    def __call__(self, **values: Any) -> list[dict[str, Any]]:
        """Ask, and return the rows. Raises KeyError when a slot is not given."""
        if self._written is None:
            self._written = _write(self._make())
        written = self._written
        parameters = [values[each.name] if isinstance(each, _Gap) else each for each in written.parameters]
        with connection.cursor() as cursor:
            cursor.execute(written.sql, parameters)
            found = cursor.fetchall()
        rows = [dict(zip(written.names, row, strict=True)) for row in found]
        for place, (convert, expression) in written.converters.items():
            name = written.names[place]
            for row in rows:
                for step in convert:
                    row[name] = step(row[name], expression, connection)
        return rows

    def one(self, **values: Any) -> dict[str, Any] | None:
        """Ask, and return the first row, None when there is none."""
        return next(iter(self(**values)), None)


def _write(asked: QuerySet[Any, Any]) -> _Written:
    query = asked.query
    compiler = query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    names = query.selected or (*query.extra_select, *query.values_select, *query.annotation_select)
    columns = [column for column, _sql, _alias in compiler.select]
    converters = {
        place: (convert, expression)
        for place, (convert, expression) in compiler.get_converters(columns).items()
    }
    return _Written(sql, tuple(parameters), tuple(names), converters)
