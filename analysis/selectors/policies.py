"""The versions of the policy: who made each, when and why, what it changed, and how long it was in use."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q

from analysis.models import Policy, RunState
from analysis.selectors.policy_words import flat
from analysis.selectors.runs import published
from crm.models import User
from crm.policy import can

_PUBLISHED = Q(runs__state__in=[RunState.PUBLISHED, RunState.SUPERSEDED])


@dataclass(frozen=True, slots=True)
class Change:
    """One key that a version set otherwise than the version before; None where it did not stand."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version; ``first_day`` and ``last_day`` are those of the published runs that followed it, if any."""

    version: int
    author: str
    reason: str
    created_at: datetime.datetime
    runs: int
    first_day: datetime.date | None
    last_day: datetime.date | None
    is_current: bool
    changes: tuple[Change, ...]


def versions(user: User) -> list[PolicyVersion]:
    """All versions, newest first, for those who may see analyses."""
    if not can(user, "analysis.view"):
        return []
    shown = published()
    found = list(
        Policy.objects.select_related("author")
        .annotate(
            used=Count("runs", filter=_PUBLISHED),
            first_day=Min("runs__as_of", filter=_PUBLISHED),
            last_day=Max("runs__as_of", filter=_PUBLISHED),
        )
        .order_by("version")
    )
    before = [None, *found[:-1]]
    told = [
        PolicyVersion(
            version=policy.version,
            author=(policy.author.name or policy.author.username) if policy.author else "",
            reason=policy.reason,
            created_at=policy.created_at,
            runs=policy.used,
            first_day=policy.first_day,
            last_day=policy.last_day,
            is_current=shown is not None and shown.policy_id == policy.pk,
            changes=tuple(_changes(earlier.parsed().document(), policy.parsed().document()))
            if earlier
            else (),
        )
        for earlier, policy in zip(before, found, strict=True)
    ]
    return told[::-1]


def version_of(user: User, number: int) -> Policy | None:
    """One version, for those who may see analyses."""
    if not can(user, "analysis.view"):
        return None
    return Policy.objects.select_related("author").filter(version=number).first()


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    then, now = dict(flat(before)), dict(flat(after))
    for key in sorted(then.keys() | now.keys()):
        if then.get(key) != now.get(key):
            yield Change(key, then.get(key), now.get(key))
