"""What the codes of the measures over records mean, in the active language: a label, or a sentence from the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from crm.templatetags.format import money, number, percent

UNKNOWN = gettext_lazy("Not known")

VERDICTS = {
    "loses_on_goods": gettext_lazy("Loses on goods"),
    "costs_more": gettext_lazy("Costs more than it brings"),
    "takes_most_of_its_margin": gettext_lazy("Takes most of its margin"),
    "bought_nothing": gettext_lazy("Bought nothing"),
    "sound": gettext_lazy("Small but sound"),
}
MISMATCHES = {
    "costs_more": gettext_lazy("Costs more than it brings"),
    "neglected": gettext_lazy("Key account without a visit"),
    "courted_in_vain": gettext_lazy("Visited in vain"),
}
BALANCES = {
    "overserved": gettext_lazy("Gets more effort than it gives back"),
    "underserved": gettext_lazy("Gets less effort than it deserves"),
    "balanced": gettext_lazy("Effort and return match"),
}
ALERTS = {
    "many": gettext_lazy("Complains often"),
    "open_long": gettext_lazy("Has waited too long"),
    "unsatisfied": gettext_lazy("Left unsatisfied"),
}
WISHES = {
    "won": pgettext_lazy("wish list", "Won"),
    "in_talks": gettext_lazy("In talks"),
    "gone_quiet": gettext_lazy("Gone quiet"),
    "untouched": gettext_lazy("Not yet approached"),
}
VOICES = {
    "active": pgettext_lazy("informant", "Active"),
    "silent": gettext_lazy("Fallen silent"),
    "never_spoke": gettext_lazy("Never told us of anybody"),
}

Row = Mapping[str, Any]


def label(labels: Mapping[str, Any], code: str) -> str:
    """The label of a code, "" for none."""
    return str(labels[code]) if code else ""


def drag_sentence(row: Row, currency: str) -> str:
    """Why a drag customer has its verdict."""
    figures = {
        "margin": money(row["gross_margin"], currency),
        "cost": money(row["service_cost"], currency),
        "profit": money(row["profit"], currency),
        "share": percent(row["cost_share"], 0),
    }
    sentences = {
        "loses_on_goods": _("Sold below cost: gross margin %(margin)s."),
        "costs_more": _("Serving it cost %(cost)s; its gross margin was %(margin)s."),
        "takes_most_of_its_margin": _("Serving it took %(share)s of its gross margin of %(margin)s."),
        "bought_nothing": (
            _("No order in the window; serving it cost %(cost)s.")
            if row["service_cost"]
            else _("No order in the window.")
        ),
        "sound": _("Little, but it leaves %(profit)s."),
    }
    return sentences[row["verdict"]] % figures


def mismatch_sentence(row: Row, currency: str) -> str:
    """What does not match between a customer's effort and return, "" when all does."""
    visits = int(row["visits"])
    sentences: dict[str, Callable[[], str]] = {
        "": lambda: "",
        "costs_more": lambda: (
            _("Serving it cost %(cost)s; its gross margin was %(margin)s.")
            % {
                "cost": money(row["service_cost"], currency),
                "margin": money(row["gross_margin"], currency),
            }
        ),
        "neglected": lambda: (
            _("Brought %(revenue)s; nobody visited it in the window.")
            % {"revenue": money(row["net_revenue"], currency)}
        ),
        "courted_in_vain": lambda: (
            ngettext("%(count)s visit, no order.", "%(count)s visits, no order.", visits)
            % {"count": number(visits)}
        ),
    }
    return sentences[row["mismatch"]]()


def balance_sentence(row: Row) -> str:
    """How a tier's effort compares with its return, "" when that cannot be said."""
    if not row["balance"]:
        return ""
    return _("%(cost)s of the service cost for %(margin)s of the gross margin.") % {
        "cost": percent(row["cost_share"], 0),
        "margin": percent(row["margin_share"], 0),
    }


def alert_sentences(row: Row) -> tuple[str, ...]:
    """Why a key account is a complaining one, a sentence for each reason."""
    unsatisfied = row["judged"] - row["satisfied"]
    waited = row["longest_open_days"] or 0
    sentences = {
        "many": ngettext(
            "%(count)s complaint in the window.", "%(count)s complaints in the window.", row["cases"]
        )
        % {"count": number(row["cases"])},
        "open_long": ngettext(
            "A complaint has been open for %(count)s day.",
            "A complaint has been open for %(count)s days.",
            waited,
        )
        % {"count": number(waited)},
        "unsatisfied": ngettext(
            "%(count)s complaint was closed without satisfying.",
            "%(count)s complaints were closed without satisfying.",
            unsatisfied,
        )
        % {"count": number(unsatisfied)},
    }
    return tuple(sentences[code] for code in row["alerts"].split("|") if code)


def wish_sentence(row: Row, currency: str) -> str:
    """How far a wish has come."""
    days = row["days_since_contact"]
    sentences: dict[str, Callable[[], str]] = {
        "won": lambda: (
            ngettext(
                "%(count)s order this year, %(revenue)s.",
                "%(count)s orders this year, %(revenue)s.",
                row["orders"],
            )
            % {"count": number(row["orders"]), "revenue": money(row["net_revenue"], currency)}
        ),
        "in_talks": lambda: (
            ngettext("Last contact %(count)s day ago.", "Last contact %(count)s days ago.", days)
            % {"count": number(days)}
        ),
        "gone_quiet": lambda: (
            ngettext("No contact for %(count)s day.", "No contact for %(count)s days.", days)
            % {"count": number(days)}
        ),
        "untouched": lambda: _("No contact this year yet."),
    }
    return sentences[row["status"]]()


def voice_sentence(row: Row) -> str:
    """Since when an informant has been silent, "" for an active one."""
    if row["voice"] == "active":
        return ""
    if row["days_silent"] is None:
        return _("Has not told us of anybody yet.")
    return ngettext(
        "No referral for %(count)s day.", "No referral for %(count)s days.", row["days_silent"]
    ) % {"count": number(row["days_silent"])}
