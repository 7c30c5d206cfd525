"""Which account of the operating system runs the servers, and where that account can reach files.

PostgreSQL refuses to run as root. Started by root, both servers run as an unprivileged account instead, which may be
unable to pass through the folders above the project (root's own home, for one). Nothing above the project is ever
re-permissioned: what the account can't reach is placed under `/var/lib/kezhi`, with a link to it in KEZHI_HOME.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import TypedDict

REACHABLE = Path("/var/lib/kezhi")
# A dedicated account if the machine has one.
NAMES = ("kezhi", "nobody")


class SwitchOptions(TypedDict, total=False):
    """What `subprocess` needs to start a program as another account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """An account to switch to, or the one that runs this process (`switch` False)."""

    uid: int
    gid: int
    switch: bool

    def options(self) -> SwitchOptions:
        """Return the options of `subprocess.Popen` that start a program as this account."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, path: Path) -> bool:
        """Say whether the account can pass through the folder `path`, or read and run the program, by trying it."""
        if not self.switch:
            return True
        test = ["/bin/sh", "-c", 'test -x "$1" && { test -d "$1" || test -r "$1"; }', "sh", str(path)]
        return subprocess.run(test, cwd="/", check=False, **self.options()).returncode == 0

    def own(self, path: Path) -> None:
        """Hand `path` to the account, closed to everybody else."""
        path.chmod(0o700 if path.is_dir() else 0o600)
        if self.switch:
            os.chown(path, self.uid, self.gid)


def server_account() -> Account:
    """Return the account for the servers: this process's own, or an unprivileged one when that is root.

    Raises LookupError when root finds none.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    for name in NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, switch=True)
    raise LookupError(
        f"PostgreSQL can't run as root and no account named {' or '.join(NAMES)} exists: create one."
    )


def reachable_folder(account: Account, link: Path) -> Path:
    """Return the real folder behind `link`: itself where the account can reach it, else one under `/var/lib/kezhi`.

    The choice is made once and kept as a symbolic link, so that it outlives changes to the folders above. Each link
    gets a folder of its own: data that a deleted home left behind have passwords that nobody knows any more.

    Raises LookupError when `link` is a copy: two homes must not run on the same data.
    """
    if link.is_symlink():
        target = link.readlink()
        _claim(target, link)
        return target
    if link.exists() or account.reaches(link.parent):
        return link
    target = REACHABLE / token_hex(8) / link.name
    _make_passable(target.parent)
    _claim(target, link)
    link.symlink_to(target)
    return target


def _claim(target: Path, link: Path) -> None:
    note = target.parent / "home"
    owner = Path(note.read_text(encoding="utf-8")) if note.exists() else link
    if owner != link and owner.is_symlink() and owner.readlink() == target:
        raise LookupError(f"{link} is a copy of {owner}, and both lead to {target}. Remove the copied home.")
    note.write_text(str(link), encoding="utf-8")


def reachable_programs(account: Account, site: Path, packages: tuple[str, ...], program: str) -> Path:
    """Return `site` (a site-packages folder), or a folder with a copy of `packages` that the account can reach.

    `program` is the path below `site` of the one that must run.
    """
    original = site / program
    if account.reaches(original):
        return site
    copy = REACHABLE / "programs" / f"{packages[0]}-{version(packages[0])}"
    if not copy.exists():
        _make_passable(copy.parent)
        partial = copy.with_name(f"{copy.name}.{os.getpid()}")
        for package in packages:
            if (site / package).exists():
                shutil.copytree(site / package, partial / package, symlinks=True)
        for path in [partial, *partial.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            partial.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(partial)
    return copy


def _make_passable(folder: Path) -> None:
    for path in (REACHABLE, folder):
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o711)
