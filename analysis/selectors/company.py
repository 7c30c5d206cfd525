"""What is added up over the whole company, kept: a published run does not change, and a million rows take time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

from analysis.models import AnalysisRun, MeasureResult
from analysis.selectors.groups import reads_stored
from analysis.selectors.snapshots import Filter, digest_of_left_out
from crm.models import User
from crm.once import once

T = TypeVar("T")

SECONDS = 6 * 3600
VERSION = 1


def kept_of_company(name: str, run: AnalysisRun, user: User, wanted: Filter, read: Callable[[], T]) -> T:
    """Return what ``read`` adds up over a measure's rows, read once for everybody who sees the company.

    Others' customers may change hands at any moment: theirs is read each time, once a request. The name in the cache
    tells the run, when the measure was done and who has been left out since; ``read`` returns no words, which would be
    of one language.
    """
    if not reads_stored(user, wanted):
        return once((name, run.pk, user.pk, wanted), read)
    return once((name, run.pk, wanted), lambda: _kept(_key(name, run, wanted), read))


def _kept(key: str, read: Callable[[], T]) -> T:
    found: T | None = cache.get(key)
    if found is None:
        found = read()
        cache.set(key, found, SECONDS)
    return found


def _key(name: str, run: AnalysisRun, wanted: Filter) -> str:
    done = MeasureResult.objects.filter(run=run, name=name).values_list("finished_at", flat=True).first()
    parts = (VERSION, name, run.pk, run.published_at, done, wanted.region, digest_of_left_out())
    return f"company:{hashlib.sha256(repr(parts).encode()).hexdigest()}"
