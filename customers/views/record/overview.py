"""The first tab: who they are, what just happened, why the tier, how they pay."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.extensions import Explanation
from crm.policy import can
from crm.prepared import Prepared
from crm.templatetags.format import compact_money, day, days, number, percent, signed_percent
from customers.selectors import behaviour, provenance
from customers.selectors import financial_record as finances
from customers.selectors.financial_record import FinancialRecord, financial_record
from customers.selectors.masking import masked_text
from customers.selectors.profiles import CustomerRecord
from customers.selectors.provenance import Provenance
from customers.selectors.sections import profile_sections
from customers.views.panels import Fact, computed, days_in_words, fact, financial_facts, open_note, timeline
from customers.views.record.visit import Visit


def asked_of_overview() -> tuple[Prepared[Any], ...]:
    """Return what the tab asks of every customer."""
    return (*behaviour.ASKED, *finances.ASKED, *provenance.asked_of_core_facts())


def overview(visit: Visit) -> dict[str, Any]:
    """Say who they are, what just happened, why the tier and how they pay."""
    customer = visit.record.customer
    financial = financial_record(customer)
    notes = provenance.noted(customer)
    return {
        "figures": headline(visit.explanation, financial),
        "core_facts": core_facts(
            visit.record,
            provenance.of_core_facts(customer, notes),
            can_edit=can(visit.user, "customer.edit"),
        ),
        "financial_facts": financial_facts(customer.pk, financial),
        "computed": computed(financial),
        "happened": timeline(behaviour.recent(visit.user, customer)),
        "needs_register": behaviour.needs_of(visit.user, customer),
        "dates": _coming(visit),
        "tasks": visit.tasks,
        "sections": [
            {"view": view, "url": f"{visit.tab_url('profile', open=view.slug)}#section-{view.slug}"}
            for view in profile_sections(visit.user, customer, complete=visit.completeness, notes=notes)
        ],
    }


def _coming(visit: Visit) -> list[Fact]:
    """Say which of their days come round soon; a birthday is nobody's to see who may not read personal values."""
    if not visit.record.shows_personal:
        return []
    return [
        fact(each.kind or each.detail, day(each.on), note=each.detail if each.kind else "")
        for each in visit.coming
    ]


def headline(explanation: Explanation | None, financial: FinancialRecord) -> list[dict[str, Any]]:
    """Describe the headline figures for components/kpi.html: the published run's, or what the orders alone say."""
    currency = settings.COMPANY_CURRENCY
    open_orders = {
        "label": _("Still to deliver"),
        "value": compact_money(financial.open_order_cents, currency),
        "note": open_note(financial),
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


def core_facts(record: CustomerRecord, sources: Mapping[str, Provenance], *, can_edit: bool) -> list[Fact]:
    """Say what is known of a customer itself; what nobody has filled in yet is left out, the essentials apart.

    ``sources`` say where each field came from, by key; who may edit may say that one is still true.
    """
    customer = record.customer

    def known(column: str, label: str, value: Any, *, url: str = "", note: str = "") -> Fact:
        key = f"customer.{column}"
        confirm = reverse("customers:field_confirm", args=[customer.pk, key]) if can_edit else ""
        return {
            **fact(label, value, url=url, note=note),
            "source": sources.get(key),
            "confirm_url": confirm,
        }

    customers = reverse("customers:list")
    region = " / ".join(str(each) for each in record.regions)
    always = [
        known("kind", _("Kind"), customer.get_kind_display()),
        known("lifecycle", _("Lifecycle"), customer.get_lifecycle_display()),
        known(
            "region",
            _("Region"),
            region,
            url=f"{customers}?{urlencode({'region': customer.region_id or ''})}",
        ),
        known("owner", _("Owner"), str(customer.owner or ""), note=str(customer.team or "")),
        known("source", _("Customer source"), str(customer.source or "")),
        known("industry", _("Industry"), str(customer.industry or "")),
        known("business_model", _("Business model"), customer.get_business_model_display()),
        known("potential", _("Potential"), customer.get_potential_display(), note=_potential_note(record)),
    ]
    seldom = [
        known("campaign", _("Campaign"), str(customer.campaign or "")),
        known(
            "identification_method", _("Identification method"), customer.get_identification_method_display()
        ),
        known("ownership_type", _("Ownership type"), customer.get_ownership_type_display()),
        known("purchasing_power", _("Purchasing power"), customer.get_purchasing_power_display()),
        known("communication_style", _("Preferred channel"), customer.get_preferred_channel_display()),
        known("communication_style", _("Best time to contact"), customer.best_time_to_contact),
        known(
            "communication_style", _("Communication style"), _personal(record, customer.communication_style)
        ),
        known("reputation", _("Reputation"), customer.reputation),
        known("opposes_us", _("Opposes us"), _personal(record, customer.opposes_us)),
        known("scoring_refused", _("Refuses automated scoring"), customer.scoring_refused and _("Yes")),
        known("tags", _("Tags"), _(", ").join(record.tags)),
        fact(_("Shared with"), _(", ").join(record.shared_with)),
    ]
    added = fact(pgettext("record", "Added"), day(customer.created_at))
    return [*always, *(each for each in seldom if each["value"]), added]


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
