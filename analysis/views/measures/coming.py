"""Where customers come from, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from analysis.charts.shapes import parted_bars
from analysis.datasets.cases import DIMENSIONS
from analysis.exports.tables import Column, Form, Sheet, column
from analysis.selectors import attention, informants, sources
from analysis.selectors.snapshots import sees_company
from analysis.views.measures.behind import customers_behind, group_choice, group_code, group_key
from analysis.views.measures.declaring import (
    Asked,
    Choice,
    Definition,
    Figure,
    Finding,
    Listing,
    MeasurePage,
    Question,
)
from analysis.views.measures.parts import SHORT, count, here, money, share, whole
from crm.templatetags.format import number, percent

DIMENSION_LABELS = {
    "type": _("Type"),
    "product": _("Product"),
    "rep": _("Owner"),
    "region": _("Region"),
    "cause": _("Cause"),
}


def _source_lines(asked: Asked) -> list[sources.SourceLine]:
    return asked.read(sources.returns, asked.chosen.get("by", "channel"), asked.scope)


def _source_figures(asked: Asked) -> list[Figure]:
    lines = _source_lines(asked)
    costs = [line.cost for line in lines if line.cost is not None]
    cost = sum(costs) if costs else None
    margin = sum(line.gross_margin for line in lines)
    return [
        Figure(_("Customers"), sum(line.customers for line in lines)),
        Figure(_("New in the window"), sum(line.new for line in lines), better="up"),
        Figure(_("Gross margin ever"), margin, Form.MONEY, better="up"),
        Figure(
            _("Cost of campaigns"),
            cost,
            Form.MONEY,
            "" if cost is not None else gettext("for those who see the company"),
        ),
    ]


def _source_finding(asked: Asked) -> Finding | None:
    lines = [line for line in _source_lines(asked) if line.customers]
    if not lines:
        return None
    first = lines[0]
    title = gettext("%(source)s brought most: %(customers)s customers, %(conversion)s of them bought") % {
        "source": first.label,
        "customers": number(first.customers),
        "conversion": percent(first.conversion),
    }
    drawn = lines[:SHORT]
    series = [{"name": gettext("Gross margin ever"), "values": [line.gross_margin for line in drawn]}]
    if sees_company(asked.user):
        costs = [line.cost or 0 for line in drawn]
        series.append({"name": gettext("Cost of campaigns"), "values": costs, "tone": "warn"})
    chart = parted_bars(
        [line.label for line in drawn],
        series,
        "money",
        gettext("Money"),
        grouped=True,
        urls=[_source_url(asked, line) for line in drawn],
    )
    about = gettext(
        "Gross margin of the customers who came from each, beside what it cost; a bar leads to them"
    )
    return Finding(title, about, chart, Sheet(_source_columns(asked)[:5], drawn))


def _source_url(asked: Asked, line: sources.SourceLine) -> str:
    """Where the customers of a channel or campaign are: below, as the run knew them."""
    return here(asked, "sources", by=asked.chosen.get("by"), group=group_code(line.source_id))


def _source_columns(asked: Asked) -> tuple[Column, ...]:
    company = (
        money(_("Cost"), "cost"),
        Column(_("Cost of a customer"), _acquisition, Form.MONEY, hide=True),
        column(_("Margin for each unit of cost"), "return_on_cost", Form.DECIMAL, hide=True),
    )
    return (
        column(_("Source"), "label", url=partial(_source_url, asked)),
        count(_("Customers"), "customers", url=partial(_source_url, asked)),
        count(_("Buyers"), "buyers"),
        share(_("Conversion"), "conversion"),
        money(_("Gross margin ever"), "gross_margin"),
        money(_("Net revenue ever"), "net_revenue", hide=True),
        column(_("Days to the first order"), "days_to_first_order", Form.DAYS, hide=True),
        share(_("Repeat rate"), "repeat_rate", hide=True),
        share(_("Retention"), "retention", hide=True),
        *(company if sees_company(asked.user) else ()),
    )


def _acquisition(line: sources.SourceLine) -> int | None:
    return None if line.acquisition_cost is None else round(line.acquisition_cost)


def _source_list(asked: Asked) -> Listing:
    if code := asked.chosen.get("group"):
        key = group_key(code)
        source = int(key) if key is not None else None
        label = next((line.label for line in _source_lines(asked) if line.source_id == source), "")
        members = asked.read(sources.members, asked.chosen["by"], source, asked.scope)
        return customers_behind(
            asked, gettext("Customers who came from %(source)s") % {"source": label}, members
        )
    return Listing(gettext("Every source"), _source_columns(asked), whole(_source_lines(asked)))


def _source_choices(_asked: Asked) -> Sequence[Choice]:
    return (Choice("by", _("Split by"), [("channel", _("Channel")), ("campaign", _("Campaign"))]),)


def _one_source(asked: Asked) -> Sequence[Choice]:
    return (group_choice([(line.source_id, line.label) for line in _source_lines(asked)], _("Source")),)


def _voices(asked: Asked) -> list[informants.InformantLine]:
    silent = {"silent": True, "active": False}.get(asked.chosen.get("voice", ""))
    return asked.read(informants.returns, asked.scope, silent=silent)


def _voice_figures(asked: Asked) -> list[Figure]:
    lines = asked.read(informants.returns, asked.scope)
    return [
        Figure(_("Informants"), len(lines)),
        Figure(
            _("Fallen silent"),
            sum(1 for line in lines if line.voice != "active"),
            better="down",
            url=here(asked, "informants", voice="silent"),
        ),
        Figure(_("Rewards"), sum(line.rewards for line in lines), Form.MONEY),
        Figure(
            _("Gross margin of whom they told us"),
            sum(line.gross_margin for line in lines),
            Form.MONEY,
            better="up",
        ),
    ]


def _voice_finding(asked: Asked) -> Finding | None:
    lines = [line for line in _voices(asked) if line.referrals][:SHORT]
    if not lines:
        return None
    title = gettext("%(name)s brought most: %(customers)s customers") % {
        "name": lines[0].name,
        "customers": number(lines[0].customers),
    }
    series = [
        {"name": gettext("Gross margin"), "values": [line.gross_margin for line in lines]},
        {"name": gettext("Rewards"), "values": [line.rewards for line in lines], "tone": "warn"},
    ]
    chart = parted_bars(
        [line.name for line in lines],
        series,
        "money",
        gettext("Money"),
        grouped=True,
        urls=[_told_url(asked, line) for line in lines],
    )
    about = gettext(
        "Margin of the customers whom an informant told us of, beside the rewards; a bar leads to these customers"
    )
    return Finding(title, about, chart, Sheet(_voice_columns(asked)[:5], lines))


def _told_url(asked: Asked, line: informants.InformantLine) -> str:
    """Where the customers are whom an informant told us of."""
    return here(asked, "informants", informant=line.informant_id)


def _voice_columns(asked: Asked) -> tuple[Column, ...]:
    return (
        column(
            _("Informant"), "name", url=lambda row: reverse("customers:informant", args=[row.informant_id])
        ),
        count(_("Referrals"), "referrals"),
        count(_("Customers"), "customers", url=partial(_told_url, asked)),
        money(_("Gross margin"), "gross_margin"),
        money(_("Rewards"), "rewards"),
        column(_("Margin for each unit of reward"), "return_on_reward", Form.DECIMAL, hide=True),
        column(_("Last referral"), "last_referral_on", Form.DAY),
        column(_("State"), "voice_label"),
        column(_("Why"), "silence", Form.REASON, hide=True),
    )


def _voice_list(asked: Asked) -> Listing:
    if informant := asked.numbers.get("informant"):
        name = next((line.name for line in _voices(asked) if line.informant_id == informant), "")
        title = gettext("Customers whom %(informant)s told us of") % {"informant": name}
        told = asked.read(informants.told_of, informant, asked.scope)
        return customers_behind(asked, title, told, here(asked, "informants"))
    return Listing(gettext("Every informant"), _voice_columns(asked), whole(_voices(asked)))


def _voice_choices(_asked: Asked) -> Sequence[Choice]:
    options = [("", _("All")), ("silent", _("Fallen silent")), ("active", _("Active"))]
    return (Choice("voice", _("State"), options),)


def _cases(asked: Asked) -> list[attention.AttentionLine]:
    return asked.read(attention.groups, *_told_apart(asked), asked.scope)


def _told_apart(asked: Asked) -> tuple[str, str]:
    """The subject that is asked for, and by what its cases are told apart."""
    subject, dimension = asked.chosen.get("subject", "complaint"), asked.chosen.get("by", "type")
    return subject, dimension if dimension in DIMENSIONS[subject] else "type"


def _case_figures(asked: Asked) -> list[Figure]:
    lines = _cases(asked)
    cases, resolved = sum(line.cases for line in lines), sum(line.resolved for line in lines)
    slowest = max((line.hours_90 for line in lines if line.hours_90 is not None), default=None)
    return [
        Figure(_("Cases"), cases, better="down"),
        Figure(_("Resolved"), resolved),
        Figure(_("Resolved share"), resolved / cases if cases else None, Form.SHARE, better="up"),
        Figure(
            _("Nine in ten of the slowest group took"),
            slowest / 24 if slowest is not None else None,
            Form.DAYS,
            better="down",
        ),
    ]


def _case_finding(asked: Asked) -> Finding | None:
    lines = _cases(asked)[:SHORT]
    if not lines:
        return None
    title = gettext("%(group)s leads with %(cases)s cases; %(share)s are resolved") % {
        "group": lines[0].label,
        "cases": number(lines[0].cases),
        "share": percent(lines[0].resolved_share),
    }
    series = [
        {"name": gettext("Resolved"), "values": [line.resolved for line in lines]},
        {
            "name": pgettext("complaint", "Open"),
            "values": [line.cases - line.resolved for line in lines],
            "tone": "bad",
        },
    ]
    urls = [_case_url(asked, line) for line in lines]
    chart = parted_bars([line.label for line in lines], series, "number", gettext("Cases"), urls=urls)
    about = gettext("Cases of the window, resolved and open; a bar leads to the customers who raised them")
    columns = _case_columns(asked)
    return Finding(title, about, chart, Sheet((*columns[:5], columns[7]), lines))


def _case_url(asked: Asked, line: attention.AttentionLine) -> str:
    """Where the customers are whose cases make a group."""
    subject, dimension = _told_apart(asked)
    return here(asked, "attention", subject=subject, by=dimension, group=group_code(line.key))


def _case_columns(asked: Asked) -> tuple[Column, ...]:
    link = partial(_case_url, asked)
    return (
        column(_("Group"), "label", url=link),
        count(_("Cases"), "cases"),
        count(_("Resolved"), "resolved"),
        share(_("Resolved share"), "resolved_share"),
        share(_("Satisfied share"), "satisfied_share"),
        Column(_("Days to resolve, median"), lambda row: _in_days(row.hours_median), Form.DECIMAL),
        Column(
            _("Days to resolve, nine in ten"), lambda row: _in_days(row.hours_90), Form.DECIMAL, hide=True
        ),
        count(_("Customers"), "customers", url=link, hide=True),
        money(_("What they are worth"), "value"),
    )


def _in_days(hours: float | None) -> float | None:
    return None if hours is None else hours / 24


def _case_list(asked: Asked) -> Listing:
    if code := asked.chosen.get("group"):
        key = group_key(code)
        label = next((line.label for line in _cases(asked) if line.key == key), "")
        members = asked.read(attention.members, *_told_apart(asked), key, asked.scope)
        return customers_behind(
            asked, gettext("Customers with cases of %(group)s") % {"group": label}, members
        )
    return Listing(gettext("Every group"), _case_columns(asked), whole(_cases(asked)))


def _case_choices(asked: Asked) -> Sequence[Choice]:
    subjects = [("complaint", pgettext("cases", "Complaints")), ("opinion", gettext("Opinions"))]
    groups = [(name, DIMENSION_LABELS[name]) for name in DIMENSIONS["complaint"]]
    return (Choice("subject", _("Subject"), subjects), Choice("by", _("Split by"), groups))


def _one_group(asked: Asked) -> Sequence[Choice]:
    return (group_choice([(line.key, line.label) for line in _cases(asked)], _("Group")),)


PAGES = (
    MeasurePage(
        "sources",
        Question.COMES,
        _("Source to profit"),
        _("from channel and campaign to customers, first orders, margin, cost and retention"),
        Definition(
            _(
                "For each channel or campaign: its customers, the buyers among them, what they brought, what it cost."
            ),
            _("cost of a customer = cost ÷ new customers who bought; conversion = buyers ÷ customers"),
            _(
                "Only a customer's first source counts. Costs are the company's, and shown to those who see it."
            ),
        ),
        _source_figures,
        _source_finding,
        _source_list,
        _source_choices,
        _one_source,
    ),
    MeasurePage(
        "informants",
        Question.COMES,
        _("Informants"),
        _("who told us of whom, what that brought, who has fallen silent"),
        Definition(
            _(
                "Referrals, the customers that came of them, their margin beside the rewards, and days of silence."
            ),
            _("margin for each unit of reward = gross margin of the referred ÷ rewards"),
            _("A customer whom two informants told us of counts with the first of them."),
        ),
        _voice_figures,
        _voice_finding,
        _voice_list,
        _voice_choices,
        numbers=("informant",),
    ),
    MeasurePage(
        "attention",
        Question.SAYS,
        _("Complaints and opinions"),
        _("what customers complain of, how fast it is resolved, what those customers are worth"),
        Definition(
            _(
                "Complaints and opinions of the window by type, product, owner, region and cause: resolved share,"
                " satisfied share, and time to resolve as the median and the time that nine in ten took."
            ),
            _("resolved share = resolved ÷ cases"),
            _("Open cases have no time to resolve yet: a slow group looks faster until they are closed."),
        ),
        _case_figures,
        _case_finding,
        _case_list,
        _case_choices,
        _one_group,
        related=((_("Complaining key accounts"), "analysis:list", ("complaining",)),),
    ),
)
