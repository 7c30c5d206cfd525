"""Taking rows of the analysis out of the house: by right, for a reason, and on record."""

from __future__ import annotations

from crm.models import User
from crm.policy import require
from crm.services import audit

LONGEST_REASON = 200


class ReasonMissingError(ValueError):
    """A file was asked for without saying what for."""


def note_export(actor: User, *, what: str, run: int, rows: int, file_format: str, reason: str) -> None:
    """Put on record that rows leave as a file, before they do.

    Raises PermissionDenied, and ReasonMissingError.
    """
    require(actor, "customer.export")
    if not reason.strip():
        raise ReasonMissingError(what)
    audit.record(
        actor,
        "analysis.export",
        f"run:{run}",
        what=what,
        rows=rows,
        format=file_format,
        reason=reason.strip()[:LONGEST_REASON],
    )
