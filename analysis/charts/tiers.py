"""The tiers page's charts: the Pareto curve."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analysis.selectors.tiers import Boundary, ParetoCurve
from crm.templatetags.format import number, percent


def pareto_title(curve: ParetoCurve) -> str:
    """Return the chart's finding as a sentence."""
    share = curve.b
    return ngettext(
        "%(count)s customer brings %(share)s of revenue",
        "The first %(count)s customers bring %(share)s of revenue",
        share.customers,
    ) % {"count": number(share.customers), "share": percent(share.share)}


def pareto_chart(curve: ParetoCurve, urls: dict[str, str]) -> dict[str, Any]:
    """Describe the curve for the chart component; ``urls`` leads from a tier to its customers."""
    return {
        "kind": "pareto",
        "points": [[count, share] for count, share in curve.points],
        "bands": [
            _band(curve.a, urls["A"]),
            _band(curve.b, urls["B"]),
            {"tier": "C", "to": curve.positive_customers, "url": urls["C"]},
        ],
        "x_label": _("Customers, from high to low (%(count)s)") % {"count": number(curve.positive_customers)},
        "y_label": _("Cumulative share of revenue"),
        "tooltip": _("The first {x} customers bring {y}"),
    }


def pareto_table(curve: ParetoCurve) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Return columns and rows of the same curve."""
    columns = [
        {"label": _("Customers"), "kind": "number"},
        {"label": _("Cumulative share"), "kind": "number"},
    ]
    return columns, [[number(count), percent(share)] for count, share in curve.points]


def _band(boundary: Boundary, url: str) -> dict[str, Any]:
    label = _("First %(count)s: %(share)s") % {
        "count": number(boundary.customers),
        "share": percent(boundary.share),
    }
    return {
        "tier": boundary.tier,
        "to": boundary.customers,
        "share": boundary.share,
        "label": label,
        "url": url,
    }
