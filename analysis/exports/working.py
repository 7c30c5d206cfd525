"""The columns of files about the work on customers: those at risk, and who has dealt with what."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analysis.exports.tables import Column, Form, column
from customers.models import CaseState


def _state(row: Any) -> str:
    return row.case.label if row.case else str(CaseState.OPEN.label)


def _of_case(name: str) -> Any:
    return lambda row: getattr(row.case, name) if row.case else None


# The note of a case is about a person, and stays in the house.
CHURN_WORK: tuple[Column, ...] = (
    column(gettext_lazy("Customer"), "ranked", Form.CUSTOMER),
    column(gettext_lazy("Tier"), "ranked.tier", Form.TIER),
    column(gettext_lazy("Net revenue"), "ranked.net_revenue", Form.MONEY),
    column(gettext_lazy("Since last order"), "ranked.days_since_last_order", Form.DAYS),
    Column(gettext_lazy("Why"), lambda row: " ".join(row.ranked.reasons), Form.REASON),
    Column(gettext_lazy("How it stands"), _state),
    Column(gettext_lazy("Worked by"), _of_case("worked_by")),
)

DESK: tuple[Column, ...] = (
    Column(gettext_lazy("Owner"), lambda line: line.name or _("Nobody")),
    column(gettext_lazy("Customers"), "customers", Form.COUNT),
    column(gettext_lazy("of tier A"), "key_customers", Form.COUNT),
    column(gettext_lazy("Visits late"), "visits_late", Form.COUNT),
    column(gettext_lazy("Complaints late"), "complaints_late", Form.COUNT),
    column(gettext_lazy("Discounts above the plan"), "discounts_over", Form.COUNT),
    column(gettext_lazy("At risk, not begun"), "churn_open", Form.COUNT),
    column(gettext_lazy("Worked in 30 days"), "churn_worked", Form.COUNT),
    column(gettext_lazy("Tasks late"), "tasks_late", Form.COUNT),
    column(gettext_lazy("Done in 30 days"), "tasks_done", Form.COUNT),
)
