"""Workbooks damaged in hundreds of ways are read, or refused in words; nothing else ever comes out."""

import random
import time

import pytest

from customers.imports.problems import FileProblem
from tests.customers.imports.conftest import Reading
from tests.customers.imports.workbooks import ods, pack, parts_of, xlsx

ROWS = [["code", "name"], *([f"C{i}", f"Alice & Bob {i}"] for i in range(20))]
BOOKS = {
    "xlsx": (xlsx(ROWS, more_sheets=1), "xl/worksheets/sheet1.xml"),
    "ods": (ods(ROWS), "content.xml"),
}
MUTATIONS = 15
LONGEST_SECONDS = 60  # of which the parser may compute a few
MARKUP = b'0123456789"<>/=&;'


def mutated(content: bytes, chance: random.Random) -> bytes:
    """``content`` with up to four bytes or pieces changed, taken out, doubled, cut off or written over."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        start = chance.randrange(len(content) + 1)
        end = start + chance.choice((1, 4, 30, 200))
        middle = content[start:end]
        match chance.randrange(5):
            case 0:
                content = content[:start] + chance.randbytes(1) + content[start + 1 :]
            case 1:
                content = content[:start] + content[end:]
            case 2:
                content = content[:end] + middle + content[end:]
            case 3:
                content = content[:start]
            case _:
                noise = bytes(chance.choices(MARKUP, k=len(middle)))
                content = content[:start] + noise + content[end:]
    return content


def damaged(kind: str, chance: random.Random) -> bytes:
    """A workbook damaged as a file, or packed well with a part damaged: mostly the one that has the rows."""
    book, main = BOOKS[kind]
    if chance.random() < 0.2:
        return mutated(book, chance)
    parts = parts_of(book)
    part = chance.choice((main, main, main, *parts))
    return pack({**parts, part: mutated(parts[part], chance)})


def fate(reading: Reading, book: bytes) -> str:
    try:
        rows = list(reading(book))
    except FileProblem as problem:
        return str(problem) and "refused"
    return "read" if all(isinstance(cell, str) for _, cells in rows for cell in cells) else "garbled"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", BOOKS)
def test_damaged_workbooks_are_read_or_refused(reading: Reading, kind: str, seed: int) -> None:
    chance = random.Random(f"{kind} {seed}")  # noqa: S311 - repeatable, not secret
    for _ in range(MUTATIONS):
        start = time.monotonic()
        assert fate(reading, damaged(kind, chance)) in {"read", "refused"}
        assert time.monotonic() - start < LONGEST_SECONDS
