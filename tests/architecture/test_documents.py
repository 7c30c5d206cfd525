"""The documents: what they link to exists, and the README shows the pictures that its command takes."""

import re
from pathlib import Path

import pytest

from tests.e2e.pictures import README

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
LINK = re.compile(r'\]\(([^)\s]+)\)|src="([^"]+)"')
TEST = re.compile(r"`(tests/[\w/]+\.py)((?:::\w+)?)`")
ELSEWHERE = ("https://", "http://", "mailto:", "#")


def links_of(document: Path) -> set[str]:
    """The relative addresses in a document, without fragments."""
    found = {first or second for first, second in LINK.findall(document.read_text(encoding="utf-8"))}
    return {link.partition("#")[0] for link in found if not link.startswith(ELSEWHERE)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    broken = {link for link in links_of(document) if not (document.parent / link).exists()}
    assert broken == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_that_a_document_names_is_there(document: Path) -> None:
    named = TEST.findall(document.read_text(encoding="utf-8"))
    gone = [file + name for file, name in named if not _has(ROOT / file, name.removeprefix("::"))]
    assert gone == []


def _has(file: Path, name: str) -> bool:
    return file.exists() and (not name or f"def {name}(" in file.read_text(encoding="utf-8"))


def test_the_readme_shows_the_pictures_that_are_taken_for_it() -> None:
    shown = {link.removeprefix("docs/pictures/") for link in links_of(DOCUMENTS[0]) if link.endswith(".png")}
    assert (
        shown == {shot.name for shot in README} == {file.name for file in (ROOT / "docs/pictures").iterdir()}
    )
