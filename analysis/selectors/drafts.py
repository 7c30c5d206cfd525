"""A draft of a policy, as its author sees it: what it changes, and who would move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language

from analysis.models import PolicyDraft
from crm.models import JobState, User
from customers.models import Customer


@dataclass(frozen=True, slots=True)
class Mover:
    """A customer who would move; money in cents of the draft's metric."""

    customer_id: int
    code: str
    name: str
    owner: str
    region: str
    tier_before: str
    tier: str
    value: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would move, as of the run ``run_id``; ``moved`` counts all, ``movers`` are those of the greatest value.

    ``marks`` and ``follows`` are as those of a WhatIf, and empty in previews that were made before they were counted.
    """

    run_id: int
    caution: str
    customers: int
    tiers_before: dict[str, int]
    tiers: dict[str, int]
    moved: int
    flags_raised: int
    flags_cleared: int
    passages: list[dict[str, Any]]
    regions: list[dict[str, Any]]
    movers: list[Mover]
    marks: list[dict[str, Any]] = field(default_factory=list)
    follows: list[str] = field(default_factory=list)

    @property
    def moved_marks(self) -> list[dict[str, Any]]:
        """The marks that somebody would gain or lose."""
        return [each for each in self.marks if each["gained"] or each["lost"]]


def draft_of(user: User, draft_id: int) -> PolicyDraft | None:
    """One of the viewer's own drafts."""
    drafts = PolicyDraft.objects.visible_to(user).select_related("based_on", "job", "published", "author")
    return drafts.filter(pk=draft_id).first()


def open_drafts(user: User) -> list[PolicyDraft]:
    """The viewer's drafts that are not published, the newest first."""
    return list(PolicyDraft.objects.visible_to(user).filter(published=None).select_related("based_on")[:5])


def preview_of(draft: PolicyDraft, user: User) -> Preview | None:
    """What the draft's job found, of customers whom the viewer may see by now; None until it is done."""
    job = draft.job
    if job is None or job.state != JobState.DONE:
        return None
    told = job.result.get(get_language() or "") or next(
        value for value in job.result.values() if isinstance(value, dict)
    )
    figures = {name: value for name, value in told.items() if name != "movers"}
    return Preview(run_id=job.result["run"], movers=_movers(told["movers"], user), **figures)


def _movers(kept: Iterable[Mapping[str, Any]], user: User) -> list[Mover]:
    rows = list(kept)
    seen = Customer.objects.visible_to(user).filter(scoring_refused=False).select_related("owner")
    known = seen.in_bulk([row["customer_id"] for row in rows])
    return [
        Mover(
            customer_id=row["customer_id"],
            code=customer.code,
            name=customer.name,
            owner=str(customer.owner or ""),
            **{name: row[name] for name in ("region", "tier_before", "tier", "value", "sentence")},
        )
        for row in rows
        if (customer := known.get(row["customer_id"]))
    ]
