"""With PostgreSQL away, people get a page that says so, at once."""

import os
import subprocess
import sys

import pytest

PREPARE = "import django; django.setup()\nfrom django.test import Client\n"
NOBODY_LISTENS = "postgres://kezhi:secret@127.0.0.1:9/kezhi"


def ask(script: str) -> str:
    """Run ``script`` in a process whose database is away; return what it printed."""
    environment = {
        **os.environ,
        "DATABASE_URL": NOBODY_LISTENS,
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "ALLOWED_HOSTS": "testserver",
    }
    child = subprocess.run(
        [sys.executable, "-c", PREPARE + script], env=environment, capture_output=True, text=True, timeout=60
    )
    return child.stdout.strip()


@pytest.mark.parametrize("path", ["/", "/customers/", "/accounts/login/"])
def test_an_outage_of_the_database_is_a_503_with_a_human_page(path: str) -> None:
    said = ask(
        f"answer = Client(raise_request_exception=False).get({path!r}, HTTP_COOKIE='sessionid=' + 'k' * 32)\n"
        "print(answer.status_code, answer.get('Retry-After'), '<html' in answer.content.decode())"
    )
    assert said == "503 30 True"


def test_health_says_which_part_is_away() -> None:
    said = ask("print(Client().get('/healthz').content.decode())")
    assert said == '{"healthy": false, "database": false, "broker": true}'
