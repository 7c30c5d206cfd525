"""The overview's sentences: what changed and why, each with its numbers and where they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analysis.selectors import (
    attention,
    churn,
    contribution,
    credit,
    data_quality,
    gold,
    moves,
    profitability,
    spreads,
)
from analysis.selectors.tiers import headline
from analysis.views.measures.declaring import Asked
from analysis.views.measures.parts import here
from crm.templatetags.format import compact_money, day, number, percent, signed_percent

HEAVIEST = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the brief, where its numbers come from, and whether it is good or bad news."""

    text: str
    url: str
    tone: str = ""


def _money(cents: int) -> str:
    return compact_money(cents, settings.COMPANY_CURRENCY)


def _revenue(asked: Asked) -> list[Sentence]:
    found = asked.read(contribution.summary, asked.scope)
    url = here(asked, "contribution", below="")
    figures = {
        "money": _money(found.net_revenue),
        "change": signed_percent(found.change),
        "buyers": number(found.positive_customers),
        "customers": number(found.customers),
    }
    text = _("Net revenue of the window is %(money)s, from %(buyers)s of %(customers)s customers.")
    if found.change is not None:
        text = _(
            "Net revenue of the window is %(money)s, %(change)s on the window before, from %(buyers)s of"
            " %(customers)s customers."
        )
    tone = "" if found.change is None else "good" if found.change >= 0 else "bad"
    return [Sentence(text % figures, url, tone)]


def _revenue_since(asked: Asked, then: Asked) -> list[Sentence]:
    """How revenue went from one run to another: by how many bought, and by how much each of them did."""
    now = asked.read(contribution.summary, asked.scope)
    before = contribution.summary(then.run, then.user, then.scope)
    if not now.positive_customers or not before.positive_customers:
        return []
    each, each_before = (round(found.net_revenue / found.positive_customers) for found in (now, before))
    text = _(
        "Since %(day)s, net revenue of the window went from %(before)s to %(money)s: buyers went from %(buyers_before)s"
        " to %(buyers)s, and what each of them brings from %(each_before)s to %(each)s."
    ) % {
        "day": day(then.run.as_of),
        "before": _money(before.net_revenue),
        "money": _money(now.net_revenue),
        "buyers_before": number(before.positive_customers),
        "buyers": number(now.positive_customers),
        "each_before": _money(each_before),
        "each": _money(each),
    }
    tone = "good" if now.net_revenue >= before.net_revenue else "bad"
    return [Sentence(text, here(asked, "contribution", below=""), tone)]


def _tiers_since(asked: Asked, then: Asked) -> list[Sentence]:
    """How many stood in each tier in one run and another, and who moved when the second followed on the first."""
    now = headline(asked.run, asked.user, asked.scope).tiers
    before = headline(then.run, then.user, then.scope).tiers
    text = _(
        "Since %(day)s, A customers went from %(a_before)s to %(a)s, B from %(b_before)s to %(b)s and C from"
        " %(c_before)s to %(c)s."
    ) % {
        "day": day(then.run.as_of),
        **{tier.lower(): number(now[tier].customers) for tier in "ABC"},
        **{f"{tier.lower()}_before": number(before[tier].customers) for tier in "ABC"},
    }
    told = [Sentence(text, here(asked, "tiers", below=""))]
    return told + (_moved(asked) if then.run.pk == asked.run.previous_id else [])


def _risk_since(asked: Asked, then: Asked) -> list[Sentence]:
    """How many were at risk in one run and another, and what they bring."""
    now, before = (churn.summary(each.run, each.user, each.scope) for each in (asked, then))
    if not now.published or not before.published:
        return []
    text = _(
        "Since %(day)s, customers at risk went from %(before)s to %(count)s, and what they bring from %(money_before)s"
        " to %(money)s."
    ) % {
        "day": day(then.run.as_of),
        "before": number(before.flagged),
        "count": number(now.flagged),
        "money_before": _money(before.flagged_value),
        "money": _money(now.flagged_value),
    }
    tone = "bad" if now.flagged > before.flagged else "good" if now.flagged < before.flagged else ""
    return [Sentence(text, here(asked, "churn", below="#customers"), tone)]


def _tiers(asked: Asked) -> list[Sentence]:
    found = headline(asked.run, asked.user, asked.scope)
    top = found.tiers["A"]
    text = ngettext(
        "%(count)s A customer brings %(share)s of revenue; %(near)s more are close to a higher tier.",
        "%(count)s A customers bring %(share)s of revenue; %(near)s more are close to a higher tier.",
        top.customers,
    ) % {
        "count": number(top.customers),
        "share": percent(top.value_share),
        "near": number(found.tiers["B"].near + found.tiers["C"].near),
    }
    return [Sentence(text, here(asked, "tiers", below=""))]


def _moved(asked: Asked) -> list[Sentence]:
    """Who rose and fell since the run before, and what that was mostly due to."""
    found = asked.read(spreads.causes, asked.scope)
    up = sum(people for (move, _cause), people in found.items() if move == "up")
    down = sum(people for (move, _cause), people in found.items() if move == "down")
    before = asked.run.previous
    if before is None:
        return []
    by_value = sum(
        people for (move, cause), people in found.items() if move in {"up", "down"} and cause == "value"
    )
    text = _(
        "Since %(day)s, %(up)s customers rose a tier and %(down)s fell; %(by_value)s of these moves came from what they"
        " bought, the others from thresholds, potential or policy."
    ) % {
        "day": day(before.as_of),
        "up": number(up),
        "down": number(down),
        "by_value": number(by_value),
    }
    if not up + down:
        text = _("Nobody changed tier since %(day)s.") % {"day": day(before.as_of)}
    heaviest = asked.read(moves.moved, asked.scope, size=HEAVIEST).rows
    return [
        Sentence(text, here(asked, "moves", below="")),
        *(
            Sentence(
                _("%(name)s: %(sentence)s") % {"name": each.name, "sentence": each.sentence},
                reverse("customers:record", args=[each.customer_id]),
                {"up": "good", "down": "bad", "lost": "bad"}.get(each.move, ""),
            )
            for each in heaviest
        ),
    ]


