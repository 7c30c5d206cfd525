"""Who may do what: the table that every page, command and job asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm.models import Role
from crm.policy import Scope, require, table

REACH: dict[Scope, str | Promise] = {
    Scope.NONE: "–",
    Scope.OWN: _("own and shared"),
    Scope.TEAM: _("team and territories"),
    Scope.ALL: _("all"),
}
ACTIONS: dict[str, str | Promise] = {
    "customer.view": _("See customers"),
    "personal.view": _("Read personal fields"),
    "customer.edit": _("Change customers and what belongs to them"),
    "customer.delete": _("Delete customers and bring them back"),
    "customer.merge": _("Merge customers"),
    "customer.share": _("Share customers with colleagues"),
    "customer.export": _("Export lists and records"),
    "personal.export": _("Export personal fields"),
    "sensitive.reveal": _("Read a sensitive value, one at a time"),
    "fields.manage": _("Decide which fields are kept"),
    "privacy.view": _("See the privacy pages"),
    "privacy.manage": _("Answer for privacy: requests, registers, erasing"),
    "audit.view": _("Read the audit trail"),
    "audit.export": _("Export the audit trail"),
    "jobs.view": _("See background work"),
    "competitor.edit": _("Write about competitors"),
    "source.manage": _("Manage channels and campaigns"),
    "territory.manage": _("Manage territories"),
    "import.run": _("Import files"),
    "import.view": _("See imports"),
    "analysis.view": _("Read analyses"),
    "analysis.run": _("Start analyses"),
    "analysis.annotate": _("Say what happened on a day, on charts over time"),
    "policy.edit": _("Publish policies: managers their regions' thresholds"),
    "team.desk": _("See who has dealt with what"),
    "plan.view": _("See sales plans"),
    "plan.set": _("Set sales plans"),
    "company.view": _("See the company's totals"),
    "user.manage": _("Manage users and teams"),
    "access.view": _("Read users, teams and this table"),
    "token.make": _("Make API tokens"),
    "styleguide.view": _("See the style guide"),
}


@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """Show how far each role may go with each action."""
    require(request.user, "access.view")
    rows: list[dict[str, Any]] = [
        {
            "action": action,
            "label": ACTIONS.get(action, action),
            "reach": [{"role": Role(role).label, "text": REACH[scope]} for role, scope in reach.items()],
        }
        for action, reach in table().items()
    ]
    return render(request, "access/rights.html", {"rows": rows, "roles": Role.labels, "tab": "rights"})
