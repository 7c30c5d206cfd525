"""Started by root, the servers run as somebody else, who may be unable to reach the project."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from crm.local.account import REACHABLE, Account, server_account
from crm.local.home import Home
from crm.local.server import LocalServerError
from crm.local.servers import Membership
from tests.crm.local.processes import process_ids

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as another account")


@pytest.fixture
def closed_home() -> Iterator[Home]:
    """Yield a home below a folder that only its owner may pass, as root's own home is."""
    with tempfile.TemporaryDirectory(prefix="kezhi-closed-") as folder:
        Path(folder).chmod(0o700)
        yield Home(Path(folder) / "home", durable=False)


def test_an_ordinary_user_runs_the_servers_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    account = server_account()

    assert (account.uid, account.switch, account.options()) == (1000, False, {})


@as_root
def test_root_runs_the_servers_as_somebody_without_rights(closed_home: Home) -> None:
    member = Membership("valkey", closed_home, throwaway=True)
    member.join()

    owner = Path(f"/proc/{process_ids(closed_home, 'valkey')[1]}").stat().st_uid
    member.leave()

    assert owner == server_account().uid != 0


@as_root
def test_what_the_account_cannot_reach_is_kept_elsewhere_and_removed_with_the_rest(closed_home: Home) -> None:
    member = Membership("postgres", closed_home, throwaway=True)
    with psycopg.connect(member.join()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    data = closed_home.path / "postgres" / "data"
    elsewhere = data.readlink()
    assert elsewhere.is_relative_to(REACHABLE)
    assert not Account(65534, 65534, switch=True).reaches(closed_home.path)

    member.leave()

    assert not data.is_symlink()
    assert not elsewhere.parent.exists()


@as_root
def test_a_home_made_anew_at_the_same_place_does_not_find_the_old_data(closed_home: Home) -> None:
    first = Membership("postgres", closed_home)
    first.join()
    elsewhere = (closed_home.path / "postgres" / "data").readlink()
    first.leave()
    shutil.rmtree(closed_home.path)

    second = Membership("postgres", closed_home, throwaway=True)
    with psycopg.connect(second.join()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    second.leave()
    shutil.rmtree(elsewhere.parent)


@as_root
def test_a_copied_home_is_told_apart(closed_home: Home) -> None:
    original = Membership("valkey", closed_home, throwaway=True)
    original.join()
    copy = Home(closed_home.path.with_name("copy"), durable=False)
    shutil.copytree(closed_home.path, copy.path, symlinks=True)

    with pytest.raises(LocalServerError, match="is a copy of"):
        Membership("valkey", copy).join()
    original.leave()
