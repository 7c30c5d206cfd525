"""Notes on days, as a viewer may see them, and as charts over time show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from analysis.models import Annotation
from crm.models import User


def annotations_for(user: User) -> QuerySet[Annotation]:
    """The notes that a viewer may see, the latest day first."""
    return Annotation.objects.visible_to(user).select_related("author", "team")


def noted_between(user: User, labels: Sequence[str] | None) -> list[dict[str, Any]]:
    """The notes on a chart whose ``labels`` are months or days: where each stands, and its text; None: every note."""
    found = annotations_for(user).order_by("day", "id").values_list("day", "text")
    if labels is None:
        return [{"at": f"{day:%Y-%m-%d}", "text": text} for day, text in found]
    places = set(labels)
    notes = []
    for day, text in found:
        at = next((place for place in (f"{day:%Y-%m-%d}", f"{day:%Y-%m}") if place in places), None)
        if at:
            notes.append({"at": at, "text": text})
    return notes
