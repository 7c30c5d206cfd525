"""The filters of the lists of customers and people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.filters.base import (
    Choices,
    Filter,
    FilterError,
    Rows,
    Viewer,
    of_choices,
    of_records,
    of_states,
    read_id,
    since,
    until,
)
from customers.filters.search import read_search
from customers.models import (
    BusinessModel,
    Campaign,
    Channel,
    CustomerKind,
    Grade,
    Industry,
    Lifecycle,
    OwnershipType,
    Potential,
    Region,
    Tag,
)
from customers.models.listing import NEVER
from customers.selectors import lists, profiles, search

TIERS = (
    ("A", _("A: key customers")),
    ("B", _("B: main customers")),
    ("C", _("C: regular customers")),
)
CHURN = (("flagged", _("At risk of leaving")), ("steady", _("Not at risk")))
MOST_OFFERED = 100
_DAYS = {"90", "180", "365"}


def search_customers(rows: Rows, written: str, viewer: Viewer) -> Rows:
    """Keep the customers that match what somebody typed; nothing when it can't be looked for."""
    sought = read_search(written)
    return search.matching(rows, sought, viewer.user) if sought else rows.none()  # type: ignore[arg-type]


def _among(known: Choices) -> Any:
    names = dict(known)

    def read(text: str, viewer: Viewer) -> str:
        if text not in names:
            raise FilterError(text)
        return text

    return read


def _of_tiers(rows: Rows, values: list[Any], viewer: Viewer) -> Rows:
    return rows.filter(pk__in=viewer.insights.customers_with(tiers=values)) if viewer.insights else rows


def _of_churn(rows: Rows, values: list[Any], viewer: Viewer) -> Rows:
    if viewer.insights is None:
        return rows
    return rows.filter(pk__in=viewer.insights.customers_with(flagged=values[0] == "flagged"))


def _count_of_tiers(values: list[Any], viewer: Viewer) -> int | None:
    return viewer.insights.count_with(viewer.user, tiers=values) if viewer.insights else None


def _count_of_churn(values: list[Any], viewer: Viewer) -> int | None:
    if viewer.insights is None:
        return None
    return viewer.insights.count_with(viewer.user, flagged=values[0] == "flagged")


def _ordered(days: int) -> Any:
    """Return the filter "the last order is longer ago than so many days"."""

    def keep(rows: Rows) -> Rows:
        first, last = _days_before(days)
        return rows.filter(activity__last_order_on__lt=last, activity__last_order_on__gt=first)

    return keep


def _days_before(days: int) -> tuple[date, date]:
    """Return between which days a last order lies that is longer ago than so many days."""
    return lists.NEVER_ORDERED, timezone.localdate() - timedelta(days=days)


def _count_of_orders(values: list[Any], viewer: Viewer) -> int | None:
    if values[0] not in _DAYS:
        return None
    return lists.count_active(*_days_before(int(values[0])))


def region_filter(path: str = "region") -> Filter:
    """Filter by a region and everything below it."""

    def read(text: str, viewer: Viewer) -> Region:
        region = Region.objects.filter(pk=read_id(text)).first()
        if region is None:
            raise FilterError(text)
        return region

    def narrow(rows: Rows, values: list[Any], viewer: Viewer) -> Rows:
        # As ids, not as a subquery: so the planner knows how many rows they have.
        below = Region.objects.filter(path__startswith=values[0].path).values_list("pk", flat=True)
        return rows.filter(**{f"{path}__in": list(below)})

    def options(viewer: Viewer, chosen: list[Any]) -> Choices:
        customers = profiles.visible_customers(viewer.user)
        return [
            (str(each.pk), str(each))
            for each in profiles.region_choices(customers, chosen[0] if chosen else None)
        ]

    return Filter("region", _("Region"), read, narrow, options)


def owner_filter(path: str = "owner") -> Filter:
    """Filter by the customer's owner. Whom the viewer does not know is left out like one who does not exist."""
    return of_records(
        "owner",
        _("Owner"),
        lambda user: profiles.known_owners(user, profiles.visible_customers(user)),
        profiles.owner_choices,
        path,
        nobody=_("Nobody"),
    )


def team_filter(path: str = "team") -> Filter:
    """Filter by the customer's team."""
    return of_records(
        "team",
        _("Team or branch"),
        lambda user: profiles.known_teams(user, profiles.visible_customers(user)),
        profiles.team_choices,
        path,
    )


_UNEMPLOYED = Q(person_profile=None) | Q(person_profile__employer=None, person_profile__employer_name="")
_TIER = Filter(
    "tier",
    _("Tier"),
    _among(TIERS),
    _of_tiers,
    lambda viewer, chosen: TIERS,
    many=True,
    needs_run=True,
    shown=lambda value: str(value),
)
_CHURN = Filter(
    "churn",
    _("Churn"),
    _among(CHURN),
    _of_churn,
    lambda viewer, chosen: CHURN,
    needs_run=True,
    shown=lambda value: dict(CHURN)[value],
)
_LAST_ORDER = of_states(
    "ordered",
    _("Last order"),
    {
        "90": (_("More than 90 days ago"), _ordered(90)),
        "180": (_("More than 180 days ago"), _ordered(180)),
        "365": (_("More than a year ago"), _ordered(365)),
        "never": (_("Never ordered"), lambda rows: rows.filter(activity__last_order_on=NEVER)),
    },
)
_COUNTED = (
    replace(_TIER, count=_count_of_tiers),
    replace(_CHURN, count=_count_of_churn),
    replace(_LAST_ORDER, count=_count_of_orders),
)
_TEAM = team_filter()
_TAG = of_records(
    "tag",
    _("Tag"),
    lambda user: Tag.objects.all(),
    lambda user: list(Tag.objects.all()[:MOST_OFFERED]),
    "tags",
)
_LIFECYCLE = of_choices("lifecycle", _("Lifecycle"), Lifecycle.choices)

CUSTOMER_FILTERS = (
    *_COUNTED[:2],
    region_filter(),
    owner_filter(),
    _TEAM,
    _LIFECYCLE,
    of_choices("kind", _("Kind"), CustomerKind.choices, many=False),
    of_choices("business_model", _("Business model"), BusinessModel.choices),
    of_records(
        "industry",
        _("Industry"),
        lambda user: Industry.objects.all(),
        lambda user: profiles.industry_choices(),
    ),
    of_records(
        "source",
        _("Customer source"),
        lambda user: Channel.objects.all(),
        lambda user: profiles.source_choices(),
    ),
    of_records(
        "campaign",
        _("Campaign"),
        lambda user: Campaign.objects.all(),
        lambda user: list(Campaign.objects.all()[:MOST_OFFERED]),
    ),
    _TAG,
    of_choices("ownership_type", _("Ownership type"), OwnershipType.choices),
    of_choices("potential", _("Potential"), Potential.choices),
    of_choices("purchasing_power", _("Purchasing power"), Grade.choices),
    _COUNTED[2],
    since("created_at", "added_since", _("Added from"), is_time=True),
    until("created_at", "added_until", _("Added until"), is_time=True),
)
PERSON_FILTERS = (
    _TIER,
    _CHURN,
    region_filter(),
    owner_filter(),
    _TEAM,
    _LIFECYCLE,
    _TAG,
    of_states(
        "employed",
        _("Employer"),
        {
            "customer": (_("One of our customers"), lambda rows: rows.exclude(person_profile__employer=None)),
            "none": (_("Not known"), lambda rows: rows.filter(_UNEMPLOYED)),
        },
        is_personal=True,
    ),
    _LAST_ORDER,
)
