"""The marks that a customer bears: those of a run's ranking, and gold, which a measure after the run finds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from analysis.models import GoldRow


def is_gold() -> Exists:
    """Whether the run of a row expects its customer to be gold, as a condition on rows of a run."""
    return Exists(GoldRow.objects.filter(run=OuterRef("run"), customer=OuterRef("customer"), is_gold=True))


def shown_gold() -> Coalesce:
    """The same as a column, looked up for each row that is shown: for a condition in a column, PostgreSQL reads all who
    are gold first."""
    row = GoldRow.objects.filter(run=OuterRef("run"), customer=OuterRef("customer"))
    return Coalesce(Subquery(row.values("is_gold")[:1]), False)


def marks_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The marks of a row with ``marks`` and ``is_gold``, the highest first. A top mark beats drag."""
    if not row["is_gold"]:
        return (row["marks"],) if row["marks"] else ()
    return ("vip", "gold") if row["marks"] == "vip" else ("gold",)


def bears(marks: Collection[str]) -> Q:
    """The condition that a snapshot bears one of ``marks``."""
    wanted = {*marks}
    found = Q(marks__in=wanted & {"vip"}) | (Q(marks__in=wanted - {"vip", "gold"}) & ~Q(is_gold()))
    return found | Q(is_gold()) if "gold" in wanted else found
