"""What several parts of one page ask for is read once: remembered while one request that only reads is answered."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_READ: ContextVar[dict[Hashable, Any] | None] = ContextVar("crm_read_once", default=None)


@contextmanager
def remembering(memory: dict[Hashable, Any] | None = None) -> Iterator[None]:
    """Remember until the block ends what :func:`once` reads in it, in a ``memory`` of its own or in one that is given;
    what was remembered outside is not known in it."""
    token = _READ.set({} if memory is None else memory)
    try:
        yield
    finally:
        _READ.reset(token)


def is_remembering() -> bool:
    """Whether what is read now is remembered."""
    return _READ.get() is not None


def once(key: Hashable, read: Callable[[], T]) -> T:
    """Return what ``read`` returns, from memory when the same was asked before in this request.

    ``key`` names all that the answer depends on, the viewer included. Outside a request, and in one that may change
    something, everything is read each time.
    """
    memory = _READ.get()
    if memory is None:
        return read()
    if key not in memory:
        memory[key] = read()
    found: T = memory[key]
    return found
