"""manage.py on a bare Python: the environment is made, kept in step with its lock, and repaired."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm.local.home import ROOT
from crm.local.venv import DEVELOPMENT_LOCK, RUNTIME_LOCK, Environment

# Locks of nothing, so that no network is needed.
EMPTY = "# no packages\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a clone of a kind: manage.py, what it starts with, and two locks."""
    root = tmp_path / "客 知"
    (root / "crm" / "local").mkdir(parents=True)
    for name in ("manage.py", "crm/__init__.py", "crm/local/__init__.py", "crm/local/venv.py"):
        (root / name).write_bytes((ROOT / name).read_bytes())
    # Stands for the commands: tells where it runs.
    (root / "crm" / "local" / "run.py").write_text(
        "import sys\ndef run_command(arguments):\n    print(sys.prefix, *arguments)\n    return 7\n"
    )
    (root / RUNTIME_LOCK).write_text(EMPTY)
    (root / DEVELOPMENT_LOCK).write_text(EMPTY)
    return root


def manage(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as a newcomer would: on the machine's Python, in a terminal of a plain locale."""
    python = Path(sys._base_executable)  # type: ignore[attr-defined]
    environment = {"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"], "LANG": "C", **variables}
    command = [str(python), str(root / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_first_command_makes_the_environment_and_runs_inside_it(root: Path) -> None:
    first, second = manage(root, "help", "客"), manage(root, "help", "客")

    assert first.stdout == second.stdout == f"{root / '.venv'} help 客\n", first.stderr
    assert first.returncode == 7
    assert "Setting up" in first.stderr
    assert second.stderr == ""


def test_an_unlisted_locale_changes_nothing(root: Path) -> None:
    done = manage(root, "help", "客", LANG="zh_CN.UTF-8", LC_ALL="zh_CN.UTF-8")

    assert done.stdout == f"{root / '.venv'} help 客\n", done.stderr


def test_a_changed_lock_is_installed_again(root: Path) -> None:
    manage(root, "help")
    (root / RUNTIME_LOCK).write_text("# another lock\n")

    assert not Environment(root).holds(RUNTIME_LOCK)
    assert "Setting up" in manage(root, "help").stderr
    assert Environment(root).holds(RUNTIME_LOCK)


def test_an_interrupted_installation_is_made_afresh(root: Path) -> None:
    manage(root, "help")
    environment = Environment(root)
    environment.marker.unlink()
    (environment.path / "half-installed").touch()

    assert manage(root, "help").returncode == 7
    assert not (environment.path / "half-installed").exists()


def test_the_development_lock_serves_every_command(root: Path) -> None:
    (root / DEVELOPMENT_LOCK).write_text("# more than the other\n")
    manage(root, "test")

    environment = Environment(root)
    assert environment.holds(DEVELOPMENT_LOCK)
    assert environment.holds(RUNTIME_LOCK)


def test_commands_started_at_once_set_up_once(root: Path) -> None:
    command = [sys._base_executable, str(root / "manage.py"), "help"]  # type: ignore[attr-defined]
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C"}
    starts = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    outcomes = [start.communicate(timeout=120) for start in starts]

    assert {out for out, _ in outcomes} == {f"{root / '.venv'} help\n"}
    assert sum("Setting up" in err for _, err in outcomes) == 1


def test_packages_that_cannot_be_installed_are_said_plainly(root: Path) -> None:
    (root / RUNTIME_LOCK).write_text("kezhi-no-such-package==1.0 --hash=sha256:" + "0" * 64 + "\n")

    done = manage(root, "help", PIP_NO_INDEX="1")

    assert done.returncode == 1
    assert "packages of requirements.txt could not be installed" in done.stderr
    assert "Traceback" not in done.stderr
    assert not Environment(root).marker.exists()


def test_a_python_without_venv_is_told_what_to_install(root: Path) -> None:
    (root / "venv.py").write_text("raise ModuleNotFoundError('No module named venv')\n")

    done = manage(root, "help", PYTHONPATH=str(root))

    assert done.returncode == 1
    assert "apt install python3" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_python_that_runs_can_be_kept(root: Path) -> None:
    done = manage(root, "help", KEZHI_VENV="0")

    assert not done.stdout.startswith(str(root))
    assert not (root / ".venv").exists()
