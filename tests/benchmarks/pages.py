"""The pages beside a bare signed-in page, asked of the real server over loopback in turns; searches in the database."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote

import psutil

from tests.benchmarks.database import ROOT, BenchDatabase
from tests.benchmarks.measuring import cpu_of, machine_busy, postmaster

REFERENCE = "signed-in page"
# Times the reference; "page 1,000" and "p95" are times the first page and the median.
TARGETS = {"list": 3.0, "record": 3.0, "search": 6.0, "dashboard": 2.0, "page": 1.2, "p95": 2.0}
DATABASE_MS = 50.0
REQUESTS_A_TURN = 4
SLOW_MS = 250.0  # a page that takes longer is asked for once a turn
TURNS_A_ROUND = 5
WARMING = 6
CLIENTS = 16
CROWD_SECONDS = 6.0
BUSY = 0.35
MOST_ROUNDS = 3
HOST = "127.0.0.1"
START_SECONDS = 120.0


@dataclass(slots=True)
class Timed:
    """Milliseconds of one address, of the rounds that counted."""

    address: str
    session: str
    quiet: list[float] = field(default_factory=list)
    size: int = 0


def run_benchmark(size: str, rounds: int, folder: Path, *, as_json: bool) -> dict[str, Any]:
    """Prepare the database, ask for pages in turns, print the table (or the JSON) and return the figures."""
    database = BenchDatabase(size, folder)
    database.make(exported=False)
    environment = {**database.environment, "SECURE": "0", "KEZHI_HOME": str(folder / "home")}
    facts = _facts(environment)
    with _server(environment) as server:
        timed = _addresses(facts)
        busy = _measure(server, timed, facts["cookie"], rounds, postmaster(database.url))
        crowd = _crowd(server.port, timed["list"], facts["cookie"])
    figures = _figures(size, database.counts(), timed, busy, crowd, facts)
    print(json.dumps(figures, indent=2, ensure_ascii=False) if as_json else _table(figures))  # noqa: T201
    return figures


def _facts(environment: dict[str, str]) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.page_facts"],
        env=environment,
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    return dict(json.loads(answer.stdout))


def _addresses(facts: dict[str, Any]) -> dict[str, Timed]:
    admin, manager, rep = (facts["sessions"][name] for name in ("admin", "manager", "rep"))
    timed = {
        REFERENCE: Timed("/bench/bare/", admin),
        "without the frame": Timed("/bench/empty/", admin),
        **{name: Timed(address, admin) for name, address in facts["pages"].items()},
        "list, of a rep": Timed(facts["pages"]["list"], rep),
        "today, of a rep": Timed(facts["pages"]["today"], rep),
        "record, of a rep": Timed(facts["own record"], rep),
        "tiers, of a rep": Timed(facts["pages"]["dashboard"], rep),
        "tiers, of a manager": Timed(facts["pages"]["dashboard"], manager),
        "desk, of a manager": Timed(facts["pages"]["desk"], manager),
    }
    for name, word in facts["searches"].items():
        timed[f"search: {name}"] = Timed(f"/customers/suggest/?q={quote(word)}", admin)
    return timed


@dataclass(frozen=True, slots=True)
class Server:
    """The running server: its port, and its processes to tell their load from others'."""

    port: int
    process: psutil.Process


@contextmanager
def _server(environment: dict[str, str]) -> Iterator[Server]:
    """Run gunicorn as production does, one synchronous worker a core, until the block ends."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "tests.benchmarks.served", "--bind", f"{HOST}:{port}"]
    command += [
        "--workers",
        str(os.cpu_count() or 1),
        "--preload",
        "--no-control-socket",
        "--log-level",
        "error",
    ]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        _await(port, process)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def _ask(port: int, timed: Timed, cookie: str) -> float:
    """Ask for a page and return the milliseconds until its last byte."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    begun = time.perf_counter()
    connection.request(
        "GET", timed.address, headers={"Cookie": f"{cookie}={timed.session}", "Accept-Language": "en"}
    )
    response = connection.getresponse()
    body = response.read()
    took = (time.perf_counter() - begun) * 1000
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{timed.address} answered {response.status}")
    timed.size = len(body)
    return took


def _ask_often(port: int, timed: Timed, cookie: str, times: int) -> list[float]:
    """Ask for a page so many times, or until it takes long; return the milliseconds of each."""
    taken: list[float] = []
    while len(taken) < times and (not taken or taken[-1] < SLOW_MS):
        taken.append(_ask(port, timed, cookie))
    return taken


