"""How everything that happened with a customer is written on its timeline."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.templatetags.format import day, days, moment, whole_money
from customers.models import Order, OrderStatus, Payment
from customers.selectors.catalogue import FIELDS
from customers.selectors.timeline import SOURCES, Event
from customers.views.parts.behaviour import KINDS as BEHAVIOUR
from customers.views.parts.competitors import KINDS as COMPETITORS
from customers.views.parts.kind import Line, together
from customers.views.parts.money import amount
from customers.views.parts.profiles import KINDS as PROFILES
from customers.views.parts.working import KINDS as WORKING

_NAMES = {
    "order": gettext_lazy("Order"),
    "payment": gettext_lazy("Payment"),
    "cost": gettext_lazy("Service cost"),
    "wallet": gettext_lazy("Bought elsewhere"),
    "interaction": gettext_lazy("Interaction"),
    "complaint": gettext_lazy("Complaint"),
    "resolution": gettext_lazy("Complaint resolved"),
    "opinion": gettext_lazy("Opinion"),
    "answer": gettext_lazy("Survey answer"),
    "interview": gettext_lazy("Interview"),
    "need": gettext_lazy("Need"),
    "gift": gettext_lazy("Gift"),
    "note": gettext_lazy("Note"),
    "task": gettext_lazy("Task done"),
    "case": gettext_lazy("Churn follow-up begun"),
    "outcome": gettext_lazy("Churn follow-up ended"),
    "opportunity": gettext_lazy("Opportunity"),
    "attachment": gettext_lazy("File"),
    "added": gettext_lazy("Record"),
    "referral": gettext_lazy("Referral"),
    "consent": gettext_lazy("Consent given"),
    "withdrawal": gettext_lazy("Consent withdrawn"),
    "merge": gettext_lazy("Merge"),
}


def written(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Describe what happened for components/timeline.html."""
    return [_written(event) for event in events]


def _written(event: Event) -> dict[str, Any]:
    row = event.row
    words = _WORDS[event.source](event)
    return {
        "when": day(event.at) if SOURCES[event.source].is_day else moment(event.at),
        "iso": timezone.localtime(event.at).isoformat(),
        "kind": together(_NAMES[event.source], words.details),
        "who": words.tag,
        "text": words.text or words.title or _("No details were written down."),
        "url": words.url,
        "tone": "warn" if event.source == "complaint" and row.resolved_at is None else "",
    }


def _order(event: Event) -> Line:
    order: Order = event.row
    url = reverse("customers:order", args=[order.pk])
    if order.status == OrderStatus.CANCELLED:
        said = together(order.number, _("it was cancelled and counts nowhere"))
        return Line(title=said, details=str(order.get_status_display()), url=url)
    late = ""
    if order.promised_on and order.delivered_on and order.delivered_on > order.promised_on:
        late = _("%(days)s late") % {"days": days((order.delivered_on - order.promised_on).days)}
    return Line(
        title=together(order.number, whole_money(event.cents, settings.COMPANY_CURRENCY), late),
        details=str(order.get_status_display()),
        url=url,
    )


def _payment(event: Event) -> Line:
    payment: Payment = event.row
    late = ""
    if payment.due_on and payment.paid_on and payment.paid_on > payment.due_on:
        late = _("%(days)s late") % {"days": days((payment.paid_on - payment.due_on).days)}
    paid = whole_money(payment.amount_cents, settings.COMPANY_CURRENCY)
    return Line(title=together(payment.reference, paid, late))


def _cost(event: Event) -> Line:
    return Line(title=amount(event.row.amount), details=str(event.row.get_kind_display()))


def _interaction(event: Event) -> Line:
    row = event.row
    about = together(row.get_response_type_display(), row.get_channel_display())
    return Line(title=row.body, details=about, text=together(row.body, row.product), tag=str(row.rep or ""))


def _complaint(event: Event) -> Line:
    row = event.row
    state = "" if row.resolved_at else pgettext("complaint", "Open")
    about = together(row.get_complaint_type_display(), row.product, state)
    return Line(title=row.cause, details=about, tag=str(row.rep or ""))


def _resolution(event: Event) -> Line:
    row = event.row
    return Line(title=row.resolution, details=str(row.get_complaint_type_display()), tag=str(row.rep or ""))


def _interview(event: Event) -> Line:
    return Line(title=event.row.notes, tag=str(event.row.interviewer or ""))


def _task(event: Event) -> Line:
    return Line(title=together(event.row.title, event.row.outcome), tag=str(event.row.assignee or ""))


def _case(event: Event) -> Line:
    """Tell of a customer at risk who was contacted; what was noted stands with the outcome once there is one."""
    row = event.row
    said = _("At risk since %(day)s") % {"day": day(row.flagged_on)}
    note = "" if row.closed_at else row.note
    url = reverse("customers:churn_case", args=[row.customer_id])
    return Line(title=together(said, note), tag=str(row.worked_by or ""), url=url)


def _outcome(event: Event) -> Line:
    row = event.row
    return Line(title=row.note, details=str(row.get_state_display()), tag=str(row.worked_by or ""))


def _attachment(event: Event) -> Line:
    row = event.row
    url = reverse("customers:attachment", args=[row.pk])
    return Line(title=row.name, tag=str(row.uploaded_by or ""), url=url)


def _added(_event: Event) -> Line:
    return Line(title=_("The customer was entered."))


def _consent(event: Event) -> Line:
    """Say to what somebody consented, or no longer does: the field and the purpose, never a value."""
    row = event.row
    field = FIELDS.get(row.field)
    said = together(field.title if field else row.field, row.purpose)
    return Line(title=said, tag=str(row.recorded_by or "") if event.source == "consent" else "")


def _merge(event: Event) -> Line:
    said = _("%(name)s was merged into this record.") % {"name": event.row.merged.name}
    return Line(title=said, tag=str(event.row.merged_by or ""))


def _as_on_its_card(kinds: dict[str, Any], name: str) -> Callable[[Event], Line]:
    """Return how a row is written that reads as on its card, on one line."""

    def line(event: Event) -> Line:
        shown: Line = kinds[name].line(event.row)
        return Line(title=together(shown.title, shown.text), details=str(shown.tag))

    return line


_WORDS: dict[str, Callable[[Event], Line]] = {
    "order": _order,
    "payment": _payment,
    "cost": _cost,
    "wallet": _as_on_its_card(COMPETITORS, "wallet"),
    "interaction": _interaction,
    "complaint": _complaint,
    "resolution": _resolution,
    "opinion": _as_on_its_card(BEHAVIOUR, "opinions"),
    "answer": _as_on_its_card(BEHAVIOUR, "answers"),
    "interview": _interview,
    "need": _as_on_its_card(PROFILES, "needs"),
    "gift": _as_on_its_card(WORKING, "gifts"),
    "note": _as_on_its_card(WORKING, "notes"),
    "task": _task,
    "case": _case,
    "outcome": _outcome,
    "opportunity": _as_on_its_card(WORKING, "opportunities"),
    "attachment": _attachment,
    "added": _added,
    "referral": _as_on_its_card(WORKING, "referrals"),
    "consent": _consent,
    "withdrawal": _consent,
    "merge": _merge,
}
