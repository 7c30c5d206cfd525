"""The browser libraries are what the lock says, with their licences, and point at nothing outside."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

VENDOR = Path(settings.BASE_DIR, "static/vendor")
PACKAGES: dict[str, dict[str, Any]] = json.loads((VENDOR / "vendor.lock.json").read_text(encoding="utf-8"))
LOCKED = {name: digest for package in PACKAGES.values() for name, digest in package["sha256"].items()}


@pytest.mark.parametrize(("name", "digest"), LOCKED.items(), ids=LOCKED)
def test_a_vendored_file_is_the_locked_one(name: str, digest: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_nothing_is_vendored_outside_the_lock() -> None:
    files = {str(path.relative_to(VENDOR)) for path in VENDOR.glob("*/*") if path.is_file()}
    assert files == set(LOCKED)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_brings_its_licence(package: str) -> None:
    assert any("LICENSE" in name for name in PACKAGES[package]["sha256"])
    assert PACKAGES[package]["integrity"].startswith("sha512-")


def test_no_library_asks_for_a_source_map() -> None:
    asking = [name for name in LOCKED if b"sourceMappingURL=" in (VENDOR / name).read_bytes()]
    assert asking == []