def _measure(
    server: Server, timed: dict[str, Timed], cookie: str, rounds: int, database: psutil.Process | None
) -> dict[str, int]:
    """Ask for every page in turns; a round in which the machine was busy with something else is done again."""
    for each in timed.values():
        _ask_often(server.port, each, cookie, WARMING)
    kept = left_out = 0
    while kept < rounds and left_out < MOST_ROUNDS * rounds:
        load = _load(server, database)
        taken: dict[str, list[float]] = {name: [] for name in timed}
        for _turn in range(TURNS_A_ROUND):
            for name, each in timed.items():
                taken[name] += _ask_often(server.port, each, cookie, REQUESTS_A_TURN)
        is_last_chance = left_out == MOST_ROUNDS * rounds - 1 and not kept
        if load() > BUSY and not is_last_chance:
            left_out += 1
            continue
        kept += 1
        for name, each in timed.items():
            each.quiet += taken[name]
    return {"kept": kept, "left_out": left_out}


def _load(server: Server, database: psutil.Process | None) -> Callable[[], float]:
    """Begin to watch; the answer tells how many cores were busy with anything but us since."""
    begun = time.monotonic()
    before = machine_busy() - _ours(server, database)

    def other() -> float:
        return max(0.0, (machine_busy() - _ours(server, database) - before) / (time.monotonic() - begun))

    return other


def _ours(server: Server, database: psutil.Process | None) -> float:
    own = os.times()
    return cpu_of(server.process) + cpu_of(database) + own.user + own.system


def _crowd(port: int, timed: Timed, cookie: str) -> dict[str, float]:
    """Ask for a page from many clients at once; return median and p95 in milliseconds, and pages a second."""
    taken: list[float] = []
    until = time.monotonic() + CROWD_SECONDS

    def client() -> None:
        while time.monotonic() < until:
            taken.append(_ask(port, timed, cookie))

    threads = [threading.Thread(target=client) for _client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "median_ms": round(median(taken), 2),
        "p95_ms": round(quantiles(taken, n=20)[18], 2),
        "pages_a_second": round(len(taken) / CROWD_SECONDS, 1),
    }


def _figures(
    size: str,
    counts: dict[str, int],
    timed: dict[str, Timed],
    busy: dict[str, int],
    crowd: dict[str, float],
    facts: dict[str, Any],
) -> dict[str, Any]:
    medians = {name: median(each.quiet) for name, each in timed.items()}
    reference = medians[REFERENCE]
    return {
        "size": size,
        **counts,
        "rounds": busy,
        "median_ms": {name: round(value, 2) for name, value in medians.items()},
        "ratio": {name: round(value / reference, 2) for name, value in medians.items()},
        "kilobytes": {name: round(each.size / 1024, 1) for name, each in timed.items()},
        "deep_page_ratio": round(
            next(value for name, value in medians.items() if name.startswith("list, page")) / medians["list"],
            2,
        ),
        "crowd": {**crowd, "ratio": round(crowd["p95_ms"] / crowd["median_ms"], 2)},
        "database_ms": {name: each["ms"] for name, each in facts["plans"].items()},
        "plans": {name: each["plan"] for name, each in facts["plans"].items()},
        "targets": TARGETS,
    }


def _target(name: str) -> float | None:
    if name == REFERENCE:
        return None
    return next((value for start, value in TARGETS.items() if name.startswith(start)), None)


def _table(figures: dict[str, Any]) -> str:
    lines = [
        f"Pages, {figures['size']}: {figures['customers']:,} customers, {figures['orders']:,} orders; "
        f"medians in turns, {figures['rounds']['kept']} rounds counted, {figures['rounds']['left_out']} left out",
        f"{'':28}{'ms':>8}{'x bare':>8}{'target':>8}{'KB':>8}",
    ]
    for name, value in figures["median_ms"].items():
        target = _target(name)
        lines.append(
            f"{name:28}{value:8.2f}{figures['ratio'][name]:8.2f}{target or '':>8}{figures['kilobytes'][name]:8}"
        )
    crowd = figures["crowd"]
    lines.append(f"Page 1,000 / page 1: {figures['deep_page_ratio']} (target ≤ {TARGETS['page']})")
    lines.append(
        f"{CLIENTS} clients: median {crowd['median_ms']} ms, p95 {crowd['p95_ms']} ms = {crowd['ratio']} x "
        f"(target ≤ {TARGETS['p95']}), {crowd['pages_a_second']} pages a second"
    )
    lines.append(f"Database time of searches (target ≤ {DATABASE_MS:g} ms):")
    lines += [f"  {name:34}{value:8.2f} ms" for name, value in figures["database_ms"].items()]
    if figures["rounds"]["left_out"] and figures["rounds"]["kept"] == 1:
        lines.append("The machine was busy with something else in every round: do not trust these figures.")
    return "\n".join(lines)
