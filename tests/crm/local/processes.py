"""Looking at other processes from tests."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from crm.local.home import Home

DEADLINE_SECONDS = 30.0


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for `condition`, and fail the test, saying what was awaited, when it does not come."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


def is_alive(process_id: int) -> bool:
    """Say whether a process runs; one that ended and was not yet collected does not."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process_id}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def process_ids(home: Home, server: str) -> tuple[int, int]:
    """Return the process ids of a server's keeper and of the server, zeros while there is none."""
    try:
        state = json.loads((home.path / server / "state.json").read_text())
    except FileNotFoundError:
        return 0, 0
    return state["keeper"], state["server"]
