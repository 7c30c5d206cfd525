"""Both languages are complete: every message of the code is in the catalogue, and every one is translated."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")


def keys(catalogue: polib.POFile) -> set[tuple[str | None, str]]:
    return {(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete}


def test_every_message_has_a_translation() -> None:
    catalogue = polib.pofile(str(ROOT / CATALOGUE))
    assert [entry.msgid for entry in catalogue if not entry.translated() and not entry.obsolete] == []


@pytest.mark.skipif(
    not shutil.which("xgettext"), reason="no gettext on this machine (Debian: apt install gettext)"
)
def test_the_catalogue_holds_exactly_the_messages_of_the_code(tmp_path: Path) -> None:
    for folder in ("crm", "customers", "analysis", "templates", "locale"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "zh_Hans", "--no-location"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "crm.settings", "PYTHONPATH": str(tmp_path)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=120)
    fresh, committed = polib.pofile(str(tmp_path / CATALOGUE)), polib.pofile(str(ROOT / CATALOGUE))
    assert keys(fresh) == keys(committed)
