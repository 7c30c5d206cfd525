"""A thousand hostile and broken files: each is read whole or refused in words, and none takes memory."""

import csv
import io
import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.imports.problems import FileProblem
from customers.imports.readers import read_table
from tests.customers.imports.hostile import fate

FILES = 1000
MEBIBYTE = 1 << 20
LONGEST_SECONDS = 300  # on a machine that does other things

cells = st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=6), min_size=1, max_size=12)


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is told otherwise elsewhere")
def test_a_thousand_files_are_read_or_refused_within_little_memory() -> None:
    command = [sys.executable, "-m", "tests.customers.imports.hostile", str(FILES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert said["fates"].keys() == {"read", "refused"}
    assert sum(said["fates"].values()) == FILES
    assert min(said["fates"].values()) > FILES // 10, "both happen"
    assert said["memory"] < 250 * MEBIBYTE


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_read_whole_or_refused(content: bytes) -> None:
    assert fate(content) in {"read", "refused"}


@settings(max_examples=50, deadline=None)
@given(cells)
def test_any_table_that_was_written_comes_back_cell_by_cell(rows: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    header = ["code", "name", "notes", "city", "phone", "email"]
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    full = [row for row in rows if "".join(row).strip()]
    try:
        table = read_table(io.BytesIO(written.getvalue().encode("utf-8", "surrogatepass")), name="any")
        assert [row for _line, row in table] == full
    except FileProblem:
        assert not full or any(
            "\ud800" <= character <= "\udfff" for row in full for cell in row for character in cell
        )
