"""The project's own virtual environment: made when missing, refreshed when its lock changed, entered by re-executing.

Standard library only: this module runs on a bare Python before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUNTIME_LOCK = "requirements.txt"
# Holds everything that the run-time lock holds, and the tools for development.
DEVELOPMENT_LOCK = "requirements-dev.txt"
MARKER = "installed-lock"


class SetupError(Exception):
    """The environment can't be made; the message says what to install or repair."""


class Environment:
    """The virtual environment `.venv` in `root`, and the lock that it was installed from."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / ".venv"
        self.python = self.path / "bin" / "python"
        self.marker = self.path / MARKER

    def holds(self, lock: str) -> bool:
        """Say whether everything in `lock` is installed: by itself or, for the run-time lock, by its superset."""
        installed = self._installed()
        return installed in {self._stamp(lock), self._stamp(DEVELOPMENT_LOCK)} and os.access(
            self.python, os.X_OK
        )

    def install(self, lock: str) -> None:
        """Make the environment or bring it up to `lock`.

        Without a marker an installation was interrupted (or the folder is foreign): start afresh. With one, packages
        are only updated. An environment for development stays one.

        Raises SetupError when neither uv nor pip can do it.
        """
        before = self._installed()
        if before.startswith(DEVELOPMENT_LOCK):
            lock = DEVELOPMENT_LOCK
        afresh = not before or not os.access(self.python, os.X_OK)
        self.marker.unlink(missing_ok=True)
        _say(f"Setting up {self.path} from {lock} (a minute or two the first time) …")
        if not self._install_with_uv(lock, afresh=afresh):
            self._install_with_pip(lock, afresh=afresh)
        self.marker.write_text(self._stamp(lock), encoding="utf-8")

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Let one process at a time install; the lock ends with the process, however that ends."""
        with (self.root / "manage.py").open("rb") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _say("Another process is setting up the environment; waiting for it …")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _installed(self) -> str:
        try:
            return self.marker.read_text(encoding="utf-8")
        except OSError:
            return ""

    def _stamp(self, lock: str) -> str:
        return f"{lock} {hashlib.sha256((self.root / lock).read_bytes()).hexdigest()}\n"

    def _install_with_uv(self, lock: str, *, afresh: bool) -> bool:
        """Use uv when it is there and works; its failure is no verdict, since pip may still succeed."""
        uv = shutil.which("uv")
        if uv is None:
            return False
        if afresh and not self._quietly([uv, "venv", "--clear", "--python", sys.executable, str(self.path)]):
            return False
        return self._quietly(
            [
                uv,
                "pip",
                "install",
                "--python",
                str(self.python),
                "--require-hashes",
                "-r",
                str(self.root / lock),
            ]
        )

    def _install_with_pip(self, lock: str, *, afresh: bool) -> None:
        pip = [str(self.python), "-m", "pip"]
        if afresh or not self._quietly([*pip, "--version"]):
            _require_venv()
            if not self._quietly([sys.executable, "-m", "venv", "--clear", str(self.path)]):
                raise SetupError(f"`{sys.executable} -m venv {self.path}` failed (see above).")
        options = ["--disable-pip-version-check", "--no-input", "--quiet", "--require-hashes"]
        if not self._quietly([*pip, "install", *options, "-r", str(self.root / lock)]):
            raise SetupError(
                f"The packages of {lock} could not be installed (see above). Check the network or your package "
                "index, then run the same command again: it picks up from here."
            )

    def _quietly(self, command: list[str]) -> bool:
        """Run `command` in silence; show what it said only when it fails."""
        done = subprocess.run(
            command,
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            errors="replace",
            check=False,
        )
        if done.returncode:
            _say(f"{done.stdout.rstrip()}\n`{' '.join(command)}` failed.")
        return done.returncode == 0


def enter(root: Path, arguments: list[str]) -> None:
    """Continue as `.venv/bin/python manage.py …`; return only when this process is that already.

    `KEZHI_VENV=0` keeps the Python that runs: for images and servers that install the lock themselves.
    """
    if os.environ.get("KEZHI_VENV") == "0":
        return
    environment = Environment(root)
    lock = DEVELOPMENT_LOCK if arguments[:1] == ["test"] else RUNTIME_LOCK
    changed = False
    try:
        if not environment.holds(lock):
            with environment.exclusive():
                if not environment.holds(lock):
                    environment.install(lock)
                    changed = True
    except (SetupError, OSError) as error:
        sys.exit(f"Kezhi could not set up its environment: {error}")
    except KeyboardInterrupt:
        sys.exit("Interrupted; the next run begins the installation afresh.")
    if changed or Path(sys.prefix).resolve() != environment.path.resolve():
        _become(environment.python, root, arguments)


def _become(python: Path, root: Path, arguments: list[str]) -> None:
    # UTF-8 whatever the locale says: file names, logs and tables are full of Chinese.
    os.environ["PYTHONUTF8"] = "1"
    os.environ.pop("PYTHONHOME", None)
    sys.stdout.flush()
    os.execv(python, [str(python), str(root / "manage.py"), *arguments])  # noqa: S606 - no shell is wanted


def _require_venv() -> None:
    """Say what to install where the distribution ships Python without these two modules."""
    check = subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    if check.returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            "this Python has no venv or ensurepip module.\n"
            f"  Debian, Ubuntu:  apt install python{version}-venv   (or python3-venv)\n"
            "  elsewhere:       install Python from python.org, or uv (https://docs.astral.sh/uv/)\n"
            "Then run the same command again."
        )


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
