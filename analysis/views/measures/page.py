"""The page of any measure, and its rows as a file: one frame, filled by what the measure declares."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from analysis.models import AnalysisRun
from analysis.registry import FURTHER
from analysis.selectors import runs
from analysis.selectors.annotations import noted_between
from analysis.selectors.results import result_of
from analysis.selectors.snapshots import sees_company
from analysis.views.measures import pages
from analysis.views.measures.declaring import Asked, Listing, MeasurePage
from analysis.views.measures.frame import (
    Frame,
    for_the_company,
    frame_of,
    freshness,
    saved_views,
    state_of,
    with_choices,
    with_numbers,
    without_scope,
)
from analysis.views.measures.kept import kept
from analysis.views.measures.parts import carried
from analysis.views.measures.showing import list_heads, list_rows, shown_figures, shown_finding
from analysis.views.runs import nothing_published
from analysis.views.sentences import window_sentence
from analysis.views.taking import FILE_TYPES, TakenOut, hand_out
from crm.models import User
from crm.paging import Page
from crm.policy import can, require
from crm.views.filterbar import count_figure
from crm.views.lists import listing as read_listing

FILE_PAGE = 1_000
# The format of a file that holds the rows of the chart.
CHART = "chart"
# The field of templates/analysis/measures/tools.html that a chart's own link leads to: a file needs a reason.
REASON_FIELD = "export-reason"


@require_safe
def measure(request: HttpRequest, *, name: str) -> HttpResponse:
    """Show a measure: period, scope, figures with their change, the chart with its rows, the ranked table."""
    user = require(request.user, "analysis.view")
    run = runs.published()
    if run is None:
        return nothing_published(request, user)
    page = pages.PAGES[name]
    frame = _framed(request, user, page, run)
    asked = frame.asked
    result = result_of(name, asked.run)
    state = state_of(asked.run, result) if name in FURTHER else None
    if page.company_only and not sees_company(user):
        state = for_the_company()
    older = freshness(asked, run)
    context: dict[str, Any] = {
        "page": page,
        "run": asked.run,
        "window": window_sentence(asked.run),
        "frame": frame,
        "notices": [notice for notice in (state, older) if notice],
        "shown": state is None,
        "saved": saved_views(request, user, f"analysis:{name}"),
        "crumbs": [{"label": _("Analysis"), "url": carried(asked, reverse("analysis:overview"))}],
        "related": _related(page, asked),
        "exports": exports(request, page, user) if state is None else None,
    }
    if state is None:
        context |= kept(page.name, frame, lambda: _read_head(page, frame))
        context["drawn"] = context["finding"] is not None
        context |= _list(request, page, asked)
        if not context["drawn"] and "listing" not in context:
            context["exports"] = None
    return render(request, "analysis/measures/page.html", context)


@require_POST
def export(request: HttpRequest, name: str) -> HttpResponseBase:
    """Hand out a measure's ranked table, or its chart's rows, as a file, to who has proven themselves of late."""
    require(request.user, "customer.export")
    answer: HttpResponseBase = _export(request, name)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _export(request: HttpRequest, name: str) -> HttpResponseBase:
    user = require(request.user, "customer.export")
    page = pages.BY_SLUG.get(name)
    run = runs.published()
    form = request.POST.get("format", "")
    of_chart = form == CHART
    kind = "csv" if of_chart else form
    if page is None or run is None or kind not in FILE_TYPES:
        raise Http404
    if page.company_only and not sees_company(user):
        raise Http404
    frame = _framed(request, user, page, run)
    columns, rows = _rows_of(page, frame.asked, chart=of_chart)
    taken = TakenOut(page.name, str(page.title), columns, rows)
    back = f"{page.url}?{request.GET.urlencode()}"
    return hand_out(request, user, taken, run=frame.asked.run, kind=kind, back=back)


def core_frame(request: HttpRequest, user: User, name: str, run: AnalysisRun) -> tuple[Frame, dict[str, Any]]:
    """The frame of a page of the core run, which has a view of its own, and what its template needs of it."""
    frame = frame_of(request, user, run)
    page = pages.PAGES[name]
    notice = freshness(frame.asked, run)
    return frame, {
        "run": frame.asked.run,
        "window": window_sentence(frame.asked.run),
        "frame": frame,
        "notices": [notice] if notice else [],
        "saved": saved_views(request, user, f"analysis:{name}"),
        "exports": exports(request, page, user),
        "related": _related(page, frame.asked),
    }


def _framed(request: HttpRequest, user: User, page: MeasurePage, run: AnalysisRun) -> Frame:
    """The page's frame, with its own choices read."""
    frame = frame_of(request, user, run)
    frame = with_numbers(request, frame if page.narrows else without_scope(frame), page.numbers)
    frame = with_choices(request, frame, page.choices(frame.asked))
    return with_choices(request, frame, page.narrower(frame.asked))


