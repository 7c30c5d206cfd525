"""Copying rows into tables with ids given out here, so that rows can refer to each other before they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
from django.db import connection, models

from customers.services.demo.copying import Column, copy_rows


class TableWriter:
    """Gives out ids and copies rows; ``finish`` lets the tables' own sequences go on behind them."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        """Rows written, by model name."""
        self._next_id: dict[type[models.Model], int] = {}

    def take_ids(self, model: type[models.Model], count: int) -> int:
        """Return the first of ``count`` ids of ``model`` that nobody else will get."""
        if model not in self._next_id:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval(%s)", [_sequence_of(model)])
                (self._next_id[model],) = cursor.fetchone()
        first = self._next_id[model]
        self._next_id[model] += count
        return first

    def copy(self, model: type[models.Model], columns: Mapping[str, Column]) -> None:
        """Append rows: as many as the first column that is not one value for all; ids are given if need be."""
        count = next(len(values) for values in columns.values() if np.ndim(values))
        if not count:
            return
        if model._meta.pk.attname == "id" and "id" not in columns:
            columns = {"id": self.take_ids(model, count) + np.arange(count), **columns}
        copy_rows(model, count, columns)
        self.rows[model.__name__] += count

    def finish(self) -> None:
        """Set the sequences after the ids that were given out."""
        with connection.cursor() as cursor:
            for model, next_id in self._next_id.items():
                cursor.execute("SELECT setval(%s, %s, false)", [_sequence_of(model), next_id])


def _sequence_of(model: type[models.Model]) -> str:
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        (name,) = cursor.fetchone()
    return str(name)
