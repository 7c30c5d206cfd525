"""What the panels of a customer's record say: labels, figures in the reader's language, and where they lead."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.templatetags.format import (
    day,
    days,
    moment,
    number,
    whole_money,
)
from customers.models import OrderStatus
from customers.selectors.behaviour import Happening
from customers.selectors.finance import OrderRow
from customers.selectors.financial_record import FinancialRecord

Fact = dict[str, Any]


def fact(label: str, value: Any, *, url: str = "", note: str = "") -> Fact:
    """Describe one line of components/facts.html; an empty value is shown as a dash."""
    return {"label": label, "value": value or None, "url": url if value else "", "note": note}


def financial_facts(customer_id: int, record: FinancialRecord) -> list[Fact]:
    """Write the computed financial record, each figure linked to the rows behind it."""
    currency = settings.COMPANY_CURRENCY
    orders = f"{reverse('customers:orders')}?{urlencode({'customer': customer_id})}"
    payments = f"{reverse('customers:payments')}?{urlencode({'customer': customer_id})}"
    before = f"{reverse('customers:record', args=[customer_id])}?tab=trade#part-opening"
    counted = urlencode({"status": [OrderStatus.CONFIRMED, OrderStatus.DELIVERED]}, doseq=True)
    first, last = record.first_order_on, record.last_order_on
    return [
        fact(_("Account type"), record.account_type, note=_account_note(record)),
        fact(
            _("First order"),
            first and day(first),
            url=before if record.first_is_before else f"{orders}&{counted}&until={first}",
            note=_before_note(record),
        ),
        fact(
            _("Last order"),
            last and day(last),
            url=before if record.last_is_before else f"{orders}&{counted}&since={last}",
        ),
        fact(_("Orders"), number(record.orders), url=f"{orders}&{counted}"),
        fact(
            _("Average order value"),
            record.average_order_cents is not None and whole_money(record.average_order_cents, currency),
            url=f"{orders}&{counted}",
        ),
        fact(
            _("Still to deliver"),
            whole_money(record.open_order_cents, currency),
            url=f"{orders}&delivery=waiting",
            note=open_note(record),
        ),
        fact(
            _("Average days to pay"),
            record.average_days_to_pay is not None and days(record.average_days_to_pay),
            url=f"{payments}&state=for_order",
        ),
        fact(
            _("Average days late"),
            record.average_days_late is not None and days(record.average_days_late),
            url=f"{payments}&state=with_due_day",
        ),
        fact(
            _("Unpaid"),
            (record.payments or record.unpaid_before_cents) and whole_money(record.unpaid_cents, currency),
            url=f"{payments}&state=open" if record.payments else before,
            note=_unpaid_note(record),
        ),
    ]


def computed(financial: FinancialRecord) -> str:
    """Say of when the financial record is, and what of before the system is in it."""
    said = _("Computed today, %(day)s; each figure leads to its rows.") % {"day": day(timezone.localdate())}
    if financial.history_until is None:
        return said
    folded = _(
        "The opening balance until %(day)s is part of the first and last order, the number of orders, their average, "
        "and what is unpaid."
    )
    return f"{said} {folded % {'day': day(financial.history_until)}}"


def timeline(happened: Iterable[Happening]) -> list[dict[str, Any]]:
    """Describe what happened for components/timeline.html."""
    return [
        {
            "when": day(each.at) if each.order else moment(each.at),
            "iso": timezone.localtime(each.at).isoformat(),
            "kind": " · ".join(filter(None, [_kind(each), each.way])),
            "who": each.who,
            "text": _order_text(each.order)
            if each.order
            else each.text or _("No details were written down."),
            "url": reverse("customers:order", args=[each.id]) if each.order else "",
            "tone": "warn" if each.is_open else "",
        }
        for each in happened
    ]


def days_in_words(first: date, last: date) -> str:
    """Write a run of days, both named days included."""
    return _("%(first)s to %(last)s") % {"first": day(first), "last": day(last)}


def _order_text(order: OrderRow) -> str:
    amount = whole_money(order.amount_cents, settings.COMPANY_CURRENCY)
    late = _("%(days)s late") % {"days": days(order.days_late)} if order.days_late else ""
    return " · ".join(filter(None, [order.number, amount, late]))


def _kind(happening: Happening) -> str:
    if happening.order:
        return _("Order")
    if happening.kind == "complaint":
        return f"{_('Complaint')} · {happening.label}"
    return happening.label


def _account_note(record: FinancialRecord) -> str:
    parts = []
    if record.payment_terms_days:
        parts.append(days(record.payment_terms_days))
    if record.credit_limit is not None:
        limit = whole_money(int(record.credit_limit * 100), settings.COMPANY_CURRENCY)
        parts.append(_("limit %(amount)s") % {"amount": limit})
    return " · ".join(parts)


def _before_note(record: FinancialRecord) -> str:
    if record.history_until is None:
        return ""
    return _("with the history before %(day)s") % {"day": day(record.history_until)}


def _unpaid_note(record: FinancialRecord) -> str:
    if not record.unpaid_before_cents or record.history_until is None:
        return ""
    amount = whole_money(record.unpaid_before_cents, settings.COMPANY_CURRENCY)
    return _("of it %(amount)s from before %(day)s") % {"amount": amount, "day": day(record.history_until)}


def open_note(record: FinancialRecord) -> str:
    if not record.open_orders:
        return ""
    return ngettext("in %(count)s order", "in %(count)s orders", record.open_orders) % {
        "count": number(record.open_orders)
    }
