"""The analysis tab: what the published run says of the customer, and what earlier runs said."""

from typing import Any

from customers.views.record.visit import Visit


def analysis(visit: Visit) -> dict[str, Any]:
    """Show the tiers of earlier runs beside the reasons of this one."""
    pk = visit.record.customer.pk
    return {"past": visit.insights.history(pk, viewer=visit.user) if visit.insights else ()}
