"""The five lists: whom each names and why, its figures and columns, and the task that each row ends in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from analysis.exports.tables import Column, Form, column
from analysis.models import AnalysisRun
from analysis.selectors import attention, drag, gold, offers, wish_list
from analysis.selectors.results import RowsPage
from analysis.selectors.snapshots import Filter
from crm.models import User

Text = str | Promise
Reader = Callable[..., RowsPage[Any]]
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure over the whole list, for the viewer."""

    label: str
    value: Any
    form: Form
    note: str = ""


@dataclass(frozen=True, slots=True)
class FiveList:
    """One list.

    Attributes
    ----------
    key, measure
        Its name in addresses; the measure whose rows it reads.
    icon, title, question, definition
        Its sign, what it is called and asks, and how the measure is defined.
    columns
        Beside the customer. The last one, of form REASON, says why the row is there.
    rows
        ``rows(run, user, filter, after=, before=, size=)`` returns the viewer's page.
    headlines
        ``headlines(run, user, filter)`` returns the figures over the viewer's rows.
    task, empty
        What to do about a row; what to say when there is none.
    """

    key: str
    measure: str
    icon: str
    title: Text
    question: Text
    definition: Text
    columns: tuple[Column, ...]
    rows: Reader
    headlines: Callable[[AnalysisRun, User, Filter], list[Headline]]
    task: Text
    empty: Text


def _gold_figures(run: AnalysisRun, user: User, scope: Filter) -> list[Headline]:
    found = gold.summary(run, user, scope)
    return [
        Headline(_("Gold customers"), found.gold, Form.COUNT, _("expected to spend most next year")),
        Headline(_("Expected from them"), found.expected_of_gold, Form.MONEY, _("in the next fiscal year")),
        Headline(_("Were at the top before"), found.stay, Form.COUNT, _("in the last twelve months too")),
    ]


def _drag_figures(run: AnalysisRun, user: User, scope: Filter) -> list[Headline]:
    sums = drag.sums(run, user, scope)
    return [
        Headline(_("Drag customers"), sum(each.customers for each in sums), Form.COUNT),
        Headline(_("What serving them costs"), sum(each.service_cost for each in sums), Form.MONEY),
        Headline(
            _("What they leave"), sum(each.profit for each in sums), Form.MONEY, _("margin less service")
        ),
        Headline(_("What they bring"), sum(each.net_revenue for each in sums), Form.MONEY, _("net revenue")),
    ]


def _wish_figures(run: AnalysisRun, user: User, scope: Filter) -> list[Headline]:
    progress = wish_list.progress(run, user, scope)
    if not progress:
        return [Headline(_("On this year's list"), 0, Form.COUNT)]
    whole = progress[0]
    return [
        Headline(_("On this year's list"), whole.listed, Form.COUNT),
        Headline(_("Won"), whole.won, Form.COUNT, _("due by now: %(due)d") % {"due": whole.due}),
        Headline(_("Gone quiet or untouched"), whole.gone_quiet + whole.untouched, Form.COUNT),
        Headline(_("Without a next step"), whole.needs_step, Form.COUNT),
    ]


def _narrow_figures(run: AnalysisRun, user: User, scope: Filter) -> list[Headline]:
    found = offers.narrow_sums(run, user, scope)
    return [
        Headline(_("Narrow buyers"), found.customers, Form.COUNT),
        Headline(_("What they buy from us"), found.net_revenue, Form.MONEY),
        Headline(_("What they buy elsewhere"), found.elsewhere, Form.MONEY, _("recorded or estimated")),
    ]


def _complaining_figures(run: AnalysisRun, user: User, scope: Filter) -> list[Headline]:
    found = attention.complaining_sums(run, user, scope)
    return [
        Headline(_("Key accounts that complain"), found.customers, Form.COUNT),
        Headline(_("What they bring"), found.value, Form.MONEY),
        Headline(_("Their complaints"), found.cases, Form.COUNT, _("in the window")),
        Headline(_("Still open"), found.open, Form.COUNT),
    ]


