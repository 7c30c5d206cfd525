"""What jobs and saved views keep of people: the words of a search, and the reasons that were given for somebody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import pgtrigger
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from crm.models import Job, JobState, SavedView
from crm.models.jobs import REPEATABLE_STATES
from customers.services import bulk

EXPORT = "customers.export"
# So long a job that did not succeed can be tried again.
REPEATABLE_DAYS = 30
_SHORT = 3


def prune_jobs(*, now: datetime | None = None) -> int:
    """Forget the words of ended jobs, which nothing needs any more; return of how many. Kinds and counts stay."""
    long_ago = (now or timezone.now()) - timedelta(days=REPEATABLE_DAYS)
    stale = Q(state=JobState.DONE) | Q(state__in=REPEATABLE_STATES, finished_at__lt=long_ago)
    ended = Job.objects.filter(stale)
    searched = ended.filter(kind=EXPORT, arguments__has_key="query").exclude(arguments__query="")
    reasoned = ended.filter(kind=bulk.KIND, arguments__values__has_key="reasons")
    return sum(_forget_words(job) for job in (*searched, *reasoned.exclude(arguments__values__reasons={})))


def forget_traces(words: Collection[str]) -> None:
    """Forget ended jobs' words, and delete saved views, that name somebody by ``words``, folded to lower case."""
    for job in Job.objects.filter(kind__in=(EXPORT, bulk.KIND)).iterator():
        if job.is_finished and _names(_told_by(job), words):
            _forget_words(job)
    naming = [view.pk for view in SavedView.objects.all() if _names([view.name, *_values(view.query)], words)]
    SavedView.objects.filter(pk__in=naming).delete()
    versions = SavedView.pgh_event_model  # type: ignore[attr-defined]
    with pgtrigger.ignore(f"{versions._meta.label}:append_only"):
        versions.objects.filter(pgh_obj_id__in=naming).delete()


def _told_by(job: Job) -> list[str]:
    reasons = job.arguments.get("values", {}).get("reasons", {})
    return [*_values(job.arguments.get("query", "")), *map(str, reasons.values())]


def _forget_words(job: Job) -> int:
    """Take the words out of a job; one that could be tried again goes whole: it would do something else."""
    if job.state != JobState.DONE:
        return Job.objects.filter(pk=job.pk, state=job.state).delete()[0]
    if job.kind == EXPORT:
        job.arguments["query"] = ""
    else:
        job.arguments["values"]["reasons"] = {}
    return Job.objects.filter(pk=job.pk).update(arguments=job.arguments)


def _values(query: str) -> list[str]:
    return [value for _name, values in QueryDict(query).lists() for value in values]


def _names(texts: Collection[str], words: Collection[str]) -> bool:
    """Whether a text names somebody: a code or name of a few letters only where nothing else stands beside it."""
    return any(
        word == text or (word in text and (len(word) > _SHORT or not word.isascii()))
        for text in (text.strip().casefold() for text in texts)
        for word in words
    )