def _risk(asked: Asked, then: Asked | None) -> list[Sentence]:
    """Who is at risk and mostly why; who newly is, when the run compared with is the one before."""
    found = asked.read(churn.summary, asked.scope)
    if not found.published:
        return [Sentence(found.problem, here(asked, "churn", below=""))]
    figures = {
        "count": number(found.flagged),
        "money": _money(found.flagged_value),
        "days": number(found.horizon_days),
    }
    text = (
        _("%(count)s customers who brought %(money)s are likely not to order within %(days)s days.") % figures
    )
    reason = max(found.reasons, key=lambda each: each.customers, default=None)
    if reason is not None and reason.customers:
        text += " " + _("Most often named: %(reason)s (%(count)s).") % {
            "reason": reason.label,
            "count": number(reason.customers),
        }
    sentences = [Sentence(text, here(asked, "churn", below="#customers"), "bad" if found.flagged else "")]
    if then is None or then.run.pk != asked.run.previous_id:
        return sentences
    if raised := asked.read(moves.counts, asked.scope)["raised"]:
        new = _("%(count)s of them are newly at risk since the run before.") % {"count": number(raised)}
        sentences.append(Sentence(new, here(asked, "moves", kind="raised"), "bad"))
    return sentences


def _gold(asked: Asked) -> list[Sentence]:
    found = asked.read(gold.summary, asked.scope)
    if not found.gold:
        return []
    text = _(
        "%(count)s gold customers are expected to spend %(money)s in the year from %(day)s on,"
        " %(share)s of what all will."
    ) % {
        "count": number(found.gold),
        "money": _money(found.expected_of_gold),
        "day": day(found.year_start),
        "share": percent(found.expected_of_gold / found.expected if found.expected > 0 else None),
    }
    return [Sentence(text, here(asked, "gold", below=""))]


def _profit(asked: Asked) -> list[Sentence]:
    found = asked.read(profitability.summary, asked.scope)
    if not found.customers:
        return []
    text = _("%(profit)s are left after goods and service; %(count)s customers lose %(lost)s together.") % {
        "profit": _money(found.profit),
        "count": number(found.standings["loses"]),
        "lost": _money(found.lost),
    }
    url = here(asked, "profitability", standing="loses", sort="loss")
    return [Sentence(text, url, "bad" if found.lost else "")]


def _credit(asked: Asked) -> list[Sentence]:
    found = asked.read(credit.summary, asked.scope)
    if not found.overdue:
        return []
    text = _("%(money)s are overdue from %(count)s customers; %(share)s of payments came late.") % {
        "money": _money(found.overdue),
        "count": number(found.customers_overdue),
        "share": percent(found.late_share),
    }
    return [Sentence(text, here(asked, "credit", which="overdue"), "bad")]


def _complaints(asked: Asked) -> list[Sentence]:
    lines = asked.read(attention.groups, filter=asked.scope)
    cases = sum(line.cases for line in lines)
    if not cases:
        return []
    accounts = asked.read(attention.complaining_key_accounts, asked.scope, size=1)
    text = _("%(cases)s complaints, %(share)s of them resolved; %(accounts)s key accounts complain.") % {
        "cases": number(cases),
        "share": percent(sum(line.resolved for line in lines) / cases),
        "accounts": number(accounts.count),
    }
    return [Sentence(text, here(asked, "attention", below=""), "bad" if accounts.count else "")]


def _due(asked: Asked) -> list[Sentence]:
    bands = asked.read(spreads.due_days, asked.scope)
    people = sum(band.customers for band in bands)
    if not people:
        return []
    text = ngettext(
        "%(count)s customer with good credit is due to buy; they usually order for %(money)s.",
        "%(count)s customers with good credit are due to buy; they usually order for %(money)s together.",
        people,
    ) % {
        "count": number(people),
        "money": _money(sum(band.value for band in bands)),
    }
    return [Sentence(text, here(asked, "upsell"), "good")]


def _records(asked: Asked) -> list[Sentence]:
    found = asked.read(data_quality.headline, asked.scope)
    if not found.customers:
        return []
    text = _("The records are filled in to %(share)s; %(fresh)s were checked lately.") % {
        "share": percent(found.completeness, 0),
        "fresh": percent(found.fresh_share, 0),
    }
    return [Sentence(text, here(asked, "data_quality", below=""))]


SINCE: tuple[Callable[[Asked, Asked], list[Sentence]], ...] = (_revenue_since, _tiers_since, _risk_since)
STANDS: tuple[Callable[[Asked], list[Sentence]], ...] = (
    _tiers,
    _gold,
    _profit,
    _credit,
    _complaints,
    _due,
    _records,
)


def changed(asked: Asked, then: Asked | None) -> list[Sentence]:
    """What changed since the run compared with, and why; without one, on the window before."""
    since = [sentence for part in SINCE for sentence in part(asked, then)] if then else []
    return [*since, *_revenue(asked), *_risk(asked, then)]


def stands(asked: Asked) -> list[Sentence]:
    """How things stand; what a run does not tell has no sentence."""
    return [sentence for part in STANDS for sentence in part(asked)]
