"""The layouts of all kinds, and the known sources."""

from __future__ import annotations

from functools import cache

from customers.imports.columns import behaviour, customers, orders, payments, products
from customers.imports.columns.base import Layout
from customers.imports.kinds import Kind
from customers.imports.sources.address_books import ADDRESS_BOOKS
from customers.imports.sources.base import SourceProfile
from customers.imports.sources.cdnow import CDNOW_SAMPLE
from customers.imports.sources.crms import CRMS
from customers.imports.sources.online_retail import ONLINE_RETAIL

LAYOUTS: dict[Kind, Layout] = {
    layout.kind: layout
    for layout in (
        customers.LAYOUT,
        orders.LAYOUT,
        products.LAYOUT,
        payments.LAYOUT,
        behaviour.INTERACTIONS,
        behaviour.COMPLAINTS,
    )
}
PROFILES: tuple[SourceProfile, ...] = (ONLINE_RETAIL, CDNOW_SAMPLE, *ADDRESS_BOOKS, *CRMS)


@cache
def _known_keys() -> frozenset[str]:
    return frozenset(
        key
        for layout in LAYOUTS.values()
        for column in layout.columns
        for key in (*column.keys, *column.weak_keys)
    )


def is_known_header(key: str) -> bool:
    """Whether a normalised header names a column of any kind."""
    return key in _known_keys()


def find_profile(kind: Kind, header_keys: frozenset[str]) -> SourceProfile | None:
    """The known source whose headers are all there; of several the one that asks for most."""
    fitting = (each for each in PROFILES if each.kind == kind and each.signature <= header_keys)
    return max(fitting, key=lambda each: len(each.signature), default=None)
