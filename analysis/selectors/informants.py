"""The informants page: what each was paid and brought, and who has fallen silent."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.measures.informants import informant_returns
from analysis.models import AnalysisRun, InformantReturn, ReferralRow
from analysis.selectors.listing import as_frame, names_of, records
from analysis.selectors.record_words import VOICES, label, voice_sentence
from analysis.selectors.results import company_rows, result_of, visible_rows
from analysis.selectors.snapshots import Filter, anybody_left, sees_company
from crm.copying import Kind
from crm.models import User
from crm.policy import can
from customers.models import Informant
from customers.selectors.masking import MASK

NAME = "informants"
_KINDS: dict[str, Kind] = {
    "customer_id": "int8",
    "informant_id": "int8",
    "referred_on": "date",
    "reward": "int8",
    "lifetime_order_days": "int8",
    "net_revenue_ever": "int8",
    "gross_margin_ever": "int8",
}
_EVER = ["lifetime_order_days", "net_revenue_ever", "gross_margin_ever"]
_SHOWN = (
    "informant_id",
    "referrals",
    "customers",
    "buyers",
    "rewards",
    "net_revenue",
    "gross_margin",
    "last_referral_on",
    "days_silent",
    "voice",
    "return_on_reward",
)


@dataclass(frozen=True, slots=True)
class InformantLine:
    """An informant that the viewer may see, and what came of the viewer's customers told of; money in cents."""

    informant_id: int
    name: str
    referrals: int
    customers: int
    buyers: int
    rewards: int
    net_revenue: int
    gross_margin: int
    last_referral_on: datetime.date | None
    days_silent: int | None
    voice: str
    voice_label: str
    silence: str
    return_on_reward: float | None


def returns(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    silent: bool | None = None,
) -> list[InformantLine]:
    """The informants whom the viewer may see, those who brought the greatest margin first.

    A filter leaves those who told us of the customers it leaves, and what came of these alone; ``silent`` picks those
    who have (or have not) fallen silent. Their names are masked for who reads no personal values.
    """
    wanted_customers = filter or Filter()
    if wanted_customers.is_empty and sees_company(user) and not anybody_left(run):
        rows = list(company_rows(InformantReturn, NAME, run, user).values(*_SHOWN))
    else:
        rows = _of_viewer(run, user, wanted_customers)
    names = names_of(Informant, [row["informant_id"] for row in rows])
    if not can(user, "personal.view"):
        names = dict.fromkeys(names, MASK)
    lines = [_line(row, names) for row in rows]
    wanted = [line for line in lines if silent is None or (line.voice != "active") == silent]
    return sorted(wanted, key=lambda line: (-line.gross_margin, line.informant_id))


def told_of(
    run: AnalysisRun,
    user: User,
    informant: int,
    filter: Filter | None = None,  # noqa: A002
) -> list[int]:
    """The ids of the viewer's customers whom an informant told us of, before any other whom the viewer may see."""
    known = Informant.objects.visible_to(user).values("pk")
    referrals = visible_rows(ReferralRow, NAME, run, user, filter).filter(informant_id__in=known)
    first = referrals.order_by("customer_id", "referred_on", "informant_id").distinct("customer_id")
    return [
        customer for who, customer in first.values_list("informant_id", "customer_id") if who == informant
    ]


def _of_viewer(run: AnalysisRun, user: User, wanted: Filter) -> list[dict[str, Any]]:
    result = result_of(NAME, run)
    if result is None or not result.is_done or not can(user, "analysis.view"):
        return []
    informants = pd.Index(
        sorted(Informant.objects.visible_to(user).values_list("pk", flat=True)),
        name="informant_id",
        dtype="int64",
    )
    referrals = visible_rows(ReferralRow, NAME, run, user, wanted).filter(informant_id__in=informants)
    told = as_frame(referrals, _KINDS)
    if not wanted.is_empty:
        informants = informants.intersection(pd.Index(told["informant_id"].unique()))
    customers = told.drop_duplicates("customer_id").set_index("customer_id")[_EVER]
    found = informant_returns(informants, told, customers, run.policy.parsed().records.informants, run.as_of)
    rows = records(found.rename_axis("informant_id"))
    for row in rows:
        last = row["last_referral_on"]
        row["last_referral_on"] = last.date() if last is not None else None
    return rows


def _line(row: dict[str, Any], names: dict[int, str]) -> InformantLine:
    return InformantLine(
        name=names.get(row["informant_id"], ""),
        voice_label=label(VOICES, row["voice"]),
        silence=voice_sentence(row),
        **{name: row[name] for name in _SHOWN},
    )
