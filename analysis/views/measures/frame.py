"""The frame of every page of a measure: which run, compared with which, of whose customers, and what else was chosen.

All of it stands in the address, so that a page can be kept, shared and found again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from analysis.forms.filters import SnapshotFilters
from analysis.models import AnalysisRun, MeasureResult, MeasureState
from analysis.selectors.explanations import step_label
from analysis.selectors.freshness import MOST_PERIODS, newer_import, runs_with_rows
from analysis.selectors.runs import whole_run
from analysis.selectors.snapshots import Filter, sees_company
from analysis.views.measures.declaring import Asked, Choice
from crm.models import User
from crm.policy import can
from crm.services.saved_views import visible_views
from crm.templatetags.format import day, moment
from crm.views.addresses import with_parameters
from customers.models import Region, RegionLevel
from customers.selectors.reach import teams_seen

SCOPE = ("owner", "team", "region")
NOBODY = "none"
# What names one of the groups that a chart shows.
GROUP = "group"
# The name of the controls that say whose customers.
WHOSE = "whose"
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Frame:
    """What was asked of a page, the run that it is compared with, and the controls that ask something else.

    ``filters`` is the form that the customers asked for were read by.
    """

    asked: Asked
    against: AnalysisRun | None
    controls: list[dict[str, Any]]
    notes: list[str]
    filters: SnapshotFilters

    @property
    def then(self) -> Asked | None:
        """The same, asked of the run compared with."""
        return replace(self.asked, run=self.against) if self.against else None


def frame_of(request: HttpRequest, user: User, run: AnalysisRun) -> Frame:
    """Read the address; what it asks for in vain is left out, and the page says so. ``run`` is the published one."""
    kept = list(runs_with_rows(user)[:MOST_PERIODS])
    notes: list[str] = []
    asked_for = _run_asked(request, "run", kept, notes)
    shown = run if asked_for is None or asked_for.pk == run.pk else whole_run(asked_for)
    earlier = [each for each in kept if each.pk != shown.pk and each.as_of <= shown.as_of]
    against = _against(request, shown, earlier, notes)
    form = SnapshotFilters(request.GET, user=user)
    scope = form.scope()
    controls = [
        _runs_control(request, "run", _("Period"), kept, shown),
        *_scope_controls(request, user, scope),
        _runs_control(request, "against", _("Compared with"), earlier, against),
    ]
    notes += [_not_there(name) for name in SCOPE if name in form.errors]
    asked = Asked(shown, user, scope, rows=form.rows())
    return Frame(
        asked, whole_run(against) if against else None, [each for each in controls if each], notes, form
    )


def without_scope(frame: Frame) -> Frame:
    """The frame of a page that tells of no customers: nothing to narrow down, and nothing narrowed."""
    controls = [each for each in frame.controls if each.get("name") != WHOSE]
    return replace(frame, asked=replace(frame.asked, scope=Filter(), rows=Filter()), controls=controls)


def with_numbers(request: HttpRequest, frame: Frame, names: Sequence[str]) -> Frame:
    """The frame with the numbers read by which the address names one thing; what is no number is left out."""
    given = {name: request.GET.get(name, "") for name in names}
    read = {name: int(value) for name, value in given.items() if value.isascii() and value.isdigit()}
    found = {name: number for name, number in read.items() if number <= LARGEST_KEY}
    notes = [
        *frame.notes,
        *(_not_there(name) for name, value in given.items() if value and name not in found),
    ]
    return replace(frame, asked=replace(frame.asked, numbers=found), notes=notes)


def with_choices(request: HttpRequest, frame: Frame, choices: Sequence[Choice]) -> Frame:
    """The frame with a page's own choices read from the address, and their controls."""
    chosen: dict[str, str] = dict(frame.asked.chosen)
    notes, controls = list(frame.notes), []
    # A group is one of what else was chosen.
    anew = {GROUP: None} if GROUP not in {choice.name for choice in choices} else {}
    for choice in choices:
        offered = {value: str(label) for value, label in choice.options}
        if not offered:
            continue
        default = next(iter(offered))
        value = request.GET.get(choice.name, default)
        if value not in offered:
            notes.append(_not_there(choice.name))
            value = default
        chosen[choice.name] = value
        options = [
            {
                "label": label,
                "url": with_parameters(request, **{**anew, choice.name: None if each == default else each}),
                "active": each == value,
            }
            for each, label in offered.items()
        ]
        controls.append({"label": str(choice.label), "value": offered[value], "options": options})
    asked = replace(frame.asked, chosen=chosen)
    return replace(frame, asked=asked, controls=[*frame.controls, *controls], notes=notes)


