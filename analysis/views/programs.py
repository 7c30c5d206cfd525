"""What programs read with a token: where the published run has put each customer that the token's owner may see."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analysis.models import AnalysisRun
from analysis.selectors.ranking import RankedCustomer, ranking
from analysis.selectors.runs import published
from crm.accounts.tokens import readable_with_token
from crm.models import TokenScope
from crm.paging import CursorError
from crm.policy import require

ROWS = 200


@readable_with_token(TokenScope.ANALYSIS)
@require_safe
def customers(request: HttpRequest) -> JsonResponse:
    """Answer with the rows of the tiers page, from the greatest down; ``next`` is what to ask ``after``, or null."""
    user = require(request.user, "analysis.view")
    run = published()
    if run is None:
        return _answer({"run": None, "customers": [], "next": None})
    try:
        page = ranking(run, user, after=request.GET.get("after", ""), size=ROWS)
    except CursorError:
        said = _("“after” is what the answer before said in “next”: begin anew without it.")
        return JsonResponse({"error": said}, status=400)
    return _answer({**_about(run), "customers": [_row(row) for row in page.rows], "next": page.after})


def _answer(said: dict[str, Any]) -> JsonResponse:
    return JsonResponse(said, json_dumps_params={"ensure_ascii": False})


def _about(run: AnalysisRun) -> dict[str, Any]:
    return {
        "run": run.pk,
        "as_of": run.as_of,
        "policy": run.policy.version,
        "window": [run.window_start, run.window_end],
        "currency": run.currency,
    }


def _row(row: RankedCustomer) -> dict[str, Any]:
    return {
        "id": row.customer_id,
        "code": row.code,
        "name": row.name,
        "rank": row.rank,
        "share": row.share,
        "tier": row.tier,
        "tier_before": row.tier_before,
        "reason": row.reason,
        "marks": list(row.marks),
        "potential": row.potential,
        "value": _amount(row.value),
        "net_revenue": _amount(row.net_revenue),
        "net_revenue_before": _amount(row.net_revenue_before),
        "gross_margin": _amount(row.gross_margin),
        "orders": row.orders,
        "last_order_on": row.last_order_on,
        "churn_probability": row.churn_probability,
        "churn_flag": row.churn_flag,
        "churn_reasons": list(row.reasons),
    }


def _amount(cents: int | None) -> str | None:
    """Cents of the company currency, written as an amount: 123450 is "1234.50"."""
    return None if cents is None else str(Decimal(cents).scaleb(-2))
