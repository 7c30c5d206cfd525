"""What was in a record and cannot be read: it rejects the record, so that nothing of it is lost unseen."""

from __future__ import annotations

from django.utils.translation import gettext as _

from customers.imports.problems import CellError, shown


def refuse(cell: str) -> None:
    """Take nothing but a blank cell.

    Raises:
        CellError: there is something; says what.
    """
    if cell.strip():
        first = cell.strip().partition("\n")[0]
        message = _("The line “%(line)s” of the card cannot be read. Correct it, or export the card again.")
        raise CellError(message % {"line": shown(first)})