def state_of(run: AnalysisRun, result: MeasureResult | None) -> dict[str, Any] | None:
    """Say why a measure has nothing to show, or that it is older than what is known; None when all is well."""
    if result is not None and result.state == MeasureState.FAILED:
        text = _("This measure broke in the run shown. The others are whole.")
        return _notice("bad", _("It failed."), text, run.get_absolute_url(), _("See the run"))
    if result is not None and result.state == MeasureState.REFUSED:
        return _notice("warn", _("The data do not allow it."), step_label(result.problem))
    if result is None:
        text = _("The run shown has not worked this measure out; the next one will.")
        return _notice("info", _("Not in this run."), text, reverse("analysis:runs"), _("See the runs"))
    if not result.is_done:
        text = _("It is being worked out. Come back in a moment.")
        return _notice("info", _("Not ready yet."), text, run.get_absolute_url(), _("See the run"))
    return None


def for_the_company() -> dict[str, Any]:
    """Say that a measure tells of the whole company, which the viewer does not see."""
    text = _("It is worked out over all customers and shown to those who see all of them.")
    return _notice("info", _("This is about the whole company."), text)


def reads_records(asked: Asked) -> bool:
    """Whether some figures are added up from today's records, since the stored ones are those of the company."""
    return not asked.scope.is_empty or not sees_company(asked.user)


def freshness(asked: Asked, published: AnalysisRun) -> dict[str, Any] | None:
    """Say that the run shown is a past one, or that something was imported after it; None when all is as known."""
    live = reads_records(asked)
    if asked.run.pk == published.pk:
        return stale(asked.run, asked.user, live=live)
    imported = newer_import(asked.run) if live else None
    if imported is None:
        known = _("It shows what was known on %(day)s. The period above leads to the others.")
        return _notice("info", _("This is a past run."), known % {"day": day(asked.run.as_of)})
    text = _(
        "An import ended on %(when)s, after this run. Scores and lists are those of the run; sums over a part of the"
        " customers may hold rows of the import that are dated within its window."
    ) % {"when": moment(imported)}
    return _notice("info", _("This is a past run."), text)


def stale(run: AnalysisRun, user: User, *, live: bool = False) -> dict[str, Any] | None:
    """Say that something was imported after the published run; None when the run has read all.

    ``live`` figures are those of a part of the company, of which some are added up as the page is asked for.
    """
    imported = newer_import(run)
    if imported is None:
        return None
    text = _("An import ended on %(when)s, after this run. Its rows are not in these figures yet.") % {
        "when": moment(imported)
    }
    if live:
        text = _(
            "An import ended on %(when)s, after this run. Scores and lists are those of the run; sums over a part of"
            " the customers may hold rows of the import already."
        ) % {"when": moment(imported)}
    can_run = can(user, "analysis.run")
    return _notice(
        "warn",
        _("Newer data are there."),
        text,
        reverse("analysis:runs") if can_run else "",
        _("Start a run") if can_run else "",
    )


def saved_views(request: HttpRequest, user: User, page: str) -> dict[str, Any]:
    """The page as people keep it: the views that one may open, and what would be kept now."""
    here = request.path
    views = [
        {
            "id": view.pk,
            "name": view.name,
            "url": f"{here}?{view.query}" if view.query else here,
            "is_mine": view.owner_id == user.pk,
            "owner": str(view.owner),
        }
        for view in visible_views(user, page)
    ]
    return {
        "views": views,
        "page": page,
        "query": request.GET.urlencode(),
        "can_share": user.team_id is not None,
    }


