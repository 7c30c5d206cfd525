"""What the panels of a customer's record say: labels, figures in the reader's language, and where they lead."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.extensions import Explanation
from crm.templatetags.format import (
    compact_money,
    day,
    days,
    moment,
    number,
    percent,
    signed_percent,
    whole_money,
)
from customers.models import OrderStatus
from customers.selectors.behaviour import Happening
from customers.selectors.finance import FinancialRecord, MonthRow, OrderRow
from customers.selectors.masking import masked_text
from customers.selectors.profiles import CustomerRecord

Fact = dict[str, Any]


def fact(label: str, value: Any, *, url: str = "", note: str = "") -> Fact:
    """Describe one line of components/facts.html; an empty value is shown as a dash."""
    return {"label": label, "value": value or None, "url": url if value else "", "note": note}


def headline(explanation: Explanation | None, financial: FinancialRecord) -> list[dict[str, Any]]:
    """Describe the headline figures for components/kpi.html: the published run's, or what the orders alone say."""
    currency = settings.COMPANY_CURRENCY
    open_orders = {
        "label": _("Still to deliver"),
        "value": compact_money(financial.open_order_cents, currency),
        "note": _open_note(financial),
    }
    if explanation is None:
        average = financial.average_order_cents
        return [
            {"label": _("Orders"), "value": number(financial.orders)},
            {"label": _("Average order value"), "value": compact_money(average, currency)},
            {"label": _("Last order"), "value": day(financial.last_order_on)},
            open_orders,
        ]
    return [
        _revenue_figure(explanation),
        _margin_figure(explanation),
        _churn_figure(explanation),
        open_orders,
    ]


def core_facts(record: CustomerRecord) -> list[Fact]:
    """Say what is known of a customer itself; what nobody has filled in yet is left out, the essentials apart."""
    customer = record.customer
    customers = reverse("customers:list")
    region = " / ".join(str(each) for each in record.regions)
    always = [
        fact(_("Kind"), customer.get_kind_display()),
        fact(_("Lifecycle"), customer.get_lifecycle_display()),
        fact(_("Region"), region, url=f"{customers}?{urlencode({'region': customer.region_id or ''})}"),
        fact(_("Owner"), str(customer.owner or ""), note=str(customer.team or "")),
        fact(_("Customer source"), str(customer.source or "")),
        fact(_("Industry"), str(customer.industry or "")),
        fact(_("Business model"), customer.get_business_model_display()),
        fact(_("Potential"), customer.get_potential_display(), note=_potential_note(record)),
    ]
    seldom = [
        fact(_("Ownership type"), customer.get_ownership_type_display()),
        fact(_("Purchasing power"), customer.get_purchasing_power_display()),
        fact(_("Preferred channel"), customer.get_preferred_channel_display()),
        fact(_("Best time to contact"), customer.best_time_to_contact),
        fact(_("Communication style"), _personal(record, customer.communication_style)),
        fact(_("Reputation"), customer.reputation),
        fact(_("Opposes us"), _personal(record, customer.opposes_us)),
        fact(_("Tags"), _(", ").join(record.tags)),
        fact(_("Shared with"), _(", ").join(record.shared_with)),
    ]
    added = fact(_("Added"), day(customer.created_at))
    return [*always, *(each for each in seldom if each["value"]), added]


def financial_facts(customer_id: int, record: FinancialRecord) -> list[Fact]:
    """Write the computed financial record, each figure linked to the rows behind it."""
    currency = settings.COMPANY_CURRENCY
    orders = f"{reverse('customers:orders')}?{urlencode({'customer': customer_id})}"
    payments = f"{reverse('customers:record', args=[customer_id])}?tab=trade&show=payments"
    counted = urlencode({"status": [OrderStatus.CONFIRMED, OrderStatus.DELIVERED]}, doseq=True)
    first, last = record.first_order_on, record.last_order_on
    return [
        fact(_("Account type"), record.account_type, note=_account_note(record)),
        fact(
            _("First order"), first and day(first), url=f"{orders}&until={first}", note=_before_note(record)
        ),
        fact(_("Last order"), last and day(last), url=f"{orders}&since={last}"),
        fact(_("Orders"), number(record.orders), url=f"{orders}&{counted}"),
        fact(
            _("Average order value"),
            record.average_order_cents is not None and whole_money(record.average_order_cents, currency),
            url=f"{orders}&{counted}",
        ),
        fact(
            _("Still to deliver"),
            whole_money(record.open_order_cents, currency),
            url=f"{orders}&status={OrderStatus.CONFIRMED}",
            note=_open_note(record),
        ),
        fact(
            _("Average days to pay"),
            record.average_days_to_pay is not None and days(record.average_days_to_pay),
            url=payments,
            note=_late_note(record),
        ),
        fact(_("Unpaid"), record.payments and whole_money(record.unpaid_cents, currency), url=payments),
    ]


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


