"""Running the process that reads a workbook: what it sends, and that it is gone when nobody listens any more."""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from customers.imports.workbooks import limits

READER = "customers.imports.workbooks.reader"
ROOT = Path(__file__).resolve().parents[3]
PIPE_BYTES = 1 << 16
GRACE_SECONDS = 5
KEPT_ENVIRONMENT = ("PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")
"""All that the process gets of the environment: where Python is, and none of the secrets."""

CLOSING = json.dumps({"end": True}).encode()

logger = logging.getLogger(__name__)


class ReaderLost(Exception):  # noqa: N818 - what befell the process, told to the caller
    """The process ended, or had to be ended, before it gave its answer."""


class ReaderTooSlow(ReaderLost):
    """It computed or said nothing for longer than it may."""


def answers(workbook: BinaryIO, *request: str) -> Generator[bytes, None, None]:
    """Yield the lines by which the reading process answers, the closing one apart. Memory is flat.

    The process is gone when this ends or is closed. It goes with the thread that started it, too, so that nothing is
    left of a server that was killed.

    Args:
        workbook: a file that the operating system knows (it has a ``fileno``).
        request: see ``reader``.

    Raises:
        ReaderLost: the process ended, or had to be ended, before its answer was complete.
    """
    with _process(workbook, request) as process:
        for line in _lines(cast(IO[bytes], process.stdout).fileno()):
            if line == CLOSING:
                return
            yield line
        raise _loss(process)


@contextmanager
def _process(workbook: BinaryIO, request: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the process, and see to it that it is gone afterwards, whatever happens meanwhile."""
    with subprocess.Popen(
        [sys.executable, "-m", READER, str(os.getpid()), *request],
        stdin=workbook.fileno(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what a parser says when it dies may quote cells
        cwd=ROOT,
        env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _lines(descriptor: int) -> Iterator[bytes]:
    """Split what comes out of the process into lines, each as soon as it is there; an unfinished last one is dropped.

    Raises:
        ReaderTooSlow: nothing came for as long as the process may be silent.
        ReaderLost: a line is longer than any row.
    """
    begun: list[bytes] = []
    while chunk := _next_chunk(descriptor):
        first, *others = chunk.split(b"\n")
        begun.append(first)
        if others:
            yield b"".join(begun)
            yield from others[:-1]
            begun = others[-1:]
        elif sum(map(len, begun)) > limits.FRAME_BYTES:
            raise ReaderLost


def _next_chunk(descriptor: int) -> bytes:
    """Wait for more from the process; nothing at all means that it closed its output."""
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    if not waiting.poll(limits.SILENCE_SECONDS * 1000):
        logger.warning("the process that reads a workbook was ended: silent for %d s", limits.SILENCE_SECONDS)
        raise ReaderTooSlow
    return os.read(descriptor, PIPE_BYTES)


def _loss(process: subprocess.Popen[bytes]) -> ReaderLost:
    """Why a process that closed its output without a last word is gone."""
    try:
        status = process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        status = None
    logger.warning("the process that reads a workbook ended by itself: status %s", status)
    return ReaderTooSlow() if status == -signal.SIGXCPU else ReaderLost()
