"""Which order a row that cannot be read belongs to: with it falls the whole order."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings

from customers.imports.cleaning.text import code_cleaner
from customers.imports.columns.base import day_and_moment
from customers.imports.columns.orders import number_of_the_day
from customers.imports.context import ColumnContext
from customers.imports.layouts import LAYOUTS
from customers.imports.matching import ColumnMapping
from customers.imports.problems import CellError

_clean_number = code_cleaner(60)


class OrderNames:
    """The order numbers of a file's rows, read from as few cells as they need."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self._mapping = mapping
        self._layout = LAYOUTS[mapping.kind]

    def of(self, cells: list[str]) -> str | None:
        """Return the number of a row's order; in a file without numbers that of its customer's day. None: unknown."""
        if "order_number" in self._mapping.sources:
            return self._said("order_number", cells)
        customer = self._said("customer_code", cells) or self._said("customer_name", cells)
        day = self._said("ordered_on", cells)
        return number_of_the_day(customer, day) if customer and day else None

    def _said(self, field: str, cells: list[str]) -> str | None:
        """Return what the row says of a field, cleaned as its good rows are; None if that cannot be read."""
        source = self._mapping.sources.get(field)
        text = cells[source.index] if source is not None and source.index < len(cells) else None
        if text is None:
            text = self._mapping.constants.get(field)
        if text is None:
            return None
        try:
            if field == "order_number":
                return _clean_number(text)
            context = ColumnContext(
                ZoneInfo(settings.COMPANY_TIME_ZONE), self._mapping.date_orders.get(field)
            )
            value = self._layout.column(field).cleaner(context)(text)
        except CellError:  # of dates that go two ways too
            return None
        if field == "ordered_on":
            day, _moment = day_and_moment(value)
            return f"{day:%Y%m%d}" if day else None
        return str(value) if value else None
