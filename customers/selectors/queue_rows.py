"""The rows of today's queue, and in which order what waits is read: so many of a kind, the most valuable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from crm.extensions import CustomerInsights, Standing

MOST_OF_A_KIND = 40


class Waiting(StrEnum):
    """Why somebody is in the queue; of one customer's reasons the first come first."""

    COMPLAINT = "complaint"
    TASK = "task"
    DATE = "date"
    OVERDUE = "overdue"
    CARE = "care"
    INFORMANT = "informant"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One reason to turn to a customer today.

    ``on`` is the day that it is about: the task's, the day that returns, the complaint's, the last contact's, the
    last referral's (None: there was none). ``about`` is the record's id, ``text`` the task's title or the label of
    the day, masked for who may not read it; ``net_revenue`` cents of the published run's window.
    """

    why: Waiting
    customer_id: int | None
    customer: str
    on: date | None
    about: int | str = 0
    text: str = ""
    detail: str = ""
    standing: Standing | None = None
    net_revenue: int | None = None
    days: int = 0


def by_value(rows: QuerySet[Any, Any], insights: CustomerInsights | None, *then: str) -> QuerySet[Any, Any]:
    """Order records by what their customers are worth, then by some fields; by these alone before the first run.

    What is cut from such rows is worth less than what is kept, however long it has waited.
    """
    return insights.by_value(rows, then) if insights else rows.order_by(*then)
