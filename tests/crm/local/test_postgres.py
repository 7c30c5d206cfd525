"""The embedded PostgreSQL: sorted and searched as Chinese needs it, closed to others, safe from kill -9."""

import os
import signal
import stat
import sys
from pathlib import Path

import psycopg
import pytest

from crm.local.home import Home
from crm.local.postgres import GIB, MIB, settings
from crm.local.servers import Membership
from tests.crm.local.conftest import Join
from tests.crm.local.processes import is_alive, process_ids, wait_until


def test_chinese_has_trigrams_and_sorts_by_code_point(join: Join) -> None:
    with psycopg.connect(join("postgres").ensure()) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")

        assert connection.execute("SELECT cardinality(show_trgm('华新丽华'))").fetchone() == (5,)
        assert connection.execute("SELECT 'Z' < 'a', lower('É')").fetchone() == (True, "é")


def test_the_application_is_no_superuser_and_needs_its_password(join: Join) -> None:
    address = join("postgres").ensure()
    with psycopg.connect(address) as connection:
        role = connection.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert role.fetchone() == (False, True)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address, password="guessed")


def test_it_listens_on_the_loopback_interface_only_and_its_files_are_closed(home: Home, join: Join) -> None:
    join("postgres")
    data = home.path / "postgres" / "data"

    socket_folder, listen_address = (data / "postmaster.pid").read_text().splitlines()[4:6]
    assert (socket_folder, listen_address) == ("", "127.0.0.1")
    for path in [*(home.path / "keys").iterdir(), data, home.path / "logs"]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_password_stands_on_a_command_line(home: Home, join: Join) -> None:
    join("postgres")
    join("valkey")

    for server in ("postgres", "valkey"):
        line = Path(f"/proc/{process_ids(home, server)[1]}/cmdline").read_text()
        assert not any(key.read_text() in line for key in (home.path / "keys").iterdir())


def test_rows_survive_the_killing_of_everything(home: Home) -> None:
    member = Membership("postgres", Home(home.path), throwaway=True)
    address = member.join()
    keeper, server = process_ids(home, "postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(keeper, signal.SIGKILL)
        os.kill(server, signal.SIGKILL)
    wait_until(lambda: not is_alive(server), "the server died")

    with psycopg.connect(member.ensure()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    member.leave()


def test_an_interrupted_creation_is_begun_again(home: Home, join: Join) -> None:
    partial = home.path / "postgres" / "data.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("half")
    for folder in (home.path, partial.parent):
        folder.chmod(0o711)

    with psycopg.connect(join("postgres").ensure()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not partial.exists()


@pytest.mark.parametrize(
    ("memory", "buffers"), [(GIB // 2, "128MB"), (24 * GIB, "6144MB"), (512 * GIB, "8192MB")]
)
def test_memory_settings_follow_the_machine(memory: int, buffers: str) -> None:
    assert settings(memory, 2, durable=True)["shared_buffers"] == buffers


def test_only_test_servers_give_up_safety() -> None:
    assert "fsync" not in settings(GIB, 2, durable=True)
    assert settings(64 * MIB, 2, durable=False)["fsync"] == "off"
