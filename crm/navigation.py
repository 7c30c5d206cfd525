"""The frame's navigation: which pages there are, and who is shown which."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.policy import can


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation: its label, route, icon and the right that it needs."""

    label: str | Promise
    route: str
    icon: str
    action: str


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as one viewer gets it."""

    label: str | Promise
    url: str
    icon: str
    active: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A titled run of items."""

    label: str | Promise
    items: tuple[Item, ...]


_GROUPS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry(_("Customers"), "customers:list", "people", "customer.view"),
            Entry(_("Orders"), "customers:orders", "receipt", "customer.view"),
        ),
    ),
    (
        _("Analysis"),
        (
            Entry(_("ABC tiers"), "analysis:tiers", "bar-chart", "analysis.view"),
            Entry(_("Contribution"), "analysis:contribution", "list-ol", "analysis.view"),
            Entry(_("Churn"), "analysis:churn", "person-dash", "analysis.view"),
            Entry(_("Runs"), "analysis:runs", "clock-history", "analysis.view"),
        ),
    ),
)


def groups_for(request: HttpRequest) -> list[Group]:
    """Return the groups that the request's user may open, with the current page marked."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    open_to = {
        entry.route: reverse(entry.route)
        for _label, entries in _GROUPS
        for entry in entries
        if can(user, entry.action)
    }
    # An order's page lies below the customers' address too; the nearest entry is the current one.
    current = max((url for url in open_to.values() if request.path.startswith(url)), key=len, default="")
    groups = []
    for label, entries in _GROUPS:
        items = tuple(
            Item(entry.label, open_to[entry.route], entry.icon, open_to[entry.route] == current)
            for entry in entries
            if entry.route in open_to
        )
        if items:
            groups.append(Group(label, items))
    return groups
