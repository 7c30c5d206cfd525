"""The frame's navigation: which pages there are, and who is shown which."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.policy import can


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation: its label, route, icon, the right that it needs, the keys that open it."""

    label: str | Promise
    route: str
    icon: str
    action: str
    key: str


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as one viewer gets it."""

    label: str | Promise
    url: str
    icon: str
    key: str
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
            Entry(_("Today"), "customers:today", "calendar-event", "customer.view", "g d"),
            Entry(_("Customers"), "customers:list", "people", "customer.view", "g c"),
            Entry(_("Orders"), "customers:orders", "receipt", "customer.view", "g o"),
            Entry(_("Complaints"), "customers:complaints", "chat-square-text", "customer.view", "g m"),
            Entry(_("Campaigns"), "customers:campaigns", "megaphone", "customer.view", "g p"),
            Entry(_("Competitors"), "customers:competitors", "binoculars", "customer.view", "g k"),
            Entry(_("Imports"), "customers:imports", "file-earmark-arrow-up", "import.view", "g i"),
        ),
    ),
    (
        _("Analysis"),
        (
            Entry(_("Overview"), "analysis:overview", "compass", "analysis.view", "g w"),
            Entry(_("ABC tiers"), "analysis:tiers", "bar-chart", "analysis.view", "g t"),
            Entry(_("Contribution"), "analysis:contribution", "graph-up", "analysis.view", "g r"),
            Entry(_("Churn"), "analysis:churn", "person-x", "analysis.view", "g h"),
            Entry(_("Churn follow-up"), "analysis:work", "clipboard-check", "analysis.view", "g l"),
            Entry(_("Five lists"), "analysis:lists", "trophy", "analysis.view", "g j"),
            Entry(_("Team"), "analysis:desk", "people", "team.desk", "g e"),
            Entry(_("Policy"), "analysis:policy", "sliders", "analysis.view", "g y"),
            Entry(_("Runs"), "analysis:runs", "clock-history", "analysis.view", "g u"),
        ),
    ),
    (
        _("Settings"),
        (
            Entry(_("Field dictionary"), "customers:fields", "book", "customer.view", "g f"),
            Entry(_("Privacy"), "customers:privacy", "shield-lock", "privacy.view", "g v"),
            Entry(_("Audit trail"), "audit", "journal-text", "audit.view", "g a"),
            Entry(_("Background work"), "background", "activity", "jobs.view", "g b"),
            Entry(_("Users"), "users", "person-circle", "access.view", "g s"),
        ),
    ),
)


# Found by the search box, and reached from other pages.
_ELSEWHERE = (
    Entry(_("New customer"), "customers:new", "plus-lg", "customer.edit", ""),
    Entry(_("People"), "customers:people", "person", "customer.view", ""),
    Entry(_("Products"), "customers:products", "box-seam", "customer.view", ""),
    Entry(_("Payments"), "customers:payments", "credit-card", "customer.view", ""),
    Entry(_("Interactions"), "customers:interactions", "journal-text", "customer.view", ""),
    Entry(_("Tasks"), "customers:tasks", "list-check", "customer.view", ""),
    Entry(_("Teams"), "teams", "diagram-3", "access.view", ""),
    Entry(_("Rights"), "rights", "shield-lock", "access.view", ""),
    Entry(_("Sales plans"), "customers:plans", "bullseye", "plan.view", ""),
    Entry(_("Territories"), "customers:territories", "map", "customer.view", ""),
    Entry(_("New import"), "customers:import_new", "file-earmark-arrow-up", "import.run", ""),
    Entry(_("My exports"), "customers:exports", "download", "customer.export", ""),
)


def groups_for(request: HttpRequest) -> list[Group]:
    """Return the groups that the request's user may open, with the current page marked."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    urls = {entry.route: reverse(entry.route) for _label, entries in _GROUPS for entry in entries}
    here = max((url for url in urls.values() if request.path.startswith(url)), key=len, default="")
    groups = []
    for label, entries in _GROUPS:
        items = tuple(
            Item(entry.label, urls[entry.route], entry.icon, entry.key, active=urls[entry.route] == here)
            for entry in entries
            if can(user, entry.action)
        )
        if items:
            groups.append(Group(label, items))
    return groups


def pages_called(request: HttpRequest, written: str) -> list[Item]:
    """Return the pages whose names hold what somebody typed, of those that they may open, in the active language."""
    wanted = written.casefold()
    others = [
        Item(entry.label, reverse(entry.route), entry.icon, entry.key, active=False)
        for entry in _ELSEWHERE
        if can(request.user, entry.action)
    ]
    items = [*(item for group in groups_for(request) for item in group.items), *others]
    return [item for item in items if wanted in str(item.label).casefold()]
