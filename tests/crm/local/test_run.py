"""Management commands on a machine where nothing is configured."""

import os
import subprocess
import sys

import pytest

from crm.local.home import ROOT, Home

UNSET = {
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "MASTER_KEYS",
    "BLIND_INDEX_KEY",
    "SECURE",
    "DJANGO_SETTINGS_MODULE",
}


def manage(home: Home, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py in this environment's Python, without the servers of the test run."""
    environment = {name: value for name, value in os.environ.items() if name not in UNSET}
    environment |= {"KEZHI_HOME": str(home.path), "KEZHI_VENV": "0", **variables}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.parametrize("arguments", [["help"], ["check"], ["migrate", "--help"]])
def test_commands_that_need_no_server_start_none(home: Home, arguments: list[str]) -> None:
    done = manage(home, *arguments)

    assert done.returncode == 0, done.stderr
    assert not (home.path / "postgres").exists()


def test_the_first_command_on_a_new_database_finds_its_tables(home: Home) -> None:
    count = "from crm.models import User; print(User.objects.count(), 'users')"

    done = manage(home, "shell", "--no-imports", "-c", count)

    assert done.returncode == 0, done.stderr
    assert "0 users" in done.stdout
    assert "Making the tables of a new database" in done.stderr


def test_with_a_database_of_its_own_no_setting_is_made_up(home: Home) -> None:
    done = manage(home, "migrate", DATABASE_URL="postgres://127.0.0.1:1/x", REDIS_URL="redis://127.0.0.1:1/0")

    assert done.returncode != 0
    assert "SECRET_KEY must be set" in done.stderr
    assert not home.path.exists()


def test_commands_speak_the_language_of_the_terminal(home: Home) -> None:
    for locale, said in (
        ("C", "cannot be opened"),
        ("zh_CN.UTF-8", "无法打开文件"),
        ("de_DE.UTF-8", "cannot be opened"),
    ):
        done = manage(home, "import", "missing.csv", "--kind", "orders", LC_ALL=locale)
        assert done.returncode == 1
        assert said in done.stderr, locale
