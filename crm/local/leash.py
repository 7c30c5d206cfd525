"""Children that must not outlive their parent."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


def tied_to_parent(on_death: signal.Signals) -> Callable[[], None] | None:
    """Return a `preexec_fn` that has the kernel send `on_death` to the child when its parent ends, even by kill -9.

    None where the kernel can't (only Linux can): there a later run ends what it finds still holding its locks.
    The parent must start the child from its main thread: the kernel watches the thread, not the process.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(
        None, use_errno=True
    )  # loaded before the fork: the child may not load libraries safely
    parent = os.getpid()

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(on_death), 0, 0, 0)
        if os.getppid() != parent:  # it ended before we were tied
            os.kill(os.getpid(), on_death)

    return tie
