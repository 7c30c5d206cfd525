"""What is not documented fails here."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def names_in(text: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, text))


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    read = names_in((ROOT / "crm/settings.py").read_text("utf-8"), r'(?:env\.\w+|flag)\(\s*"([A-Z_]+)"')
    documented = names_in((ROOT / "docs/operations/settings.md").read_text("utf-8"), r"(?m)^\| `([A-Z_]+)` ")
    assert read == documented
