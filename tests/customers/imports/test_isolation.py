"""The process that reads a workbook: confined, listened to with patience that ends, and gone when it is not needed."""

import io
import os
import resource
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from customers.imports.problems import SheetProblem
from customers.imports.readers import read_table
from customers.imports.tables import Record, Table
from customers.imports.workbooks import isolation, limits
from tests.customers.imports.workbooks import xlsx
from tests.workers import wait_until

LONG = xlsx([["code", "name"], *([f"C{i}", f"Customer {i}" + "x" * 90] for i in range(20_000))])

PROGRAM = """
from django.conf import settings
settings.configure(USE_I18N=False)
from customers.imports.readers import read_table
rows = iter(read_table({path!r}))
print(next(rows), flush=True)
input()
"""


@pytest.fixture
def table(tmp_path: Path) -> Table:
    (tmp_path / "long.xlsx").write_bytes(LONG)
    return read_table(tmp_path / "long.xlsx")


def readers(of: int | None = None) -> list[psutil.Process]:
    return [p for p in psutil.Process(of).children() if isolation.READER in p.cmdline()]


def gone(process: psutil.Process) -> bool:
    """Whether it is dead, be it that nobody has taken note yet."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def begun(table: Table) -> tuple[Iterator[Record], psutil.Process]:
    """A reading whose process waits until more is asked of it."""
    rows = iter(table)
    next(rows)
    [reader] = readers()
    return rows, reader


def test_the_process_is_gone_when_all_is_read(table: Table) -> None:
    assert sum(1 for _ in table) == 20_000
    assert not readers()


def test_the_process_is_gone_when_nobody_reads_on(table: Table) -> None:
    rows, reader = begun(table)
    del rows
    assert not reader.is_running()


def test_the_process_is_gone_when_reading_was_broken_off(table: Table) -> None:
    def fail() -> None:
        for _ in table:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not readers()


def test_the_process_is_held_to_its_limits(table: Table) -> None:
    rows, reader = begun(table)
    soft, _ = reader.rlimit(resource.RLIMIT_AS)
    assert limits.memory(0) < soft < 300 * limits.MEBIBYTE
    assert reader.rlimit(resource.RLIMIT_FSIZE) == reader.rlimit(resource.RLIMIT_CORE) == (0, 0)
    del rows


def test_the_process_knows_no_secrets(table: Table) -> None:
    rows, reader = begun(table)
    assert (
        not {"SECRET_KEY", "MASTER_KEYS", "BLIND_INDEX_KEY", "DATABASE_URL", "REDIS_URL"}
        & reader.environ().keys()
    )
    del rows


def test_a_process_that_crashes_is_told(table: Table) -> None:
    rows, reader = begun(table)
    reader.send_signal(signal.SIGABRT)
    with pytest.raises(SheetProblem, match="cannot be read"):
        list(rows)
    assert not readers()


def test_a_process_that_falls_silent_is_ended(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, reader = begun(table)
    monkeypatch.setattr(limits, "SILENCE_SECONDS", 0.2)
    reader.suspend()
    with pytest.raises(SheetProblem, match="takes too long"):
        list(rows)
    assert not readers()


def test_a_process_that_says_what_it_should_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "READER", "this")  # a module that prints a poem
    with pytest.raises(SheetProblem, match="damaged"):
        read_table(io.BytesIO(LONG))


def test_a_line_longer_than_any_row_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FRAME_BYTES", limits.CELL_CHARACTERS // 2)
    with pytest.raises(SheetProblem, match="cannot be read"):
        read_table(io.BytesIO(xlsx([["code"], ["x" * limits.CELL_CHARACTERS]])))
    assert not readers()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it goes when it next writes")
def test_the_process_goes_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "long.xlsx").write_bytes(LONG)
    program = PROGRAM.format(path=str(tmp_path / "long.xlsx"))
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        [reader] = readers(parent.pid)
        reader.suspend()  # so that it cannot notice by itself
        parent.kill()
    wait_until(lambda: gone(reader), "the reader of a killed process to go")


def test_this_process_never_holds_more_than_a_few_rows(table: Table) -> None:
    tracemalloc.start()
    try:
        assert sum(1 for _ in table) == 20_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < limits.MEBIBYTE, "the sheet has twenty times as much"
