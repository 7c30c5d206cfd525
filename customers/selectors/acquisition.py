"""Channels, campaigns and informants as pages show them, counted over the customers that the viewer may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Sum
from django.utils import timezone

from crm.models import User
from crm.policy import can
from customers.models import Campaign, Channel, Customer, Informant, Referral
from customers.selectors.masking import MASK, masked_text

# An informant who told us of nobody for so long has fallen silent.
SILENT_AFTER = timedelta(days=90)
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel with how many customers came by it; ``licence`` says "", "soon" or "over"."""

    channel: Channel
    customers: int
    campaigns: int
    licence: str


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign, the customers it won, and what each of them cost (only for those who see them all)."""

    campaign: Campaign
    customers: int
    cost_each: Decimal | None
    is_running: bool


@dataclass(frozen=True, slots=True)
class InformantRow:
    """One informant: how many customers they told us of, what they were paid, and when they last did."""

    id: int
    name: str
    occupation: str
    owner: str
    reward: Decimal
    customer: Customer | None
    referrals: int
    payouts: Decimal
    last_on: date | None
    is_silent: bool


def channel_rows(user: User) -> list[ChannelRow]:
    """Return all channels by name."""
    today = timezone.localdate()
    came = _counted(user, "source")
    campaigns = dict(Campaign.objects.order_by().values_list("channel").annotate(Count("id")))
    return [
        ChannelRow(each, came.get(each.pk, 0), campaigns.get(each.pk, 0), _licence(each, today))
        for each in Channel.objects.all()
    ]


def campaign_rows(user: User) -> list[CampaignRow]:
    """Return all campaigns, the latest first."""
    today = timezone.localdate()
    won = _counted(user, "campaign")
    sees_all = can(user, "company.view")
    return [
        CampaignRow(
            campaign=each,
            customers=won.get(each.pk, 0),
            cost_each=each.cost / won[each.pk] if sees_all and won.get(each.pk) else None,
            is_running=each.starts_on <= today and (each.ends_on is None or each.ends_on >= today),
        )
        for each in Campaign.objects.select_related("channel")
    ]


def informant_rows(user: User) -> list[InformantRow]:
    """Return the informants that ``user`` may see, those silent for longest last; figures are of what they may see."""
    readable = can(user, "personal.view")
    today = timezone.localdate()
    told: dict[int, dict[str, Any]] = {
        row["informant"]: dict(row)
        for row in Referral.objects.visible_to(user)
        .order_by()
        .values("informant")
        .annotate(count=Count("id"), paid=Sum("payout"), last=Max("referred_on"))
    }
    seen = {row.pk: row for row in Customer.objects.visible_to(user).filter(informant_of__isnull=False)}
    rows = []
    for each in Informant.objects.visible_to(user).select_related("owner"):
        known = told.get(each.pk, {"count": 0, "paid": Decimal(0), "last": None})
        last: date | None = known["last"]
        rows.append(
            InformantRow(
                id=each.pk,
                name=each.name if readable else MASK,
                occupation=each.occupation if readable else masked_text(each.occupation),
                owner=str(each.owner or ""),
                reward=each.reward_per_sale,
                customer=seen.get(each.customer_id or 0),
                referrals=known["count"],
                payouts=known["paid"],
                last_on=last,
                is_silent=last is None or today - last > SILENT_AFTER,
            )
        )
    return sorted(rows, key=lambda row: (-(row.last_on or date.min).toordinal(), row.name))


def referrals_of(user: User, informant: Informant) -> list[Referral]:
    """Return of which customers that ``user`` may see an informant told us."""
    return list(Referral.objects.visible_to(user).filter(informant=informant).select_related("customer"))


def _counted(user: User, column: str) -> dict[int, int]:
    customers = Customer.objects.visible_to(user).filter(**{f"{column}__isnull": False})
    return dict(customers.order_by().values_list(column).annotate(Count("id")))


def _licence(channel: Channel, today: date) -> str:
    expires = channel.licence_expires_on
    if expires is None or expires > today + SOON:
        return ""
    return "over" if expires < today else "soon"
