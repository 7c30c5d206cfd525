"""Chunks of one import side by side: each lane is a thread with a connection and transactions of its own.

Whoever uses lanes knows that no chunk can meet what another one writes. Chunks of *two* imports never run side by side,
for both could create the same customer: every chunk takes a lock for itself alone, and only those of the one job that
holds the licence share it with each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

LANES = 2
_CHUNK_LOCK = 0x6B657A6870
_LICENCE = 0x6B657A6871

Chunk = TypeVar("Chunk")


def take_turn(cursor: CursorWrapper, *, shared: bool = False) -> None:
    """Within a chunk's transaction, wait until no other chunk is written: with the licence, none of another job."""
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    cursor.execute(f"SELECT {lock}(%s)", [_CHUNK_LOCK])


def are_possible() -> bool:
    """Whether others can help: not on a single core, nor in a transaction, of which other connections see nothing."""
    return (os.cpu_count() or 1) >= LANES and not connection.in_atomic_block


@contextmanager
def licence() -> Iterator[bool]:
    """Whether chunks may run side by side, for as long as this lasts: one job at a time may have that."""
    if not are_possible():
        yield False
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LICENCE])
        (is_held,) = cursor.fetchone()
    if not is_held:
        yield False
        return
    try:
        # A holder that was killed can have left chunks that the database is about to take back.
        with transaction.atomic(), connection.cursor() as cursor:
            take_turn(cursor)
        yield True
    finally:
        # If the connection is lost, so is the licence; then the error that counts is another.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LICENCE])


def one_by_one(chunks: Sequence[Chunk], work: Callable[[Chunk], None]) -> Generator[Chunk, None, None]:
    """Have each chunk done in turn, on this thread's connection; yield it when it is."""
    for chunk in chunks:
        work(chunk)
        yield chunk


def side_by_side(
    chunks: Sequence[Chunk],
    work: Callable[[Chunk], None],
    around: Callable[[], AbstractContextManager[object]],
) -> Generator[Chunk, None, None]:
    """Have each chunk done by one of the lanes, in no certain order; yield it when it is.

    Args:
        chunks: what each of them is known by.
        work: does one in a transaction of its own, on the connection of the thread that calls it.
        around: what each lane does all its work in, since a thread has its own language and history context.

    Whoever stops iterating waits for the chunks that have begun. What a lane raises is raised here, when the other one
    has done with its chunk; after Ctrl-C their statements are cancelled and their transactions taken back.
    """
    ended: SimpleQueue[Chunk | BaseException] = SimpleQueue()
    take = _Taken(chunks)
    lanes = [_Lane(take, work, around, ended) for _number in range(LANES)]
    for lane in lanes:
        lane.start()
    try:
        for _chunk in chunks:
            outcome = ended.get()
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome
    except KeyboardInterrupt:
        for lane in lanes:
            lane.cancel()
        raise
    finally:
        take.stop()
        for lane in lanes:
            lane.join()


class _Taken(Generic[Chunk]):
    """The chunks that nobody has begun."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._left = iter(chunks)
        self._lock = Lock()
        self._stopped = Event()

    def next(self) -> Chunk | None:
        """Take one; None when there is none, or no more are wanted."""
        with self._lock:
            return None if self._stopped.is_set() else next(self._left, None)

    def stop(self) -> None:
        """Give no more out."""
        self._stopped.set()


class _Lane(Thread, Generic[Chunk]):
    """Takes chunk after chunk until there are none, and tells what became of each."""

    def __init__(
        self,
        take: _Taken[Chunk],
        work: Callable[[Chunk], None],
        around: Callable[[], AbstractContextManager[object]],
        ended: SimpleQueue[Chunk | BaseException],
    ) -> None:
        super().__init__(name="import-lane", daemon=True)
        self._take, self._work, self._around, self._ended = take, work, around, ended
        self._connection: BaseDatabaseWrapper | None = None

    def run(self) -> None:
        """Work; an error ends the lane, and the others after their present chunk."""
        self._connection = connections[DEFAULT_DB_ALIAS]  # each thread has its own
        try:
            with self._around():
                while (chunk := self._take.next()) is not None:
                    self._work(chunk)
                    self._ended.put(chunk)
        except BaseException as error:
            self._take.stop()
            self._ended.put(error)
        finally:
            self._connection.close()

    def cancel(self) -> None:
        """From another thread: break off the statement that runs, if the lane has not ended meanwhile."""
        wrapper = self._connection
        its_own = wrapper.connection if wrapper is not None else None
        if its_own is not None:
            with suppress(psycopg.Error):  # where it cannot be broken off, it comes to its end
                its_own.cancel()
