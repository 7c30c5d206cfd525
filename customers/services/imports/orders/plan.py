"""Staging order lines, and the steps of importing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from customers.imports.matching import ColumnMapping
from customers.imports.parsing import RowResult
from customers.imports.rows import OrderLineRow
from customers.models import Order, OrderLine
from customers.services.imports.keys import customer_key
from customers.services.imports.names import Names
from customers.services.imports.newcomers import NEW_CUSTOMER
from customers.services.imports.orders import grouping, judging, writing
from customers.services.imports.orders.naming import OrderNames
from customers.services.imports.plans import Plan
from customers.services.imports.rules import MatchRules
from customers.services.imports.statements import JUDGED

if TYPE_CHECKING:
    from customers.services.imports.sensitive import SealedValues

# The product of lines that don't say what was sold: it counts in money, never in product measures.
UNNAMED_PRODUCT = "-"


_STAGED = """
CREATE UNLOGGED TABLE staged (
    line_no integer PRIMARY KEY, reason text NOT NULL DEFAULT '',
    order_number text, position integer, original_number text,
    customer_key text, customer_name text, region_id bigint,
    product_key text, has_sku boolean, product_name text, category text, not_merchandise boolean,
    ordered_on date, ordered_at timestamptz,
    quantity numeric, unit_price numeric, discount_rate numeric, discount_amount numeric,
    amount numeric, unit_cost numeric, line_cost numeric, currency text, exchange_rate numeric,
    status text, salesperson_id bigint, promised_on date, delivered_on date, is_return boolean
)
"""


class OrderPlan(Plan):
    """Order lines. Unknown customers are created, unknown products where the file names them."""

    columns: ClassVar = (
        "order_number",
        "position",
        "original_number",
        "customer_key",
        "customer_name",
        "region_id",
        "product_key",
        "has_sku",
        "product_name",
        "category",
        "not_merchandise",
        "ordered_on",
        "ordered_at",
        "quantity",
        "unit_price",
        "discount_rate",
        "discount_amount",
        "amount",
        "unit_cost",
        "line_cost",
        "currency",
        "exchange_rate",
        "status",
        "salesperson_id",
        "promised_on",
        "delivered_on",
        "is_return",
    )
    not_stored: ClassVar = frozenset({"subcategory", "notes"})
    together: ClassVar = "order_number"

    def __init__(
        self, mapping: ColumnMapping, names: Names, rules: MatchRules, sealed_values: SealedValues
    ) -> None:
        super().__init__(mapping, names, rules, sealed_values)
        self._order_names = OrderNames(mapping)

    @property
    def searched(self) -> dict[type[Model], tuple[str, ...]]:
        """Orders by number, and their lines."""
        return {Order: ("id", "number"), OrderLine: ("id", "order_id", "line_no")}

    def tables(self) -> tuple[str, ...]:
        """The staged rows, the verdicts on them and on their orders, and what a chunk brings along."""
        lines = f"{JUDGED}, {judging.LINE_COLUMNS})"
        return (_STAGED, lines, judging.JUDGED_ORDER, NEW_CUSTOMER, writing.NEEDED_PRODUCT)

    def staged(self, row: OrderLineRow) -> tuple[Any, ...]:
        """Return the values of ``columns``; texts that name records become their ids."""
        has_sku = row.sku is not None
        return (
            row.order_number,
            row.line_no,
            row.original_order_number,
            customer_key(row.customer_code, row.customer_name),
            row.customer_name,
            self.names.region(row.region),
            row.sku if has_sku else row.product_name or UNNAMED_PRODUCT,
            has_sku,
            row.product_name,
            row.category,
            row.not_merchandise,
            row.ordered_on,
            row.ordered_at,
            row.quantity,
            row.unit_price,
            row.discount_rate,
            row.discount_amount,
            row.line_total,
            row.unit_cost,
            row.line_cost,
            row.currency,
            row.exchange_rate,
            row.status,
            self.names.user(row.salesperson),
            row.promised_on,
            row.delivered_on,
            row.is_return,
        )

    def staged_reject(self, result: RowResult) -> tuple[Any, ...]:
        """Keep the order's number of a row that could not be read: the whole order falls with it."""
        return (self._order_names.of(result.cells), *super().staged_reject(result)[1:])

    def prepare(self, cursor: CursorWrapper, chunk_rows: int) -> None:
        """Find the orders, customers and products of the file."""
        grouping.reject_the_impossible(cursor, self.company["currency"], is_whole_file=self.is_whole_file)
        grouping.group(cursor, chunk_rows, self.company)

    def judge(self, cursor: CursorWrapper, first: int, last: int) -> None:
        """Compare the orders of some chunks with those that are known."""
        judging.judge(cursor, first, last, self._judging())

    def write(self, cursor: CursorWrapper, chunk: int) -> dict[str, int]:
        """Write one chunk's orders, and the customers and products that they need."""
        links_returns = self.has("original_order_number")
        return writing.write(cursor, chunk, unnamed=UNNAMED_PRODUCT, links_returns=links_returns)

    def _judging(self) -> dict[str, Any]:
        return {
            **self.company,
            "creates_products": self.has("product_name"),
            "unnamed": UNNAMED_PRODUCT,
            "states_delivery": self.has("delivered_on"),
            "links_returns": self.has("original_order_number"),
        }
