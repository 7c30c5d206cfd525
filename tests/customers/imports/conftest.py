"""Short ways to read what a test wrote."""

import io
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from customers.imports.context import ReadingContext
from customers.imports.kinds import Kind
from customers.imports.matching import match_columns
from customers.imports.parsing import RowResult, parse_rows
from customers.imports.readers import read_table
from customers.imports.tables import Table

SHANGHAI = ReadingContext(time_zone=ZoneInfo("Asia/Shanghai"))

Reading = Callable[..., Table]
Parsing = Callable[..., list[RowResult]]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Messages are compared in the language in which they are written."""
    with translation.override("en"):
        yield


@pytest.fixture
def reading() -> Reading:
    """Read a table from text or bytes."""

    def read(content: str | bytes, **choices: Any) -> Table:
        data = content.encode() if isinstance(content, str) else content
        return read_table(io.BytesIO(data), name=choices.pop("name", "upload"), **choices)

    return read


@pytest.fixture
def parsing(reading: Reading) -> Parsing:
    """Read and parse a whole file of one kind."""

    def parse(
        kind: str, content: str | bytes, wishes: dict[str, Any] | None = None, **choices: Any
    ) -> list[RowResult]:
        table = reading(content, **choices)
        mapping = match_columns(Kind(kind), table, wishes)
        mapping.require_complete()
        return list(parse_rows(table, mapping, SHANGHAI))

    return parse
