"""What the measures over products found, put into sentences in the active language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.templatetags.format import money, number, percent

Row = Mapping[str, Any]


def advice_sentence(row: Row, currency: str, *, company: bool) -> str:
    """What to do about a product with a customer, and what it would be worth.

    What is usual comes from all customers, and is told to whoever sees the ``company``.
    """
    figures = {
        "rate": percent(row["margin_rate"]),
        "usual": percent(row["usual_rate"]),
        "share": percent(row["revenue_share"]),
        "usual_share": percent(row["usual_share"]),
        "revenue": money(row["net_revenue"], currency),
        "gain": money(row["gain"], currency),
    }
    return _ADVICE[row["advice"], company]() % figures


def profit_sentence(row: Row, currency: str) -> str:
    """Where a customer's revenue goes, and how much of it the profit speaks for."""
    figures = {
        "revenue": money(row["net_revenue"], currency),
        "goods": money(row["cost_of_goods"], currency),
        "service": money(row["service_cost"], currency),
        "profit": money(row["profit"], currency),
        "unknown": money(row["uncosted_revenue"], currency),
        "coverage": percent(row["cost_coverage"], 0),
    }
    told = _("%(revenue)s less goods of %(goods)s and service of %(service)s leave %(profit)s.") % figures
    if row["uncosted_revenue"]:
        told = (
            _(
                "Of %(revenue)s the cost of %(unknown)s is not known; the rest (%(coverage)s) less goods of %(goods)s"
                " and service of %(service)s leaves %(profit)s."
            )
            % figures
        )
    return told


def recommendation_sentence(because: str) -> str:
    """Why a product is recommended: the one that a customer owns and that speaks for it most."""
    return _("Goes with %(product)s, which they have bought.") % {"product": because}


def narrow_sentence(row: Row, lacking: str, currency: str) -> str:
    """What a narrow buyer spends elsewhere, what that rests on, and what they lack."""
    figures = {
        "elsewhere": money(row["elsewhere"], currency),
        "share": percent(row["our_share"], 0),
        "peers": number(row["peers"]),
        "peer_share": percent(row["peer_share"], 0),
        "category": lacking,
    }
    told = _("%(elsewhere)s are known to be bought elsewhere: our share is %(share)s.") % figures
    if row["basis"] == "estimated":
        told = (
            ngettext(
                "%(peers)s customer of this industry spends %(peer_share)s of its money on these categories; like that,"
                " %(elsewhere)s would be bought elsewhere.",
                "The %(peers)s customers of this industry spend %(peer_share)s of their money on these categories; like"
                " that, %(elsewhere)s would be bought elsewhere.",
                row["peers"],
            )
            % figures
        )
    if lacking:
        told = f"{told} " + _("They lack %(category)s most.") % figures
    return told


def upsell_sentence(row: Row, currency: str) -> str:
    """When a customer's next purchase is due, and what may be offered."""
    days = row["days_until_due"]
    figures = {
        "count": number(abs(days)),
        "order": money(row["typical_order"], currency),
        "room": money(row["room"], currency),
    }
    if days > 0:
        told = ngettext("Due in %(count)s day.", "Due in %(count)s days.", days)
    elif days < 0:
        told = ngettext("%(count)s day past due.", "%(count)s days past due.", -days)
    else:
        told = _("Due today.")
    credit = _("A typical order is %(order)s; no credit limit is set.")
    if row["room"] is not None:
        credit = _("A typical order is %(order)s; %(room)s of credit are left.")
    return f"{told % figures} {credit % figures}"


_ADVICE: dict[tuple[str, bool], Callable[[], str]] = {
    ("push", True): lambda: _(
        "Earns %(rate)s and is %(share)s of their purchases, where %(usual_share)s is usual. At that share it would"
        " bring %(gain)s more margin."
    ),
    ("push", False): lambda: _(
        "Earns %(rate)s and is only %(share)s of their purchases. At the usual share it would bring %(gain)s more"
        " margin."
    ),
    ("reprice", True): lambda: _(
        "Earns %(rate)s on %(revenue)s, where %(usual)s is usual. At a sound price it would bring %(gain)s more."
    ),
    ("reprice", False): lambda: _(
        "Earns %(rate)s on %(revenue)s. At a sound price it would bring %(gain)s more."
    ),
    ("stop", True): lambda: _(
        "Loses money here (%(rate)s) as with everybody else (%(usual)s). Dropping it would save %(gain)s."
    ),
    ("stop", False): lambda: _("Loses money here (%(rate)s) as elsewhere. Dropping it would save %(gain)s."),
}
