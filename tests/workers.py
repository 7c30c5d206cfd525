"""Real Celery workers for tests about jobs: processes of their own, on the test's database and broker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from crm.models import Job

DEADLINE_SECONDS = 120.0


def environment() -> dict[str, str]:
    """Return the environment of a child process that shall work on the test's own database."""
    test = connection.settings_dict
    url = f"postgres://{test['USER']}:{test['PASSWORD']}@{test['HOST']}:{test['PORT']}/{test['NAME']}"
    return {
        **os.environ,
        "DATABASE_URL": url,
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "JOB_LEASE_SECONDS": "4",
        "JOB_SWEEP_SECONDS": "1",
    }


@contextmanager
def celery_worker(*include: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one worker process that also imports the modules ``include``; it is gone afterwards."""
    command = [sys.executable, "-m", "celery", "-A", "crm.celery", "worker", "--pool", "solo"]
    command += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    for module in include:
        command += ["--include", module]
    process = subprocess.Popen(command, env=environment(), start_new_session=True)
    try:
        yield process
    finally:
        kill(process, signal.SIGTERM)
        process.wait(timeout=DEADLINE_SECONDS)


def kill(process: "subprocess.Popen[bytes]", how: signal.Signals = signal.SIGKILL) -> None:
    """Signal the worker's whole process group, as a crash or an operator would."""
    if process.poll() is None:
        os.killpg(process.pid, how)


def wait_until(condition: Callable[[], bool], what: str, seconds: float = DEADLINE_SECONDS) -> None:
    """Wait for ``condition``; fail the test, saying what was awaited, when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.05)


def wait_for_state(job: Job, *states: str, seconds: float = DEADLINE_SECONDS) -> Job:
    """Wait until the job is in one of ``states``; return it fresh."""

    def arrived() -> bool:
        job.refresh_from_db()
        return job.state in states

    wait_until(arrived, f"{job} to become {' or '.join(states)}", seconds)
    return job