def revenue_chart(months: Sequence[MonthRow], as_of: date) -> dict[str, Any] | None:
    """Describe the chart of monthly net revenue and its table; None when nothing was bought."""
    if not months:
        return None
    known = {row.month: row.revenue_cents for row in months}
    all_months = list(months_between(months[0].month, as_of))
    labels = [f"{month:%Y-%m}" for month in all_months]
    values = [known.get(month, 0) for month in all_months]
    return {
        "chart": {
            "kind": "line",
            "labels": labels,
            "series": [{"name": _("Net revenue"), "values": values}],
            "format": "money",
            "currency": settings.COMPANY_CURRENCY,
            "y_label": _("Net revenue, %(currency)s") % {"currency": settings.COMPANY_CURRENCY},
        },
        "columns": [{"label": _("Month")}, {"label": _("Net revenue"), "kind": "number"}],
        "rows": [[label, whole_money(value)] for label, value in zip(labels, values, strict=True)],
    }


def days_in_words(first: date, last: date) -> str:
    """Write a run of days, both named days included."""
    return _("%(first)s to %(last)s") % {"first": day(first), "last": day(last)}


def first_of_months(as_of: date, count: int) -> date:
    """Return the first day of the earliest of ``count`` months that end with the month of ``as_of``."""
    month = as_of.year * 12 + as_of.month - count
    return date(month // 12, month % 12 + 1, 1)


def months_between(first: date, last: date) -> Iterable[date]:
    """Yield the first day of each month from that of ``first`` to that of ``last``."""
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield date(month // 12, month % 12 + 1, 1)


def _revenue_figure(explanation: Explanation) -> dict[str, Any]:
    change = explanation.change
    note = days_in_words(explanation.window_start, explanation.as_of)
    if explanation.rank and explanation.share is not None:
        place = _("No. %(rank)s, %(share)s of all") % {
            "rank": number(explanation.rank),
            "share": percent(explanation.share),
        }
        note = f"{place} · {note}"
    return {
        "label": _("Net revenue"),
        "value": compact_money(explanation.net_revenue, settings.COMPANY_CURRENCY),
        "note": note,
        "delta": "" if change is None else signed_percent(change),
        "delta_tone": "" if not change else "good" if change > 0 else "bad",
    }


def _margin_figure(explanation: Explanation) -> dict[str, Any]:
    margin, revenue = explanation.gross_margin, explanation.net_revenue
    known = margin is not None and revenue > 0
    return {
        "label": _("Margin rate"),
        "value": percent(margin / revenue if known else None),  # type: ignore[operator]
        "note": compact_money(margin, settings.COMPANY_CURRENCY) if known else "",
    }


def _churn_figure(explanation: Explanation) -> dict[str, Any]:
    standing = explanation.standing
    return {
        "label": _("Chance of no order within %(days)s") % {"days": days(explanation.horizon_days)},
        "value": percent(explanation.churn_probability),
        "tone": "warn" if standing.churn_flag else "",
        "note": standing.churn_label,
    }


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


def _personal(record: CustomerRecord, value: str) -> str:
    return value if record.shows_personal else masked_text(value)


def _potential_note(record: CustomerRecord) -> str:
    customer = record.customer
    if not customer.potential:
        return ""
    until = customer.potential_expires_on
    parts = [
        customer.potential_reason,
        str(customer.potential_author or ""),
        _("until %(day)s") % {"day": day(until)} if until else "",
    ]
    return " · ".join(filter(None, parts))


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


def _open_note(record: FinancialRecord) -> str:
    if not record.open_orders:
        return ""
    return ngettext("in %(count)s order", "in %(count)s orders", record.open_orders) % {
        "count": number(record.open_orders)
    }


def _late_note(record: FinancialRecord) -> str:
    if not record.average_days_late:
        return ""
    return pgettext("payments", "%(days)s late on average") % {"days": days(record.average_days_late)}