def _read_head(page: MeasurePage, frame: Frame) -> dict[str, Any]:
    asked, then = frame.asked, frame.then
    before = page.figures(then) if then and _is_told(page, then) else []
    finding = page.finding(asked)
    shown = shown_finding(finding) if finding else None
    if shown and shown["chart"].get("kind") == "line":
        shown["chart"]["notes"] = noted_between(asked.user, shown["chart"]["labels"])
    return {
        "figures": shown_figures(page.figures(asked), before, settings.COMPANY_CURRENCY),
        "finding": shown,
    }


def _is_told(page: MeasurePage, asked: Asked) -> bool:
    """Whether a run holds what the page tells."""
    result = result_of(page.name, asked.run)
    return page.name not in FURTHER or (result is not None and result.is_done)


def _list(request: HttpRequest, page: MeasurePage, asked: Asked) -> dict[str, Any]:
    """The page of the ranked table that the address asks for."""
    listing = page.listing(asked)
    if listing is None:
        return {}
    seen: dict[str, Any] = {}

    def counted(*, after: str, before: str) -> Page[Any]:
        found = listing.read(after=after, before=before)
        seen["count"] = found.count + (1 if found.count_capped else 0)
        return Page(found.rows, found.before, found.after)

    shown = read_listing(request, counted)
    count = seen["count"]
    words = ngettext("%(count)s row", "%(count)s rows", count) % {"count": count_figure(count)}
    return {
        "listing": {
            "title": listing.title,
            "heads": list_heads(request, listing, asked.chosen.get("sort", "")),
            "rows": list_rows(listing, shown.rows),
            "previous_url": shown.previous_url,
            "next_url": shown.next_url,
            "notes": shown.notes,
            "count": words,
            "all_url": listing.all_url,
        }
    }


def _rows_of(page: MeasurePage, asked: Asked, *, chart: bool) -> tuple[Any, list[Any]]:
    """The columns and rows of a file: all of the ranked table, up to one more than the cap, or those of the chart.

    Raises Http404 when there is nothing to draw: an empty file would be put on record as taken.
    """
    listing = page.listing(asked)
    if listing is None or chart:
        finding = page.finding(asked)
        if finding is None:
            raise Http404
        return finding.sheet.columns, list(finding.sheet.rows)
    return listing.columns, _all_rows(listing)


def _all_rows(listing: Listing) -> list[Any]:
    rows: list[Any] = []
    after = ""
    while len(rows) <= settings.EXPORT_MAX_ROWS:
        page = listing.read(after=after, before="", size=FILE_PAGE)
        rows += page.rows
        after = page.after or ""
        if not after:
            break
    return rows


def _related(page: MeasurePage, asked: Asked) -> list[dict[str, str]]:
    """Where one goes on from a page, for the same run and customers."""
    return [
        {"label": str(label), "url": carried(asked, reverse(route, args=args))}
        for label, route, args in page.related
    ]


def exports(request: HttpRequest, page: MeasurePage, user: User) -> dict[str, Any] | None:
    """Where a page's table and its chart's rows are asked for as files, as the address has them; for who may."""
    if not can(user, "customer.export"):
        return None
    parameters = request.GET.copy()
    for passing in ("after", "before"):
        parameters.pop(passing, None)
    url = f"{reverse('analysis:export', args=[page.slug])}?{parameters.urlencode()}"
    return {"url": url, "chart": CHART, "rows_url": f"#{REASON_FIELD}"}
