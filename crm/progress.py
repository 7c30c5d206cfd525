"""Telling somebody at a terminal how far a job is."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self, TextIO

from tqdm import tqdm

from crm.models import Job

_SECONDS_BETWEEN_LINES = 5.0


class JobProgress:
    """A listener for jobs: a bar on a terminal, a plain line now and then elsewhere.

    Use as a context manager, and give it to ``jobs.run_here`` as listener; ``show`` takes bare figures.
    """

    def __init__(self, stream: TextIO, *, unit: str) -> None:
        self._stream = stream
        self._unit = unit
        self._on_terminal = stream.isatty()
        self._bar: tqdm[Any] | None = None
        self._step = ""
        self._told_at = time.monotonic()

    def __call__(self, job: Job) -> None:
        """Show how far ``job`` is."""
        self.show(job.done, job.total, job.step)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def show(self, done: int, total: int | None, step: str) -> None:
        """Show that ``done`` of ``total`` (None: unknown) are through ``step``."""
        if self._on_terminal:
            self._show_bar(done, total, step)
        elif time.monotonic() - self._told_at >= _SECONDS_BETWEEN_LINES:
            self._told_at = time.monotonic()
            of = f" / {total:,}" if total else ""
            print(f"{step}: {done:,}{of} {self._unit}", file=self._stream, flush=True)

    def _show_bar(self, done: int, total: int | None, step: str) -> None:
        bar = self._bar
        if bar is None or step != self._step:
            self._close()
            self._step = step
            bar = tqdm(desc=step, unit=f" {self._unit}", file=self._stream, leave=False, initial=done)
            self._bar = bar
        bar.total = total
        bar.update(done - bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
