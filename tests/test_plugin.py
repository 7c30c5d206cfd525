"""Browser tests are skipped loudly where there is no browser, and never where one is required."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm.local.home import ROOT

MARKED = "import pytest\n\n\n@pytest.mark.browser\ndef test_in_a_browser(): ...\n"


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """Return a folder with one browser test and no configuration."""
    (tmp_path / "test_marked.py").write_text(MARKED)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def run_without_browser(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run pytest where no program can be found."""
    environment = {
        **os.environ,
        "PATH": str(folder),
        "PYTHONPATH": str(ROOT),
        "REQUIRE_BROWSER": "",
        **variables,
    }
    command = [sys.executable, "-m", "pytest", "-p", "tests.plugin", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_without_a_browser_its_tests_are_skipped_and_counted(marked: Path) -> None:
    done = run_without_browser(marked)

    assert done.returncode == 0, done.stdout
    assert "1 skipped" in done.stdout
    assert "1 browser tests skipped: no Chromium" in done.stdout


def test_a_required_browser_that_is_missing_fails_the_run(marked: Path) -> None:
    done = run_without_browser(marked, REQUIRE_BROWSER="1")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "REQUIRE_BROWSER=1, but no Chromium is installed" in done.stderr
