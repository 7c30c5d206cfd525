"""What is known of the files of one origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from customers.imports.kinds import Kind


@dataclass(frozen=True, slots=True)
class SourceProfile:
    """Conventions that a file's headers betray and its columns do not say.

    Attributes:
        name: of the source.
        kind: what its rows are.
        signature: normalised headers that all must be there.
        return_number_start: the letter before the digits of a return's number.
        not_merchandise: product codes, in capitals, of postage, fees and the like.
        not_merchandise_starts: beginnings of such codes.
        country_names: its own names of countries → the usual ones, or None for "unknown".
        fields: headers that mean a certain field in this product, or, with None, nothing that we keep.
    """

    name: str
    kind: Kind
    signature: frozenset[str]
    return_number_start: str = ""
    not_merchandise: frozenset[str] = frozenset()
    not_merchandise_starts: tuple[str, ...] = ()
    country_names: Mapping[str, str | None] = field(default_factory=dict)
    fields: Mapping[str, str | None] = field(default_factory=dict)

    def is_return(self, number: str, quantity: Decimal) -> bool:
        """Whether an order line takes goods back: by the number of its invoice, or by its quantity."""
        start = self.return_number_start
        return quantity < 0 or (bool(start) and number.startswith(start) and number[len(start) :].isdigit())

    def is_merchandise(self, sku: str) -> bool:
        """Whether a product code stands for goods."""
        code = sku.upper()
        return code not in self.not_merchandise and not code.startswith(self.not_merchandise_starts)
