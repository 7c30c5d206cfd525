"""Frames about how customers were dealt with: service, the wish list, filled fields.

Each is joined to the run's population: whoever is not in it is in no measure.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pandas as pd

from analysis.datasets.source import Source, read_frame, read_population
from analysis.measures.data_quality import QualityPolicy
from analysis.measures.drag import DragPolicy
from analysis.measures.resources import ResourcePolicy
from analysis.measures.wish_list import WishPolicy
from crm.copying import Kind
from customers.models import CustomerKind
from customers.selectors import field_facts, record_facts

TIERS = ("C", "B", "A")
MARKS = ("", "vip", "drag", "young")
KINDS = tuple(CustomerKind.values)
SERVICE: dict[str, Kind] = dict.fromkeys(("visits", "visit_cost", "discount_cost", "support_cost"), "int8")

_WISHES: dict[str, Kind] = {
    "customer_id": "int8",
    "owner_id": "int8?",
    "has_next_step": "bool",
    "orders": "int8",
    "net_revenue": "int8",
    "contacts": "int8",
    "last_contact_on": "date",
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """The wish list of the year of a day, as ``wish_status`` takes it."""

    entries: pd.DataFrame
    policy: WishPolicy
    as_of: datetime.date


@dataclass(frozen=True, slots=True)
class Filled:
    """The population's bits of filled fields, as ``customer_quality`` takes them."""

    customers: pd.DataFrame
    policy: QualityPolicy
    as_of: datetime.date


@dataclass(frozen=True, slots=True)
class Drags:
    """The population as ``drag_costs`` takes it."""

    customers: pd.DataFrame
    policy: DragPolicy


@dataclass(frozen=True, slots=True)
class Efforts:
    """The population as ``customer_resources`` takes it."""

    customers: pd.DataFrame
    policy: ResourcePolicy


def read_drag(source: Source) -> Drags:
    """Read whom the run marked, what they brought and what serving them took."""
    kinds: dict[str, Kind] = {"marks": MARKS, "net_revenue": "int8", "gross_margin": "int8", "orders": "int8"}
    return Drags(_read_service(source, kinds), source.rules.records.drag)


def read_resources(source: Source) -> Efforts:
    """Read what the population took of our effort and brought."""
    kinds: dict[str, Kind] = {"tier": TIERS, "net_revenue": "int8", "gross_margin": "int8", "orders": "int8"}
    return Efforts(_read_service(source, kinds), source.rules.records.resources)


def read_wishes(source: Source) -> Wishes:
    """Read the wish list of the year of the run's day."""
    entries = _by_customer(read_frame(source, record_facts.wishes_query(source.as_of), _WISHES))
    known = entries[entries.index.isin(read_population(source, {}).index)].sort_index()
    return Wishes(known, source.rules.records.wish_list, source.as_of)


def read_filled(source: Source) -> Filled:
    """Read which fields of the population's records are filled in."""
    words = -(-len(field_facts.record_fields()) // field_facts.FIELDS_PER_WORD)
    bits: dict[str, Kind] = {f"filled_{word}": "int8" for word in range(words)}
    kinds: dict[str, Kind] = {"customer_id": "int8", "kind": KINDS, **bits, "checked_on": "date"}
    filled = _by_customer(read_frame(source, field_facts.filled_query(), kinds))
    known = filled.loc[read_population(source, {}).index]
    return Filled(known, source.rules.records.data_quality, source.as_of)


def _read_service(source: Source, kinds: dict[str, Kind]) -> pd.DataFrame:
    """The population's columns ``kinds`` beside what serving each customer took in the window, 0 where nothing."""
    query = record_facts.service_query(source.window.start, source.window.end)
    taken = _by_customer(read_frame(source, query, {"customer_id": "int8", **SERVICE}))
    found = read_population(source, kinds)
    return found.join(taken.reindex(found.index, fill_value=0))


def _by_customer(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("customer_id")
