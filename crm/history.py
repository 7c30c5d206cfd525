"""Data history by database triggers: bulk statements, COPY and MERGE are caught like any other write.

Triggers run once a statement, so history costs one more INSERT … SELECT, not one call a row.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import pghistory
import pgtrigger
from django.db.models import BigAutoField, Model
from pghistory.models import Event as NarrowEvent

M = TypeVar("M", bound=type[Model])


class Event(NarrowEvent):
    """What every history table begins with; its key has room for more than two thousand million versions."""

    pgh_id = BigAutoField(primary_key=True)

    class Meta:
        abstract = True


def tracked(*, exclude: list[str] | None = None) -> Callable[[M], M]:
    """Keep every version of a record: after each insert and update, and before each delete."""
    track = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=exclude,
        append_only=True,
        base_model=Event,
        level=pgtrigger.Statement,
    )
    return cast(Callable[[M], M], track)


def ledger_tracked(*, exclude: list[str] | None = None) -> Callable[[M], M]:
    """Keep what a ledger row was before each change.

    Ledger rows are written once by the million and seldom changed: the row itself is its first version,
    so only the versions that a change or a deletion would lose are kept.
    """
    track = pghistory.track(
        pghistory.UpdateEvent(label="before_update", row=pghistory.Old),
        pghistory.DeleteEvent(label="before_delete", row=pghistory.Old),
        exclude=exclude,
        append_only=True,
        base_model=Event,
        level=pgtrigger.Statement,
    )
    return cast(Callable[[M], M], track)
