"""Answers for whoever watches the service."""

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

BROKER_TIMEOUT_SECONDS = 5


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Say whether the database and the broker answer: 200 when both do, 503 otherwise."""
    checks = {"database": _database_answers(), "broker": _broker_answers()}
    healthy = all(checks.values())
    return JsonResponse({"healthy": healthy, **checks}, status=200 if healthy else 503)


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether this process can answer people: the database is there, and no migration is missing."""
    try:
        executor = MigrationExecutor(connection)
        migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return JsonResponse({"ready": False, "database": False}, status=503)
    answer = {"ready": migrated, "database": True, "migrated": migrated}
    return JsonResponse(answer, status=200 if migrated else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:  # also InterfaceError, of a connection that was lost
        return False
    return True


def _broker_answers() -> bool:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=BROKER_TIMEOUT_SECONDS,
        socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
