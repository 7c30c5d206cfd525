"""Several processes share a server; whoever ends, and however, nothing is left behind and nothing is lost."""

import os
import signal
import socket
import subprocess
import sys

import psycopg
import pytest
import redis

from crm.local.home import Home
from crm.local.locks import FileLock
from crm.local.server import LocalServerError
from crm.local.servers import Membership, local_servers, servers_in_use
from tests.crm.local.conftest import Join, StartUser
from tests.crm.local.processes import is_alive, process_ids, wait_until


def test_the_last_user_out_stops_the_server(home: Home, join: Join) -> None:
    first, second = join("valkey"), join("valkey")
    keeper, server = process_ids(home, "valkey")

    first.leave()
    assert is_alive(server)
    second.leave()
    assert not is_alive(server)
    wait_until(lambda: not is_alive(keeper), "the keeper ended")


def test_processes_that_start_at_once_share_one_server(start_user: StartUser) -> None:
    users = [start_user("valkey") for _ in range(4)]

    addresses = {user.stdout.readline() for user in users if user.stdout}

    assert len(addresses) == 1
    assert addresses.pop().startswith("redis://:")


def test_a_killed_user_leaves_nothing_behind(home: Home, start_user: StartUser) -> None:
    user = start_user("valkey")
    assert user.stdout
    user.stdout.readline()
    keeper, server = process_ids(home, "valkey")

    user.kill()

    wait_until(lambda: not is_alive(server) and not is_alive(keeper), "server and keeper are gone")


def test_a_killed_user_takes_the_server_from_nobody(home: Home, join: Join, start_user: StartUser) -> None:
    survivor, victim = join("valkey"), start_user("valkey")
    assert victim.stdout
    victim.stdout.readline()

    victim.kill()
    victim.wait()

    assert redis.Redis.from_url(survivor.ensure()).ping()


def test_a_child_with_the_lock_keeps_the_server_when_its_parent_is_gone(home: Home, join: Join) -> None:
    member = join("valkey")
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[member.users.fd])
    _, server = process_ids(home, "valkey")

    member.leave()
    assert is_alive(server)
    child.communicate()

    wait_until(lambda: not is_alive(server), "the server stopped with its last user")


def test_a_killed_keeper_is_replaced_at_the_same_address(home: Home, join: Join) -> None:
    member = join("valkey")
    address, (keeper, server) = member.ensure(), process_ids(home, "valkey")

    os.kill(keeper, signal.SIGKILL)
    wait_until(lambda: not is_alive(server), "the server ended with its keeper")

    assert member.ensure() == address
    assert redis.Redis.from_url(address).ping()


def test_a_crashed_server_is_started_again(home: Home, join: Join) -> None:
    member = join("valkey")
    address, (_, server) = member.ensure(), process_ids(home, "valkey")

    os.kill(server, signal.SIGKILL)
    wait_until(lambda: process_ids(home, "valkey")[1] not in {0, server}, "the keeper started another")

    assert redis.Redis.from_url(member.ensure()).ping()
    assert member.ensure() == address


def test_what_a_dead_keeper_left_running_is_ended_first(home: Home, join: Join) -> None:
    lock = FileLock(Membership("valkey", home).folder / "server.lock")
    lock.take()
    leftover = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[lock.fd])
    lock.write(str(leftover.pid))
    lock.close()

    member = join("valkey")

    assert leftover.wait(1) == -signal.SIGTERM
    assert redis.Redis.from_url(member.ensure()).ping()


def test_a_taken_port_is_replaced_by_a_free_one(home: Home, join: Join) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (Membership("valkey", home).folder / "port").write_text(str(port))

        address = join("valkey").ensure()

        assert not address.endswith(f":{port}/0")
        assert redis.Redis.from_url(address).ping()


def test_a_server_that_cannot_start_says_why(home: Home) -> None:
    member = Membership("valkey", home)
    (member.folder / "data").write_text("no folder")

    with pytest.raises(LocalServerError, match=r"valkey could not be started(.|\n)*data"):
        member.join()
    member.leave()


@pytest.mark.usefixtures("no_addresses")
def test_both_addresses_are_exported_while_in_use(home: Home) -> None:
    with local_servers(home, throwaway=True) as servers:
        assert servers is servers_in_use()
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
        assert [member.name for member in servers.members] == ["postgres", "valkey"]

    assert "DATABASE_URL" not in os.environ
    assert servers_in_use() is not servers


def test_given_addresses_start_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere/0")

    with local_servers(home) as servers:
        assert not servers.members
    assert not home.path.exists()
