"""Complaints and opinions of a window as cases, of a run's population or of some customers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd
from django.conf import settings
from psycopg import sql

from analysis.datasets.source import Source, read_population
from analysis.measures.attention import AttentionPolicy, named_causes
from analysis.measures.windows import Window
from crm.copying import Kind, read_columns
from customers.models import ComplaintType, Stance
from customers.selectors import record_facts
from customers.selectors.facts import Connection

TIERS = ("C", "B", "A")
CASE_TYPES = (*ComplaintType.values, *Stance.values)

# By what the cases of each subject are told apart, and the column that says it.
DIMENSIONS = {
    "complaint": {
        "type": "type",
        "product": "product_id",
        "rep": "rep_id",
        "region": "region_id",
        "cause": "cause",
    },
    "opinion": {"type": "type", "product": "product_id", "rep": "rep_id", "region": "region_id"},
}
_KINDS: dict[str, Kind] = {
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


@dataclass(frozen=True, slots=True)
class Cases:
    """Complaints and opinions, the customers behind them, and the end of the day of analysis (UTC, without zone).

    ``complaints`` holds those reported in the window and those from before that were still open, ``cause`` as
    ``named_causes`` names it; ``customers`` has ``value``, ``rank`` and ``tier``.
    """

    complaints: pd.DataFrame
    opinions: pd.DataFrame
    customers: pd.DataFrame
    policy: AttentionPolicy
    until: pd.Timestamp

    def of(self, subject: str) -> pd.DataFrame:
        """The cases of a subject in the window."""
        return self.opinions if subject == "opinion" else self.complaints[self.complaints["in_window"]]


def read_cases(source: Source) -> Cases:
    """Read what the population complained of and thought of products in the window."""
    customers = read_population(source, {"value": "int8", "rank": "int8", "tier": TIERS})
    policy = source.rules.records.attention
    return read_cases_of(source.connection, customers, source.window, source.as_of, policy, sql.SQL("true"))


def read_cases_of(
    connection: Connection,
    customers: pd.DataFrame,
    window: Window,
    as_of: datetime.date,
    policy: AttentionPolicy,
    condition: sql.Composable,
) -> Cases:
    """Read the same of the customers of a frame, among those of whom a condition on ``customer_id`` is true."""
    complaints = _read(connection, record_facts.complaints_query(window.start, window.end), condition)
    opinions = _read(connection, record_facts.opinions_query(window.start, window.end), condition)
    complaints, opinions = (
        rows[rows["customer_id"].isin(customers.index)].reset_index(drop=True)
        for rows in (complaints, opinions)
    )
    causes = dict(connection.execute(record_facts.causes_query(complaints["id"].tolist())).fetchall())
    complaints["cause"] = complaints["id"].map(causes).astype("string")
    in_window = complaints[complaints["in_window"]]
    complaints["cause"] = named_causes(in_window, policy).reindex(complaints.index)
    return Cases(complaints, opinions, customers, policy, end_of_day(as_of))


def end_of_day(day: datetime.date) -> pd.Timestamp:
    """The first moment of the day after in the company's time zone, as UTC without a zone."""
    midnight = datetime.datetime.combine(
        day + datetime.timedelta(days=1), datetime.time.min, ZoneInfo(settings.COMPANY_TIME_ZONE)
    )
    return pd.Timestamp(midnight).tz_convert("UTC").tz_localize(None)


def local_days(moments: pd.Series) -> pd.Series:
    """The days in the company's time zone on which moments (UTC, without zone) lie, datetime64[s]."""
    local = moments.dt.tz_localize("UTC").dt.tz_convert(settings.COMPANY_TIME_ZONE).dt.tz_localize(None)
    days: pd.Series = local.dt.normalize().dt.as_unit("s")
    return days


def _read(connection: Connection, query: sql.Composable, condition: sql.Composable) -> pd.DataFrame:
    narrowed = sql.SQL("SELECT * FROM ({}) AS cases WHERE {}").format(query, condition)
    rows = pd.DataFrame(read_columns(connection, narrowed, _KINDS), copy=False)
    resolved = rows["resolved_at"].astype("Int64")
    moments = pd.to_datetime(resolved.fillna(0).to_numpy(dtype="int64"), unit="us")
    return rows.assign(
        reported_at=pd.to_datetime(rows["reported_at"].to_numpy(dtype="int64"), unit="us"),
        resolved_at=pd.Series(moments, index=rows.index).mask(resolved.isna().to_numpy(dtype=bool)),
        is_satisfied=(rows["is_satisfied"] == "yes").astype("boolean").mask(rows["is_satisfied"].isna()),
    )
