"""What is added up over many customers, kept: a published run does not change, and a million rows take time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.cache import cache
from django.db.models import Count, Max, QuerySet

from analysis.models import AnalysisRun, MeasureResult
from analysis.selectors.snapshots import Filter, digest_of_left_out, read_left_out
from crm.models import User
from crm.once import once
from customers.selectors.reach import kept_until_written, name_of_reach, rights_over, versions_drawn

Given = ParamSpec("Given")
T = TypeVar("T")

SECONDS = 6 * 3600
VERSION = 2


def kept(name: str, run: AnalysisRun, user: User, wanted: Filter, read: Callable[[], T]) -> T:
    """Return what ``read`` adds up over the rows that a run and its measures have of the viewer's customers.

    It is read once, and again when any of what it depends on is another: the run, what of its measures is done, what
    was asked, whose customers are whose as far as the viewer or the question reaches, who was deleted or refuses to be
    scored. ``name`` tells apart what is read, with all that ``read`` knows besides; ``read`` looks at nothing but rows
    of the run, and returns no words: they would be of one language, and names may change.
    """

    def ask() -> T:
        if run.published_at is None or wanted.search:
            return read()
        done = once(("measures done", run.pk), lambda: _done(run))
        reach = once(("reach", user.pk, wanted.owner, wanted.team), lambda: _reach(user, wanted))
        found: T | None = cache.get(_key(name, run, wanted, done, digest_of_left_out(), reach))
        if found is not None:
            return found
        return _read(read, lambda: _key(name, run, wanted, _done(run), read_left_out(), _reach(user, wanted)))

    return once((name, run.pk, user.pk, wanted), ask)


def kept_sums(
    selector: Callable[Concatenate[AnalysisRun, User, Given], T],
) -> Callable[Concatenate[AnalysisRun, User, Given], T]:
    """Keep what a selector returns, if it is as :func:`kept` asks for: ``selector(run, user, filter=None, …)``."""

    @wraps(selector)
    def asked(run: AnalysisRun, user: User, /, *given: Given.args, **named: Given.kwargs) -> T:
        others: dict[str, Any] = dict(named)
        wanted: Any = given[0] if given else others.pop("filter", None)
        name = f"{selector.__module__}.{selector.__qualname__} {sorted(others.items())}"
        return kept(name, run, user, wanted or Filter(), lambda: selector(run, user, *given, **named))

    return asked


def of_records(run: AnalysisRun, user: User, name: str, read: Callable[[], T]) -> T:
    """Return what ``read`` tells of the viewer's customers by the run and by their own records, such as their owners:
    kept until any customer is written."""
    if run.published_at is None:
        return read()
    done = once(("measures done", run.pk), lambda: _done(run))
    return kept_until_written(
        f"{VERSION} {name} {run.pk} {run.published_at} {done} {rights_over(user)}", read
    )


def count_by(rows: QuerySet[Any, Any], column: str) -> dict[int | None, int]:
    """How many rows there are by a column."""
    return dict(rows.order_by().values_list(column).annotate(n=Count("customer_id")))


def _read(read: Callable[[], T], key: Callable[[], str]) -> T:
    """Read, and keep what was found, unless a customer was written or the key became another one meanwhile: whoever
    came or went may be in it or not, and then it is not what the key says."""
    drawn, before = versions_drawn(), key()
    found = read()
    if versions_drawn() == drawn and key() == before:
        cache.set(before, found, SECONDS)
    return found


def _reach(user: User, wanted: Filter) -> str:
    return name_of_reach(user, owner=wanted.owner, team=wanted.team)


def _done(run: AnalysisRun) -> list[str]:
    """How many of a run's measures are done, and when the last was."""
    results = MeasureResult.objects.filter(run=run, finished_at__isnull=False)
    return [str(each) for each in results.aggregate(done=Count("pk"), last=Max("finished_at")).values()]


def _key(name: str, run: AnalysisRun, wanted: Filter, done: list[str], left_out: str, reach: str) -> str:
    asked = {
        field: sorted(value) if isinstance(value, frozenset) else value
        for field, value in asdict(wanted).items()
    }
    parts = (VERSION, name, run.pk, str(run.published_at), done, asked, left_out, reach)
    return f"kept:{hashlib.sha256(repr(parts).encode()).hexdigest()}"
