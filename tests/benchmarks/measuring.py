"""Running one job in a process of its own: its time, its peak memory, and what else the machine was doing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

SAMPLE_SECONDS = 0.05
QUIET = 0.15
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Measured:
    """One job: seconds, CPU seconds of its process and of the server (start-up included), peak resident memory of its
    process and of the largest one that helped it, and private memory of its server processes, in MiB.

    ``other_load`` is how many cores were busy with anything else meanwhile.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    helpers_mb: float
    server_mb: float
    other_load: float
    detail: dict[str, Any]

    @property
    def is_quiet(self) -> bool:
        """Whether the machine did little else."""
        return self.other_load <= QUIET


def run_job(job: str, *arguments: str, environment: dict[str, str]) -> Measured:
    """Run ``python -m tests.benchmarks.<job>`` and return what it took; its last line says its own seconds."""
    server = postmaster(environment["DATABASE_URL"])
    busy_before, server_before = machine_busy(), cpu_of(server)
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.benchmarks.{job}", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    watch = _Watch(process.pid, server)
    output, _errors = process.communicate()
    watch.stop()
    if process.returncode:
        raise RuntimeError(f"the job {job} ended with {process.returncode}")
    elapsed = time.monotonic() - begun
    told = json.loads(output.splitlines()[-1])
    ours = told["cpu_seconds"] + cpu_of(server) - server_before
    other = max(0.0, (machine_busy() - busy_before - ours - _own_cpu(watch)) / elapsed)
    return Measured(
        seconds=told["seconds"],
        cpu_seconds=ours,
        peak_mb=told["peak_mb"],
        helpers_mb=told["helpers_mb"],
        server_mb=watch.peak_mb,
        other_load=other,
        detail=told.get("detail", {}),
    )


class _Watch:
    """Samples the private memory of the server's processes until stopped, less what they had at first."""

    def __init__(self, pid: int, server: psutil.Process | None) -> None:
        self.peak_mb = 0.0
        self.cpu_seconds = 0.0
        self._server = server
        self._idle = self._sample()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(SAMPLE_SECONDS):
            self.peak_mb = max(self.peak_mb, self._sample() - self._idle)
        self.cpu_seconds = time.thread_time()

    def _sample(self) -> float:
        total = 0
        for process in self._server.children() if self._server else ():
            try:
                memory = process.memory_info()
                total += memory.rss - memory.shared
            except psutil.Error:
                continue  # it ended between being listed and being asked
        return total / MIB


def peak_mb() -> float:
    """Peak resident memory of this process so far, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux rusage would count what the parent had when it forked
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB


def helpers_mb() -> float:
    """Peak resident memory, in MiB, of the largest process that this one has started and waited for.

    At least what this process had when it started it, for so the system counts; 0 if it started none.
    """
    import resource

    size = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # in KiB on Linux, in bytes on macOS
    return size / 1024 if sys.platform == "linux" else size / MIB


def tell(seconds: float, **detail: Any) -> None:
    """Print what a job measured about itself, for :func:`run_job`."""
    times = os.times()
    told = {
        "seconds": seconds,
        "peak_mb": peak_mb(),
        "helpers_mb": helpers_mb(),
        "cpu_seconds": times.user + times.system + times.children_user + times.children_system,
        "detail": detail,
    }
    print(json.dumps(told))  # noqa: T201 - a process's answer


def postmaster(url: str) -> psutil.Process | None:
    """The server's first process when it runs on this machine, else None."""
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        try:
            return psutil.Process(row[0]).parent() if row else None
        except psutil.NoSuchProcess:
            return None


def machine_busy() -> float:
    """CPU seconds of everything that ran on this machine so far."""
    times = psutil.cpu_times()
    return float(
        times.user + times.system + times.nice + getattr(times, "irq", 0) + getattr(times, "softirq", 0)
    )


def cpu_of(server: psutil.Process | None) -> float:
    """CPU seconds of the server and its processes, those that have ended included."""
    if server is None:
        return 0.0
    own = server.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in server.children():
        try:
            times = child.cpu_times()
            total += times.user + times.system
        except psutil.Error:
            continue
    return float(total)


def _own_cpu(watch: _Watch) -> float:
    return watch.cpu_seconds
