"""The processing register and the log of incidents; their entries are edited like those of other registers."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from crm.files import BOM, neutral
from crm.policy import can, require
from customers.forms.duties import ActivityForm
from customers.selectors import duties
from customers.views.duties.glance import clocks, tabs


@require_safe
def processing(request: HttpRequest) -> HttpResponse:
    """Show the processing register."""
    user = require(request.user, "privacy.view")
    context = {
        "tabs": tabs("customers:processing"),
        "rows": duties.activities(user)[: duties.MOST_ROWS],
        "can_manage": can(user, "privacy.manage"),
    }
    return render(request, "customers/duties/processing.html", context)


@require_safe
def processing_file(request: HttpRequest) -> HttpResponse:
    """Answer with the register as CSV, as an authority may ask for it; it tells of no person."""
    user = require(request.user, "privacy.manage")
    names = list(ActivityForm.base_fields)
    answer = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="processing-register.csv"'
    writer = csv.writer(answer, lineterminator="\r\n")
    writer.writerow([capfirst(str(field.label)) for field in ActivityForm.base_fields.values()])
    for entry in duties.activities(user):
        values = [
            entry.get_legal_basis_display() if name == "legal_basis" else getattr(entry, name)
            for name in names
        ]
        writer.writerow([neutral(str(value)) for value in values])
    return answer


@require_safe
def incident_log(request: HttpRequest) -> HttpResponse:
    """Show the incidents with the law's clocks, the open ones first."""
    user = require(request.user, "privacy.view")
    context = {
        "tabs": tabs("customers:incidents"),
        "rows": [clocks(each) for each in duties.incidents(user)[: duties.MOST_ROWS]],
        "can_manage": can(user, "privacy.manage"),
    }
    return render(request, "customers/duties/incidents.html", context)
