"""From a file to the staging tables, ready to be judged."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count, islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from crm.models import User
from crm.sensitivity import Sensitivity
from customers.imports.columns.base import Layout
from customers.imports.context import ReadingContext
from customers.imports.kinds import Kind
from customers.imports.knowledge import sensitive_places, sensitivity_of_column, without
from customers.imports.matching import ColumnMapping
from customers.imports.parsing import RowResult, parse_rows
from customers.imports.problems import CellProblem
from customers.imports.tables import Record, Table
from customers.models import ImportBatch
from customers.selectors.masking import MASK
from customers.services.imports.behaviour import ComplaintPlan, InteractionPlan
from customers.services.imports.customers import CustomerPlan
from customers.services.imports.names import Names
from customers.services.imports.orders import OrderPlan
from customers.services.imports.payments import PaymentPlan
from customers.services.imports.plans import Checked, Plan
from customers.services.imports.products import ProductPlan
from customers.services.imports.records import RecordPlan, field_of
from customers.services.imports.rules import MatchRules
from customers.services.imports.sensitive import SealedValues
from customers.services.imports.staging import Staging

_PLANS: dict[Kind, type[Plan]] = {
    Kind.CUSTOMERS: CustomerPlan,
    Kind.ORDERS: OrderPlan,
    Kind.PRODUCTS: ProductPlan,
    Kind.PAYMENTS: PaymentPlan,
    Kind.INTERACTIONS: InteractionPlan,
    Kind.COMPLAINTS: ComplaintPlan,
}
PIECE_ROWS = 20_000


def plan_for(mapping: ColumnMapping, batch: ImportBatch, actor: User | None) -> Plan:
    """Return how the file of a batch is imported by ``actor`` (None is the command line), by its rules."""
    return _PLANS[mapping.kind](
        mapping, Names(), MatchRules.from_dict(batch.rules), SealedValues(mapping, batch, actor)
    )


def policy_fields(kind: Kind) -> dict[str, str]:
    """Return the fields of a kind on which one can say whose word counts, with their labels; of orders none."""
    plan = _PLANS[kind]
    if not issubclass(plan, RecordPlan):
        return {}
    labels = {field.name: str(field.verbose_name) for field in plan.model._meta.concrete_fields}
    return {field_of(column): labels[field_of(column)] for column in (*plan.values, *plan.optional)}


def load(
    checked: Checked,
    plan: Plan,
    staging: Staging,
    progress: Callable[[int], None],
    *,
    cells: bool = False,
    piece_rows: int = PIECE_ROWS,
    shared: bool = False,
) -> int:
    """Read the file into the staging table; return how many rows that were. Memory stays flat.

    With ``cells`` the rows are kept as they were read too, in the table ``source``, but for their sensitive cells.
    ``shared`` reads the pieces of ``piece_rows`` rows that no other reader has taken, else it is the whole file.

    Raises:
        FileProblem: something is wrong with the file as a whole.
    """
    pieces = _free_pieces(staging) if shared else count()
    results = parsed(checked.table, checked.mapping, only=_rows_of(checked.table, pieces, piece_rows))
    columns = staged_columns(plan)
    hidden = sensitive_places(checked.table, checked.mapping) if cells else []
    rows = 0
    while piece := _next_piece(results, piece_rows):
        with _uncollected():
            staging.copy("staged", columns, (staged_values(plan, result) for result in piece))
        aside = [(each.line,) for each in piece if each.aside]
        if aside:
            staging.copy("aside", ("line_no",), aside)
        if cells:
            shown = ((each.line, [*map(_storable, without(each.cells, hidden, MASK))]) for each in piece)
            staging.copy("source", ("line_no", "cells"), shown)
        rows += len(piece)
        del piece  # before the next is read, or there are two of them
        progress(rows)
    return rows


def _free_pieces(staging: Staging) -> Iterator[int]:
    """Yield the numbers of pieces that nobody has taken, rising; each is taken when it is asked for."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(%s)", [f"{staging.schema}.piece"])
            (number,) = cursor.fetchone()
        yield number


def _rows_of(table: Table, pieces: Iterator[int], piece_rows: int) -> Iterator[Record]:
    """Yield the rows of the pieces with these numbers, and ask for the next one only after the last row of one."""
    records = iter(table)
    ahead = 0
    for number in pieces:
        deque(islice(records, (number - ahead) * piece_rows), maxlen=0)
        ahead = number + 1
        piece = islice(records, piece_rows)
        first = next(piece, None)
        if first is None:  # the file ends before this piece
            return
        yield first
        yield from piece


def _next_piece(results: Iterator[RowResult], piece_rows: int) -> list[RowResult]:
    with _uncollected():
        return list(islice(results, piece_rows))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles from looking through a piece again and again: rows hold none."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_collecting:
            gc.enable()


def _storable(cell: str) -> str:
    """A cell as the database takes it: what no text can hold is shown as the sign for that."""
    if "\0" not in cell and cell.isprintable():
        return cell
    return cell.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def parsed(
    table: Table, mapping: ColumnMapping, *, only: Iterable[Record] | None = None
) -> Iterator[RowResult]:
    """Return the rows of a table, or some of them, cleaned as the company's settings say; raises FileProblem."""
    context = ReadingContext(
        time_zone=ZoneInfo(settings.COMPANY_TIME_ZONE), phone_region=settings.COMPANY_COUNTRY
    )
    return parse_rows(table, mapping, context, only=only)


def staged_columns(plan: Plan) -> tuple[str, ...]:
    """Return the columns of ``staged`` that ``staged_values`` fills."""
    return ("line_no", "reason", *plan.columns, *plan.optional_fed)


def warnings_of(plan: Plan) -> list[str]:
    """Say what of the file is not known here, or not kept."""
    warnings = plan.names.warnings() + plan.sealed_values.warnings()
    unstored = plan.unstored_headers()
    if unstored:
        message = _("Columns that were read and are not stored yet: %(headers)s.")
        warnings.append(message % {"headers": ", ".join(unstored)})
    if plan.mapping.calculated:
        message = _("Columns that are worked out here, and left out therefore: %(headers)s.")
        warnings.append(message % {"headers": ", ".join(plan.mapping.calculated)})
    if plan.mapping.unmatched:
        message = _("Columns that were not recognised and are left out: %(headers)s.")
        warnings.append(message % {"headers": ", ".join(plan.mapping.unmatched)})
    return warnings


def staged_values(plan: Plan, result: RowResult) -> tuple[Any, ...]:
    """Return a row as it is staged: what it says, or why it cannot be read."""
    if result.aside:
        return (result.line, result.aside, *(None,) * (len(plan.columns) + len(plan.optional_fed)))
    if result.row is None:
        reason = "; ".join(_said(problem, plan.mapping.layout) for problem in result.problems)
        return (result.line, reason, *plan.staged_reject(result), *(None,) * len(plan.optional_fed))
    more = (getattr(result.row, column) for column in plan.optional_fed)
    return (result.line, "", *plan.staged(result.row), *more)


def _said(problem: CellProblem, layout: Layout) -> str:
    if not problem.header:
        return problem.message
    message = (
        _("This value can't be read. Correct it in the file.")
        if _quotes(problem, layout)
        else problem.message
    )
    return _("%(header)s: %(message)s") % {"header": problem.header, "message": message}


def _quotes(problem: CellProblem, layout: Layout) -> bool:
    """Whether a message may quote a sensitive value: those on words do, those on identity numbers never."""
    column = next((column for column in layout.columns if column.field == problem.field), None)
    return (
        column is not None
        and column.words is not None
        and sensitivity_of_column(column) is Sensitivity.SENSITIVE
    )
