"""The churn page's charts: how the risk is spread, and whether the probabilities held."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from analysis.selectors.churn import Evaluation, RiskBand
from crm.templatetags.format import number, percent, whole_money

WARN_FROM = 0.5


def bands_chart(bands: list[RiskBand], flag_at: float, urls: Sequence[str]) -> dict[str, Any]:
    """Describe customers by their probability of not ordering, in tenths; ``urls`` leads from each to its customers."""
    return {
        "kind": "bars",
        "items": [
            {"label": band_label(band), "value": band.customers, "tone": _tone(band, flag_at), "url": url}
            for band, url in reversed(list(zip(bands, urls, strict=True)))
        ],
        "x_label": _("Customers"),
        "y_label": _("Probability of no order"),
    }


def bands_table(bands: list[RiskBand], urls: Sequence[str]) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Return columns and rows of the same tenths."""
    columns = [
        {"label": _("Probability of no order")},
        {"label": _("Customers"), "kind": "number"},
        {"label": _("Net revenue, %(currency)s") % {"currency": settings.COMPANY_CURRENCY}, "kind": "number"},
    ]
    return columns, [
        [
            band_label(band),
            {"text": number(band.customers), "url": url, "is_figure": True},
            whole_money(band.value),
        ]
        for band, url in reversed(list(zip(bands, urls, strict=True)))
    ]


def calibration_chart(evaluation: Evaluation, *, company: bool) -> dict[str, Any]:
    """Describe predicted against observed shares by decile, one series a method.

    How many customers stand behind a point is for those who see the ``company``: the deciles add up to all.
    """
    return {
        "kind": "calibration",
        "series": [
            {
                "name": method.label,
                "points": [
                    [b.mean_probability, b.churn_rate, *([b.customers] if company else [])]
                    for b in method.calibration
                ],
            }
            for method in evaluation.methods
            if method.calibration
        ],
        "ideal": _("Perfect"),
        "x_label": _("Predicted"),
        "y_label": _("Happened"),
        **({"tooltip": _("{x} predicted, {y} happened, {n} customers")} if company else {}),
    }


def calibration_table(
    evaluation: Evaluation, *, company: bool
) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Return columns and rows of the same deciles, their sizes for those who see the ``company``."""
    columns = [
        {"label": _("Method")},
        {"label": _("Predicted"), "kind": "number"},
        {"label": _("Happened"), "kind": "number"},
        *([{"label": _("Customers"), "kind": "number"}] if company else []),
    ]
    rows = [
        [
            method.label,
            percent(each.mean_probability),
            percent(each.churn_rate),
            *([number(each.customers)] if company else []),
        ]
        for method in evaluation.methods
        for each in method.calibration
    ]
    return columns, rows


def band_label(band: RiskBand) -> str:
    """Write the tenth of the probability that a band is."""
    return f"{percent(band.low, 0)} – {percent(band.high, 0)}"


def _tone(band: RiskBand, flag_at: float) -> str:
    if band.low >= flag_at:
        return "bad"
    return "warn" if band.low >= WARN_FROM else "good"
