"""Bringing small files in, and the published ones."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from pytest_django import Settings

from customers.services import imports
from customers.services.imports.running import CHUNK_ROWS

Bring = Callable[..., imports.ImportResult]

ORDERS = "order number,date,customer id,sku,product name,quantity,unit price\n"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def media(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for files that is this test's own, for processes that it starts as well."""
    monkeypatch.setenv("KEZHI_HOME", str(tmp_path))
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def bring(db: None, media: Path) -> Bring:
    """Import text, bytes or a file, and return what came of it; a file refused whole has state failed and an error."""

    def bring(
        kind: str,
        content: str | bytes | Path,
        *,
        name: str = "file.csv",
        wishes: dict[str, Any] | None = None,
        chunk_rows: int = CHUNK_ROWS,
        **who: Any,
    ) -> imports.ImportResult:
        path = content if isinstance(content, Path) else written(media.parent / name, content)
        actor = who.get("actor")
        batch = imports.receive(path, name=path.name, kind=kind, actor=actor, wishes=wishes)
        imports.start_here(batch, actor=actor, chunk_rows=chunk_rows)
        batch.refresh_from_db()
        return imports.result(batch)

    return bring


def written(path: Path, content: str | bytes) -> Path:
    """Write a file, text as UTF-8, and return its path."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
