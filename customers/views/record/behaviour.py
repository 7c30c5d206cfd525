"""The behaviour tab: what they say and do, the response ledger, what came late, and everything that happened."""

from datetime import date
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.templatetags.format import days, number, percent
from crm.views.addresses import with_parameters
from crm.views.lists import chosen, listing
from customers.selectors import behaviour as selector
from customers.selectors.behaviour import Lateness, ResponseLedger
from customers.selectors.timeline import GROUPS, timeline
from customers.views.parts.cards import cards
from customers.views.parts.money import amount
from customers.views.record.events import written
from customers.views.record.visit import Visit

EVERYTHING = "all"
_WHAT: dict[str, str | Promise] = {
    EVERYTHING: gettext_lazy("Everything"),
    "talk": gettext_lazy("Interactions"),
    "trade": gettext_lazy("Orders and payments"),
    "complaints": gettext_lazy("Complaints"),
    "opinions": gettext_lazy("Opinions and needs"),
    "work": gettext_lazy("Our work"),
    "record": gettext_lazy("The record"),
}


def behaviour(visit: Visit) -> dict[str, Any]:
    """Show what they said and did, and what they complained of."""
    customer = visit.record.customer
    what, notes = chosen(visit.request, "what", _WHAT, EVERYTHING)
    groups = GROUPS if what == EVERYTHING else (what,)
    page = listing(visit.request, partial(timeline, visit.user, customer, groups=groups))
    today = timezone.localdate()
    return {
        "page": page,
        "happened": written(page.rows),
        "filters": [
            {"label": label, "url": with_parameters(visit.request, what=name), "active": name == what}
            for name, label in _WHAT.items()
        ],
        "ledger": _ledger(selector.response_ledger(customer)),
        "late": _late(visit, today),
        "cards": cards(
            visit.user,
            customer,
            "interactions",
            "complaints",
            "opinions",
            "needs",
            "notes",
            "answers",
            "interviews",
            "attachments",
        ),
        "notes": [*notes, *page.notes],
    }


def _ledger(ledger: ResponseLedger) -> dict[str, Any] | None:
    """Write the response ledger; None when there is nothing in it."""
    if not ledger.count:
        return None
    return {
        "count": ledger.count,
        "said": " · ".join(
            filter(
                None,
                [
                    _("%(count)s in the last year") % {"count": number(ledger.last_year)},
                    _("%(share)s from them") % {"share": percent(ledger.inbound / ledger.count, 0)},
                    _("worth %(amount)s") % {"amount": amount(ledger.value)} if ledger.value else "",
                ],
            )
        ),
        "tables": [
            {"caption": _("What it is about"), "rows": ledger.types},
            {"caption": _("By which way"), "rows": ledger.channels},
        ],
    }


def _late(visit: Visit, today: date) -> list[dict[str, Any]]:
    """Write what came late: deliveries by us, payments by them; what was never promised is not counted."""
    customer = visit.record.customer
    found = (
        (_("Late deliveries"), selector.late_deliveries(customer, today), visit.tab_url("trade")),
        (
            _("Late payments"),
            selector.late_payments(customer, today),
            visit.tab_url("trade", show="payments"),
        ),
    )
    return [_lateness(label, late, url) for label, late, url in found if late.counted]


def _lateness(label: str, late: Lateness, url: str) -> dict[str, Any]:
    return {
        "label": label,
        "url": url,
        "said": _("%(late)s of %(counted)s, %(share)s")
        % {
            "late": number(late.late),
            "counted": number(late.counted),
            "share": percent(late.late / late.counted, 0),
        },
        "rows": [
            {
                "name": row.name,
                "url": reverse("customers:order", args=[row.id]) if row.id else "",
                "days": _("%(days)s late") % {"days": days(row.days)},
                "is_open": row.is_open,
            }
            for row in late.rows
        ],
    }
