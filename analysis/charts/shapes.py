"""The shapes of the measures' charts: plain figures in, the chart component's data out (static/js/chart-options.js)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings

Items = Sequence[dict[str, Any]]


def item(
    label: str, value: Any, *, url: str = "", tone: str = "", tier: str = "", note: str = ""
) -> dict[str, Any]:
    """One bar: money in cents, shares as ratios."""
    more = {"url": url, "tone": tone, "tier": tier, "note": note}
    return {"label": label, "value": value, **{name: word for name, word in more.items() if word}}


def bars(items: Items, form: str, x_label: str) -> dict[str, Any]:
    """Ranked bars in the order given; ``form`` is "number", "percent", "money" or "days"."""
    return {
        "kind": "bars",
        "items": list(items),
        "format": form,
        "x_label": x_label,
        "currency": settings.COMPANY_CURRENCY,
    }


def parted_bars(
    labels: Sequence[str],
    series: Sequence[dict[str, Any]],
    form: str,
    x_label: str,
    *,
    grouped: bool = False,
    urls: Sequence[str] = (),
) -> dict[str, Any]:
    """Bars in parts: one upon another, or side by side when ``grouped``.

    A series is {name, values, tier or tone, urls}: where its parts lead; ``urls`` is where the bars do.
    """
    return {
        "kind": "bars",
        "labels": list(labels),
        "series": list(series),
        "format": form,
        "x_label": x_label,
        "grouped": grouped,
        "urls": list(urls),
        "currency": settings.COMPANY_CURRENCY,
    }


def lines(labels: Sequence[str], series: Sequence[dict[str, Any]], form: str, **more: Any) -> dict[str, Any]:
    """Series over time; a series is {name, values (None for a gap), tone, dashed}. ``more``: x_label, y_label, urls."""
    return {
        "kind": "line",
        "labels": list(labels),
        "series": list(series),
        "format": form,
        "currency": settings.COMPANY_CURRENCY,
        **more,
    }


def heat(
    columns: Sequence[str], rows: Sequence[str], cells: Sequence[dict[str, Any]], form: str, **more: Any
) -> dict[str, Any]:
    """Tiles, the deeper the more: cells are {x, y, value, url, note}, by their places. ``more``: x_label, y_label."""
    return {
        "kind": "heat",
        "columns": list(columns),
        "rows": list(rows),
        "cells": list(cells),
        "format": form,
        "currency": settings.COMPANY_CURRENCY,
        **more,
    }


def waterfall(steps: Items) -> dict[str, Any]:
    """Money from a total to what is left: steps are {label, value, total, url}; a total stands on the ground."""
    return {
        "kind": "waterfall",
        "steps": list(steps),
        "format": "money",
        "currency": settings.COMPANY_CURRENCY,
        "y_label": settings.COMPANY_CURRENCY,
    }


def slope(left: str, right: str, places: Sequence[str], passages: Items) -> dict[str, Any]:
    """Who went from which place to which: passages are {from, to (places), count, label, tone, url}."""
    return {"kind": "slope", "left": left, "right": right, "places": list(places), "passages": list(passages)}


def dots(
    points: Items, *, x_form: str, y_form: str, x_label: str, y_label: str, ideal: str = ""
) -> dict[str, Any]:
    """Points {x, y, label, url, tone}; ``ideal`` names the line where both are equal."""
    return {
        "kind": "dots",
        "points": list(points),
        "x_format": x_form,
        "y_format": y_form,
        "x_label": x_label,
        "y_label": y_label,
        "ideal": ideal,
        "currency": settings.COMPANY_CURRENCY,
    }


def network(nodes: Items, ties: Items) -> dict[str, Any]:
    """Things that go together: nodes {name, group, note, url}, ties {source, target (places), label, url}."""
    return {"kind": "network", "nodes": list(nodes), "ties": list(ties)}
