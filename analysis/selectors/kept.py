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
from analysis.selectors.snapshots import Filter, digest_of_left_out
from crm.models import User
from crm.once import once, remembering
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
        return kept_under(lambda: _key(name, run, user, wanted), read)

    return once((name, run.pk, user.pk, wanted), ask)


def kept_sums(
    selector: Callable[Concatenate[AnalysisRun, User, Given], T],
) -> Callable[Concatenate[AnalysisRun, User, Given], T]:
    """Keep what a selector returns, if it is as :func:`kept` asks for: ``selector(run, user, filter=None, …)``."""

    @wraps(selector)
    def asked(run: AnalysisRun, user: User, /, *given: Given.args, **named: Given.kwargs) -> T:
        others: dict[str, Any] = dict(named)
        wanted: Any = given[0] if given else others.pop("filter", None)
        name = f"{selector.__module__}.{selector.__qualname__} {given[1:]} {sorted(others.items())}"
        return kept(name, run, user, wanted or Filter(), lambda: selector(run, user, *given, **named))

    return asked


def of_records(run: AnalysisRun, user: User, name: str, read: Callable[[], T]) -> T:
    """Return what ``read`` tells of the viewer's customers by the run and by their own records, such as their owners:
    kept until any customer is written."""
    if run.published_at is None:
        return read()
    of_run = f"{VERSION} {name} {run.pk} {run.published_at} {_done(run)}"
    return kept_until_written(f"{of_run} {rights_over(user)}", read)


def count_by(rows: QuerySet[Any, Any], column: str) -> dict[int | None, int]:
    """How many rows there are by a column."""
    return dict(rows.order_by().values_list(column).annotate(n=Count("customer_id")))


def kept_under(key: Callable[[], str], read: Callable[[], T]) -> T:
    """Return what is kept under a key that names all it depends on; read it otherwise, and keep it.

    All is read anew then, and nothing is kept when a customer was written or the key became another one meanwhile:
    whoever came or went may be in it or not, and then it is not what the key says.
    """
    found: T | None = cache.get(key())
    if found is not None:
        return found
    # Several parts of a page may have to be read anew: what they share is read once for all of them.
    with remembering(once("read anew", dict)):
        drawn, before = versions_drawn(), key()
        found = read()
    with remembering():
        if (versions_drawn(), key()) == (drawn, before):
            cache.set(before, found, SECONDS)
    return found


def _done(run: AnalysisRun) -> list[str]:
    """How many of a run's measures are done, and when the last was."""

    def read() -> list[str]:
        results = MeasureResult.objects.filter(run=run, finished_at__isnull=False)
        return [str(each) for each in results.aggregate(done=Count("pk"), last=Max("finished_at")).values()]

    return once(("measures done", run.pk), read)


def _key(name: str, run: AnalysisRun, user: User, wanted: Filter) -> str:
    reach = once(
        ("reach", user.pk, wanted.owner, wanted.team),
        lambda: name_of_reach(user, owner=wanted.owner, team=wanted.team),
    )
    asked = {
        field: sorted(value) if isinstance(value, frozenset) else value
        for field, value in asdict(wanted).items()
    }
    parts = (VERSION, name, run.pk, str(run.published_at), _done(run), asked, digest_of_left_out(), reach)
    return f"kept:{hashlib.sha256(repr(parts).encode()).hexdigest()}"