def _notice(tone: str, title: str, text: str, url: str = "", action: str = "") -> dict[str, Any]:
    return {"tone": tone, "title": title, "text": text, "url": url, "action": action}


def _not_there(name: str) -> str:
    return _("The address asks for something that is not there, and that was left out: %s.") % name


def _run_asked(
    request: HttpRequest, name: str, kept: Sequence[AnalysisRun], notes: list[str]
) -> AnalysisRun | None:
    wanted = request.GET.get(name, "")
    found = next((run for run in kept if str(run.pk) == wanted), None)
    if wanted and found is None:
        notes.append(_not_there(name))
    return found


def _against(
    request: HttpRequest, shown: AnalysisRun, earlier: Sequence[AnalysisRun], notes: list[str]
) -> AnalysisRun | None:
    """The run to compare with: the one asked for, the run's own previous one, or none."""
    if request.GET.get("against") == NOBODY:
        return None
    if asked := _run_asked(request, "against", earlier, notes):
        return asked
    return next((run for run in earlier if run.pk == shown.previous_id), None)


def _runs_control(
    request: HttpRequest, name: str, label: str, offered: Sequence[AnalysisRun], chosen: AnalysisRun | None
) -> dict[str, Any]:
    options = [
        {
            "label": _("%(start)s to %(as_of)s") % {"start": day(run.window_start), "as_of": day(run.as_of)}
            if name == "run"
            else day(run.as_of),
            "url": with_parameters(request, **{name: str(run.pk)}),
            "active": chosen is not None and run.pk == chosen.pk,
        }
        for run in offered
    ]
    if name == "against":
        nothing = with_parameters(request, against=NOBODY)
        options.append({"label": _("Nothing"), "url": nothing, "active": chosen is None})
    value = next((option["label"] for option in options if option["active"]), _("Nothing"))
    return {"name": name, "label": label, "value": value, "options": options} if offered else {}


def _scope_controls(request: HttpRequest, user: User, scope: Filter) -> list[dict[str, Any]]:
    """Whose customers: one's own, a team's, a region's."""
    anybody = with_parameters(request, **dict.fromkeys(SCOPE))
    mine = with_parameters(request, **{**dict.fromkeys(SCOPE), "owner": str(user.pk)})
    teams = teams_seen(user)
    whose = [
        {"label": _("All that I see"), "url": anybody, "active": scope.owner is None and scope.team is None},
        {"label": _("Mine"), "url": mine, "active": scope.owner == user.pk},
        *(
            {
                "label": team.name,
                "url": with_parameters(request, **{**dict.fromkeys(SCOPE), "team": str(team.pk)}),
                "active": scope.team == team.pk,
            }
            for team in teams
        ),
    ]
    value = next((option["label"] for option in whose if option["active"]), _("Somebody else's"))
    customers = {"name": WHOSE, "label": _("Customers"), "value": value, "options": whose}
    return [customers, _region_control(request, scope)]


def _region_control(request: HttpRequest, scope: Filter) -> dict[str, Any]:
    """Where: the areas and, within the one chosen, what lies just below."""
    chosen = Region.objects.filter(pk=scope.region).first() if scope.region else None
    areas = list(Region.objects.filter(level=RegionLevel.AREA).order_by("path"))
    below = list(Region.objects.filter(parent=chosen).order_by("path")) if chosen else []
    offered = [*areas, *(region for region in (chosen, *below) if region and region not in areas)]
    options = [
        {"label": _("Everywhere"), "url": with_parameters(request, region=None), "active": chosen is None},
        *(
            {
                "label": str(region),
                "url": with_parameters(request, region=str(region.pk)),
                "active": chosen is not None and region.pk == chosen.pk,
            }
            for region in offered
        ),
    ]
    return {
        "name": WHOSE,
        "label": _("Region"),
        "value": str(chosen) if chosen else _("Everywhere"),
        "options": options,
    }