WHY = gettext_lazy("Why")
LISTS: dict[str, FiveList] = {
    each.key: each
    for each in (
        FiveList(
            "gold",
            gold.NAME,
            "trophy",
            gettext_lazy("Gold customers"),
            gettext_lazy("Whom does next year hang on?"),
            gettext_lazy(
                "Customers whom the model expects among the top share of next fiscal year's spend: expected orders"
                " times expected value of an order. The share is the policy's."
            ),
            (
                column(gettext_lazy("Expected next year"), "expected_spend", Form.MONEY),
                column(gettext_lazy("Last twelve months"), "last_year", Form.MONEY),
                column(WHY, "reason", Form.REASON),
            ),
            gold.customers,
            _gold_figures,
            gettext_lazy("Visit: agree on next year"),
            gettext_lazy("None of the customers whom you may see is expected among the top."),
        ),
        FiveList(
            "drag",
            drag.NAME,
            "hourglass-split",
            gettext_lazy("Drag customers"),
            gettext_lazy("Who costs more than they leave?"),
            gettext_lazy(
                "Customers at the bottom of the ranking, with what serving them took: visits, discounts and support."
                " Those who lose us most stand first. New customers are spared, and a top mark beats drag."
            ),
            (
                column(gettext_lazy("Net revenue"), "net_revenue", Form.MONEY),
                column(gettext_lazy("Service cost"), "service_cost", Form.MONEY),
                column(gettext_lazy("Left over"), "profit", Form.MONEY),
                column(gettext_lazy("Verdict"), "verdict_label", hide=True),
                column(WHY, "reason", Form.REASON),
            ),
            drag.customers,
            _drag_figures,
            gettext_lazy("Review terms and the rhythm of visits"),
            gettext_lazy("None of the customers whom you may see is at the bottom."),
        ),
        FiveList(
            "wish",
            wish_list.NAME,
            "flag",
            gettext_lazy("Wish list"),
            gettext_lazy("How far are we with those we most want?"),
            gettext_lazy(
                "The customers we most want to build a relation with this year: won with an order, in talks, gone quiet"
                " or not touched yet."
            ),
            (
                column(gettext_lazy("Where it stands"), "status_label"),
                column(gettext_lazy("Contacts"), "contacts", Form.COUNT, hide=True),
                column(gettext_lazy("Last contact"), "last_contact_on", Form.DAY),
                column(gettext_lazy("Next step"), "next_step", hide=True),
                column(WHY, "reason", Form.REASON),
            ),
            wish_list.wishes,
            _wish_figures,
            gettext_lazy("Take the next step with a wished-for customer"),
            gettext_lazy("Nobody whom you may see is on this year's wish list."),
        ),
        FiveList(
            "complaining",
            attention.NAME,
            "chat-square-text",
            gettext_lazy("Complaining key accounts"),
            gettext_lazy("Which of those who matter most are unhappy?"),
            gettext_lazy(
                "Customers of tier A or among the top by value who complain often, have waited too long for an answer,"
                " or were left unsatisfied."
            ),
            (
                column(pgettext_lazy("customer", "Value"), "value", Form.MONEY),
                column(pgettext_lazy("cases", "Complaints"), "cases", Form.COUNT),
                column(pgettext_lazy("complaint", "Open"), "open", Form.COUNT),
                column(gettext_lazy("Longest open"), "longest_open_days", Form.DAYS, hide=True),
                column(WHY, "reasons", Form.REASON),
            ),
            attention.complaining_key_accounts,
            _complaining_figures,
            gettext_lazy("Call about the complaint, and see it solved"),
            gettext_lazy("None of the key accounts whom you may see complains."),
        ),
        FiveList(
            "narrow",
            "narrow_buyers",
            "bullseye",
            gettext_lazy("Narrow buyers"),
            gettext_lazy("Who buys little of our range, and more elsewhere?"),
            gettext_lazy(
                "Customers of few of our product categories who are known, or by their industry estimated, to buy more"
                " elsewhere. Those who spend most elsewhere stand first."
            ),
            (
                column(gettext_lazy("Categories"), "categories", Form.COUNT),
                column(gettext_lazy("Net revenue"), "net_revenue", Form.MONEY),
                column(gettext_lazy("Bought elsewhere"), "elsewhere", Form.MONEY),
                column(gettext_lazy("Lacks most"), "lacking", hide=True),
                column(WHY, "reason", Form.REASON),
            ),
            offers.narrow_buyers,
            _narrow_figures,
            gettext_lazy("Offer what they buy elsewhere"),
            gettext_lazy("None of the customers whom you may see buys narrowly."),
        ),
    )
}


def every_row(spec: FiveList, run: AnalysisRun, user: User, scope: Filter, most: int) -> Iterator[Any]:
    """All rows of the viewer's list, ``most`` at most, page after page."""
    after, given = "", 0
    while given < most:
        page = spec.rows(run, user, scope, after=after, before="", size=min(AT_ONCE, most - given))
        yield from page.rows[: most - given]
        given += len(page.rows)
        if not page.after:
            return
        after = page.after


def why(row: Any) -> str:
    """Why a row stands on its list, in a sentence or more."""
    reasons = getattr(row, "reasons", None)
    return " ".join(reasons) if reasons else str(row.reason)
