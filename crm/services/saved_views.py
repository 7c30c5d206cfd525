"""Saved views: lists and pages as somebody set them up, for themselves or their team."""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from crm.models import SavedView, User
from crm.services import audit
from crm.services.notifications import tell

LONGEST_NAME = 80
LONGEST_QUERY = 2000


class SavedViewError(ValueError):
    """A view that can't be kept: it has no name, or too many parameters."""


def visible_views(user: User, page: str) -> QuerySet[SavedView]:
    """Return the views of a page that ``user`` may open: their own first, then those of their team."""
    mine = Q(owner=user)
    if user.team_id is not None:
        mine |= Q(team=user.team_id)
    return SavedView.objects.filter(mine, page=page).select_related("owner").order_by("name", "id")


def first_view(user: User, page: str) -> SavedView | None:
    """Return the view that ``user`` wants to see first on a page."""
    return SavedView.objects.filter(owner=user, page=page, is_default=True).first()


@transaction.atomic
def save_view(
    *, actor: User, page: str, name: str, query: str, shared: bool = False, first: bool = False
) -> SavedView:
    """Keep a page's parameters under a name; a view of that name is replaced. Raises SavedViewError."""
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name or not name.isprintable() or len(query) > LONGEST_QUERY:
        raise SavedViewError(page)
    fields: dict[str, Any] = {"query": query, "team": actor.team if shared else None, "is_default": first}
    with pghistory.context(user=actor.pk):
        if first:
            SavedView.objects.filter(owner=actor, page=page, is_default=True).update(is_default=False)
        view, _created = SavedView.objects.update_or_create(
            owner=actor, page=page, name=name, defaults=fields
        )
    if view.team_id is not None:
        colleagues = User.objects.filter(team=view.team_id, is_active=True).exclude(pk=actor.pk)
        tell(colleagues.values_list("pk", flat=True), "view", f"view:{view.pk}", about=view.pk)
    audit.record(actor, "view.save", f"view:{view.pk}", page=page, shared=view.team_id is not None)
    return view


@transaction.atomic
def drop_view(view_id: int, *, actor: User) -> SavedView:
    """Forget one of the actor's own views. Raises SavedView.DoesNotExist for any other."""
    view = SavedView.objects.get(pk=view_id, owner=actor)
    with pghistory.context(user=actor.pk):
        SavedView.objects.filter(pk=view.pk).delete()
    audit.record(actor, "view.drop", f"view:{view.pk}", page=view.page)
    return view


def kept_query(parameters: QueryDict, *passing: str) -> str:
    """Return the parameters of a page worth keeping, as they are written in an address."""
    kept = parameters.copy()
    for name in (*passing, "csrfmiddlewaretoken"):
        kept.pop(name, None)
    for name, values in list(kept.lists()):
        kept.setlist(name, [value for value in values if value and "\0" not in value])
        if not kept.getlist(name):
            kept.pop(name)
    return kept.urlencode()
