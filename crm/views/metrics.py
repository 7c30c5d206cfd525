"""Figures for whoever watches the service, in Prometheus' text format: counts and ages, nothing about anybody."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.models import AuditEntry, Job, JobState

Sample = tuple[str, float]
READER = "metrics"
BACKUP, DRILL = "backup.take", "backup.drill"


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with the figures, to who shows the token of the settings; for everybody else there is no such page."""
    token = settings.METRICS_TOKEN
    expected = b"Basic " + base64.b64encode(f"{READER}:{token}".encode())
    shown = request.headers.get("Authorization", "").encode()
    if not token or not secrets.compare_digest(shown, expected):
        raise Http404
    text = "".join(_family(*family) for family in (*_of_jobs(), *_of_trail(), *_of_database()))
    answer = HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer


def _family(name: str, kind: str, meaning: str, samples: list[Sample]) -> str:
    lines = [f"# HELP kezhi_{name} {meaning}", f"# TYPE kezhi_{name} {kind}"]
    lines += [f"kezhi_{name}{labels} {value:g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


Family = tuple[str, str, str, list[Sample]]


def _of_jobs() -> Iterator[Family]:
    counted = dict(Job.objects.values_list("state").annotate(times=Count("pk")))
    states = [(f'{{state="{state}"}}', float(counted.get(state, 0))) for state in JobState.values]
    yield "jobs", "gauge", "Jobs of the ledger by state.", states
    waiting = Job.objects.filter(state=JobState.QUEUED).aggregate(since=Min("created_at"))["since"]
    age = (timezone.now() - waiting).total_seconds() if waiting else 0.0
    yield "job_oldest_waiting_seconds", "gauge", "Age of the job that waits longest.", [("", age)]


def _of_trail() -> Iterator[Family]:
    last = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first()
    yield "audit_entries_total", "counter", "Entries of the audit trail.", [("", float(last or 0))]
    for action, name in ((BACKUP, "backup_age_seconds"), (DRILL, "restore_drill_age_seconds")):
        at = AuditEntry.objects.filter(action=action).order_by("-id").values_list("at", flat=True).first()
        if at is not None:
            yield (
                name,
                "gauge",
                f"Seconds since the last {action}.",
                [("", (timezone.now() - at).total_seconds())],
            )
    drill = AuditEntry.objects.filter(action=DRILL).order_by("-id").first()
    if drill is not None:
        passed = float(bool(drill.detail.get("passed")))
        yield "restore_drill_passed", "gauge", "Whether the last restore drill passed.", [("", passed)]


def _of_database() -> Iterator[Family]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()), "
            "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())"
        )
        size, connections = cursor.fetchone()
    yield "database_bytes", "gauge", "Size of the database.", [("", float(size))]
    yield "database_connections", "gauge", "Connections to the database.", [("", float(connections))]
