"""What somebody else saved between opening and saving: nobody's work is overwritten unseen."""

from django.db.models import Model

from customers.selectors.parts import state_of

NOT_THERE = "-"


class ChangedMeanwhileError(Exception):
    """Somebody saved the record after it was opened for editing; ``current`` is how it stands now."""

    def __init__(self, current: Model) -> None:
        super().__init__(str(current.pk))
        self.current = current


def state_or_absence(row: Model | None) -> str:
    """Return the digest of how a record stands, "-" when there is none."""
    return state_of(row) if row is not None else NOT_THERE


def require_as_seen(current: Model | None, seen: str | None) -> None:
    """Raise ChangedMeanwhileError when a locked record is not as it was ``seen``; None: whoever asks saw nothing."""
    if current is not None and seen is not None and seen != state_of(current):
        raise ChangedMeanwhileError(current)
