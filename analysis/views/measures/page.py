"""The page of any measure, and its rows as a file: one frame, filled by what the measure declares."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from analysis.exports.tables import headers, values
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
    reads_records,
    saved_views,
    stale,
    state_of,
    with_choices,
    with_numbers,
)
from analysis.views.measures.kept import kept
from analysis.views.measures.showing import list_heads, list_rows, shown_figures, shown_finding
from analysis.views.runs import nothing_published
from analysis.views.sentences import window_sentence
from crm.files import write_csv, write_workbook
from crm.models import User
from crm.paging import Page
from crm.policy import can, require
from crm.services import audit
from crm.views.filterbar import count_figure
from crm.views.lists import listing as read_listing

FILE_ROWS = 10_000
FILE_PAGE = 1_000
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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
    older = stale(run, user, live=reads_records(asked)) if asked.run.pk == run.pk else None
    context: dict[str, Any] = {
        "page": page,
        "run": asked.run,
        "window": window_sentence(asked.run),
        "frame": frame,
        "notices": [notice for notice in (state, older) if notice],
        "shown": state is None,
        "saved": saved_views(request, user, f"analysis:{name}"),
        "crumbs": [{"label": _("Analysis"), "url": reverse("analysis:overview")}],
        "related": _related(page),
        "exports": _export_links(request, page, user),
        "chart_export": _chart_export(request, page, user),
    }
    if state is None:
        context |= kept(page.name, frame, lambda: _read_head(page, frame))
        context |= _list(request, page, asked)
    return render(request, "analysis/measures/page.html", context)


@require_safe
def export(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out a measure's ranked table, or the rows of its chart, as a file; the trail says who took how many."""
    user = require(request.user, "customer.export")
    page = pages.BY_SLUG.get(name)
    run = runs.published()
    form = request.GET.get("format", "csv")
    if page is None or run is None or form not in FORMATS:
        raise Http404
    frame = _framed(request, user, page, run)
    columns, rows = _rows_of(page, frame.asked, chart=request.GET.get("table") == "chart")
    title = f"{page.title} {frame.asked.run.as_of:%Y-%m-%d}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows.{form}"
        written = [values(columns, row) for row in rows]
        if form == "csv":
            write_csv(path, headers(columns), written, bom=True)
        else:
            write_workbook(path, headers(columns), written, str(page.title))
        response = HttpResponse(path.read_bytes(), content_type=FORMATS[form])
    audit.record(user, "analysis.export", f"measure:{page.name}", rows=len(rows), run=frame.asked.run.pk)
    response.headers["Content-Disposition"] = _disposition(f"{title}.{form}")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def core_frame(
    request: HttpRequest, user: User, name: str, run: AnalysisRun
) -> tuple[AnalysisRun, dict[str, Any]]:
    """The frame of a page of the core run, which has filters of its own: the run, and what its template needs."""
    frame = frame_of(request, user, run)
    page = pages.PAGES[name]
    notice = stale(run, user) if frame.asked.run.pk == run.pk else None
    return frame.asked.run, {
        "controls": [control for control in frame.controls if control.get("name") != "against"],
        "notes": frame.notes,
        "notices": [notice] if notice else [],
        "saved": saved_views(request, user, f"analysis:{name}"),
        "exports": _export_links(request, page, user),
        "related": _related(page),
    }


def _framed(request: HttpRequest, user: User, page: MeasurePage, run: AnalysisRun) -> Frame:
    """The page's frame, with its own choices read."""
    frame = with_numbers(request, frame_of(request, user, run), page.numbers)
    return with_choices(request, frame, page.choices(frame.asked))


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
        }
    }


def _rows_of(page: MeasurePage, asked: Asked, *, chart: bool) -> tuple[Any, list[Any]]:
    """The columns and rows of a file: all of the ranked table, up to a cap, or those of the chart."""
    listing = page.listing(asked)
    if listing is None or chart:
        finding = page.finding(asked)
        return (finding.sheet.columns, list(finding.sheet.rows)) if finding else ((), [])
    return listing.columns, _all_rows(listing)


def _all_rows(listing: Listing) -> list[Any]:
    rows: list[Any] = []
    after = ""
    while len(rows) < FILE_ROWS:
        page = listing.read(after=after, before="", size=FILE_PAGE)
        rows += page.rows
        after = page.after or ""
        if not after:
            break
    return rows[:FILE_ROWS]


def _related(page: MeasurePage) -> list[dict[str, str]]:
    """Where one goes on from a page."""
    return [{"label": str(label), "url": reverse(route, args=args)} for label, route, args in page.related]


def _export_links(request: HttpRequest, page: MeasurePage, user: User) -> list[dict[str, str]]:
    """Where the page's tables are files, with all that the address asks for."""
    if not can(user, "customer.export"):
        return []
    return [{"label": kind.upper(), "url": _export_url(request, page, format=kind)} for kind in FORMATS]


def _chart_export(request: HttpRequest, page: MeasurePage, user: User) -> str:
    """Where the rows of the page's chart are a file."""
    return _export_url(request, page, format="csv", table="chart") if can(user, "customer.export") else ""


def _export_url(request: HttpRequest, page: MeasurePage, **wanted: str) -> str:
    parameters = request.GET.copy()
    for passing in ("after", "before", "format", "table"):
        parameters.pop(passing, None)
    parameters.update(wanted)
    return f"{reverse('analysis:export', args=[page.slug])}?{parameters.urlencode()}"


def _disposition(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name)}"
