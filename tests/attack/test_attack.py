"""The running server under attack: no request of thousands is answered by a fault or by somebody else's record.

``KEZHI_ATTACK_REQUESTS=100000`` makes it the nightly size.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from django.conf import settings

from tests.attack.client import Answered, Attacker
from tests.attack.company import FORBIDDEN, Company
from tests.attack.fuzz import Fuzzer
from tests.attack.routes import routes
from tests.cast import sign_in
from tests.workers import environment

REQUESTS = int(os.environ.get("KEZHI_ATTACK_REQUESTS", "5000"))
SEED = int(os.environ.get("KEZHI_ATTACK_SEED", "20240229"))
START_SECONDS = 60.0
TOKEN = "a" * 32


@pytest.fixture
def server(transactional_db: None) -> Iterator[str]:
    """Serve the product as production does, on the test's own database."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "crm.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "3", "--keep-alive", "60", "--no-control-socket"]
    # A machine that stood still for a while is no fault of the server's.
    command += ["--timeout", "600"]
    process = subprocess.Popen(
        [*command, "--log-level", "error"], env={**environment(), "LOG_LEVEL": "ERROR"}
    )
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _await(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def test_no_request_is_answered_by_a_fault_or_a_foreign_record(
    server: str, request: pytest.FixtureRequest
) -> None:
    company: Company = request.getfixturevalue("company")
    attacker = Attacker(server, {role: cookies(company, role) for role in company.readers()})
    fuzzer = Fuzzer(company, list(routes()), SEED)
    wrong, statuses, count = [], Counter[int](), 0
    for answered in attacker.send_all(fuzzer.first_looks()):
        fuzzer.learn(answered.asked.target, answered.body)
        wrong += faults(answered)
        statuses[answered.status] += 1
        count += 1
    for answered in attacker.send_all(fuzzer.requests(max(REQUESTS - count, 0))):
        wrong += faults(answered)
        statuses[answered.status] += 1
    sys.stderr.write(f"{sum(statuses.values())} requests: {dict(sorted(statuses.items()))}\n")
    assert wrong == [], "\n".join(wrong[:20])
    # An attack whose sessions are gone, or whose forms are all refused at the door, would prove nothing.
    assert statuses[200] > REQUESTS / 10
    assert statuses[422] > REQUESTS / 500


def cookies(company: Company, role: str) -> str:
    """Return the cookies of somebody who is signed in, with a token for forms."""
    client = sign_in(company.readers()[role])
    session = client.cookies.get(settings.SESSION_COOKIE_NAME)
    signed_in = f"{settings.SESSION_COOKIE_NAME}={session.value}; " if session else ""
    return f"{signed_in}{settings.CSRF_COOKIE_NAME}={TOKEN}"


def faults(answered: Answered) -> list[str]:
    """Return what is wrong with an answer."""
    asked = answered.asked
    what = f"{asked.role} {asked.method} {asked.target[:300]} {asked.headers} {asked.body[:300]!r}"
    found = [f"{answered.status}: {what}"] if answered.status >= 500 else []
    told = answered.headers + answered.body
    # A person's own copy of all that is kept about them: an administrator hands it out, on record.
    if asked.role == "admin" and "/rights/file/" in asked.target:
        return found
    return found + [f"{canary}: {what}" for canary in FORBIDDEN[asked.role] if canary in told]
