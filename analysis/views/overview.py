"""The overview: a brief of one page, and the directory of every measure."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analysis.charts.contribution import monthly_chart, monthly_table, monthly_title
from analysis.models import AnalysisRun, MeasureState
from analysis.registry import FURTHER
from analysis.selectors import contribution, runs
from analysis.selectors.annotations import noted_between
from analysis.selectors.results import results_of
from analysis.views.measures.brief import changed, stands
from analysis.views.measures.declaring import QUESTIONS, Asked
from analysis.views.measures.frame import frame_of, freshness, saved_views
from analysis.views.measures.kept import kept
from analysis.views.measures.page import exports
from analysis.views.measures.pages import PAGES, pages_of
from analysis.views.measures.parts import carried, orders_in
from analysis.views.runs import nothing_published
from analysis.views.sentences import window_sentence
from crm.policy import require
from crm.templatetags.format import number


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Say in sentences what changed and how things stand, and lead to every measure."""
    user = require(request.user, "analysis.view")
    run = runs.published()
    if run is None:
        return nothing_published(request, user)
    frame = frame_of(request, user, run)
    asked = frame.asked
    older = freshness(asked, run)
    notices = [older, _partial(asked.run)]
    context: dict[str, Any] = {
        "run": asked.run,
        "window": window_sentence(asked.run),
        "frame": frame,
        "notices": [notice for notice in notices if notice],
        "saved": saved_views(request, user, "analysis:overview"),
        # Its chart is that of contribution, and so are the rows.
        "exports": exports(request, PAGES["contribution"], user),
        "directory": [
            {
                "question": label,
                "pages": [
                    {"title": page.title, "says": page.says, "url": carried(asked, page.url)}
                    for page in pages_of(question)
                ],
            }
            for question, label in QUESTIONS.items()
        ],
        **kept("overview", frame, lambda: _brief(asked, frame.then)),
    }
    return render(request, "analysis/overview.html", context)


def _brief(asked: Asked, then: Asked | None) -> dict[str, Any]:
    """The sentences and the chart, written."""
    months = asked.read(contribution.monthly, asked.scope)
    columns, rows = monthly_table(months, lambda month: orders_in(asked, month.month, sales=True))
    chart = monthly_chart(months, lambda month: orders_in(asked, month.month))
    chart["notes"] = noted_between(asked.user, chart["labels"])
    return {
        "drawn": any(each.orders for each in months),
        "changed": changed(asked, then),
        "stands": stands(asked),
        "months": {"title": monthly_title(months), "chart": chart, "columns": columns, "rows": rows},
    }


def _partial(run: AnalysisRun) -> dict[str, Any] | None:
    """Say which measures of the run are not there, and why; None when all are."""
    results = results_of(run)
    told = [name for name in FURTHER if name in results]
    failed = [name for name in told if results[name].state == MeasureState.FAILED]
    waiting = [name for name in told if not results[name].is_finished]
    if not failed and not waiting:
        return None
    parts = []
    if waiting:
        parts.append(_("%(count)s measures are still being worked out.") % {"count": number(len(waiting))})
    if failed:
        names = _("; ").join(str(FURTHER[name].label) for name in failed)
        parts.append(_("These broke: %(names)s.") % {"names": names})
    return {
        "tone": "bad" if failed else "info",
        "title": _("This brief is not whole."),
        "text": " ".join(parts),
        "url": run.get_absolute_url(),
        "action": _("See the run"),
    }
