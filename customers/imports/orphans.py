"""Processes that help one process and are of no use without it; no Django here, so that they ask this first of all."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """See to it that this process ends when ``parent``, which started it, does; raises SystemExit if it has already.

    Linux kills it, whatever it does. Elsewhere nothing tells it: there it asks again from time to time.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)
