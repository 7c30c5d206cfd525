"""Frames about how customers were dealt with: complaints and opinions, service, the wish list, filled fields.

Each is joined to the run's population: whoever is not in it is in no measure.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd
from django.conf import settings
from psycopg import sql

from analysis.datasets.source import Source, read_frame, read_population
from crm.copying import Kind
from customers.models import ComplaintType, CustomerKind, Stance
from customers.selectors import field_facts, record_facts

TIERS = ("C", "B", "A")
MARKS = ("", "vip", "drag", "young")
KINDS = tuple(CustomerKind.values)
CASE_TYPES = (*ComplaintType.values, *Stance.values)
SERVICE: dict[str, Kind] = dict.fromkeys(("visits", "visit_cost", "discount_cost", "support_cost"), "int8")

_CASES: dict[str, Kind] = {
    "id": "int8",
    "customer_id": "int8",
    "in_window": "bool",
    "type": CASE_TYPES,
    "product_id": "int8?",
    "rep_id": "int8?",
    "region_id": "int8?",
    "reported_at": "int8",
    "resolved_at": "int8?",
    "is_satisfied": ("no", "yes"),
}
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
class Cases:
    """Complaints and opinions, the customers behind them, the end of the day of analysis (UTC), and the company's zone.

    ``complaints`` holds those reported in the window and those from before that were still open; ``cause`` is text.
    """

    complaints: pd.DataFrame
    opinions: pd.DataFrame
    customers: pd.DataFrame
    until: pd.Timestamp
    time_zone: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """The wish list of the year of a day, as ``wish_status`` takes it."""

    entries: pd.DataFrame
    as_of: datetime.date


@dataclass(frozen=True, slots=True)
class Filled:
    """The population's bits of filled fields, as ``customer_quality`` takes them."""

    customers: pd.DataFrame
    as_of: datetime.date


def read_drag(source: Source) -> pd.DataFrame:
    """The population as ``drag_costs`` takes it."""
    kinds: dict[str, Kind] = {"marks": MARKS, "net_revenue": "int8", "gross_margin": "int8", "orders": "int8"}
    return read_service(source, kinds)


def read_resources(source: Source) -> pd.DataFrame:
    """The population as ``customer_resources`` takes it."""
    kinds: dict[str, Kind] = {"tier": TIERS, "net_revenue": "int8", "gross_margin": "int8", "orders": "int8"}
    return read_service(source, kinds)


def read_service(source: Source, kinds: dict[str, Kind]) -> pd.DataFrame:
    """The population's columns ``kinds`` beside what serving each customer took in the window, 0 where nothing."""
    query = record_facts.service_query(source.window.start, source.window.end)
    taken = _by_customer(read_frame(source, query, {"customer_id": "int8", **SERVICE}))
    found = read_population(source, kinds)
    return found.join(taken.reindex(found.index, fill_value=0))


def read_cases(source: Source) -> Cases:
    """Read what customers complained of and thought of products in the window."""
    start, end = source.window.start, source.window.end
    customers = read_population(source, {"value": "int8", "rank": "int8", "tier": TIERS})
    complaints = _cases(source, record_facts.complaints_query(start, end), customers.index)
    causes = dict(source.connection.execute(record_facts.causes_query(start, end)).fetchall())
    return Cases(
        complaints=complaints.assign(cause=complaints["id"].map(causes).astype("string")),
        opinions=_cases(source, record_facts.opinions_query(start, end), customers.index),
        customers=customers,
        until=end_of_day(source.as_of),
        time_zone=settings.COMPANY_TIME_ZONE,
    )


def read_wishes(source: Source) -> Wishes:
    """Read the wish list of the year of the run's day."""
    entries = _by_customer(read_frame(source, record_facts.wishes_query(source.as_of), _WISHES))
    known = entries[entries.index.isin(read_population(source, {}).index)].sort_index()
    return Wishes(known, source.as_of)


def read_filled(source: Source) -> Filled:
    """Read which fields of the population's records are filled in."""
    words = -(-len(field_facts.record_fields()) // field_facts.FIELDS_PER_WORD)
    bits: dict[str, Kind] = {f"filled_{word}": "int8" for word in range(words)}
    kinds: dict[str, Kind] = {"customer_id": "int8", "kind": KINDS, **bits, "checked_on": "date"}
    filled = _by_customer(read_frame(source, field_facts.filled_query(), kinds))
    return Filled(filled.loc[read_population(source, {}).index], source.as_of)


def end_of_day(day: datetime.date) -> pd.Timestamp:
    """The first moment of the day after in the company's time zone, as UTC without a zone."""
    midnight = datetime.datetime.combine(
        day + datetime.timedelta(days=1), datetime.time.min, ZoneInfo(settings.COMPANY_TIME_ZONE)
    )
    return pd.Timestamp(midnight).tz_convert("UTC").tz_localize(None)


def as_cases(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn microseconds and words of complaints or opinions into moments and booleans."""
    resolved = rows["resolved_at"].astype("Int64")
    moments = pd.to_datetime(resolved.fillna(0).to_numpy(dtype="int64"), unit="us")
    return rows.assign(
        reported_at=pd.to_datetime(rows["reported_at"].to_numpy(dtype="int64"), unit="us"),
        resolved_at=pd.Series(moments, index=rows.index).mask(resolved.isna().to_numpy(dtype=bool)),
        is_satisfied=(rows["is_satisfied"] == "yes").astype("boolean").mask(rows["is_satisfied"].isna()),
    )


def _cases(source: Source, query: sql.Composable, population: pd.Index) -> pd.DataFrame:
    rows = read_frame(source, query, _CASES)
    return as_cases(rows[rows["customer_id"].isin(population)].reset_index(drop=True))


def _by_customer(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("customer_id")
