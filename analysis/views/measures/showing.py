"""Figures, findings and rows as the templates take them: everything is written, nothing is read any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from analysis.exports.tables import Column, Form, Sheet, written
from analysis.views.measures.declaring import Figure, Finding, Listing
from crm.templatetags.format import compact_money, signed, signed_percent
from crm.views.addresses import with_parameters
from crm.views.lists import column as head_of


def shown_figures(now: Sequence[Figure], then: Sequence[Figure], currency: str) -> list[dict[str, Any]]:
    """Describe headline figures for components/kpi.html, each with its change against the same one before."""
    before = {str(figure.label): figure.value for figure in then}
    return [_figure(figure, before.get(str(figure.label)), currency) for figure in now]


def shown_finding(finding: Finding) -> dict[str, Any]:
    """Describe a chart and the table of its rows for components/chart_card.html."""
    return {
        "title": finding.title,
        "sub": finding.about,
        "chart": finding.chart,
        "columns": [_head(column) for column in finding.sheet.columns],
        "rows": short_rows(finding.sheet),
    }


def short_rows(sheet: Sheet) -> list[list[Any]]:
    """The rows of a short table for components/table.html."""
    return [[_short_cell(column, row) for column in sheet.columns] for row in sheet.rows]


def list_heads(request: HttpRequest, listing: Listing, order: str) -> list[dict[str, Any]]:
    """The heads of the ranked table for components/table_head.html; those with an order are links that sort by it."""
    heads = []
    for column in listing.columns:
        url = f"{with_parameters(request, sort=column.order)}#rows" if column.order else ""
        is_sorted = bool(column.order) and column.order == order
        heads.append(
            head_of(
                column.head,
                number=column.is_figure,
                hide=column.hide,
                sort_url=url,
                sorted_="descending" if is_sorted else "",
            )
        )
    return heads


def list_rows(listing: Listing, rows: Sequence[Any]) -> list[list[dict[str, Any]]]:
    """The rows of the ranked table as cells of measures/rows.html; the first column of words names the row."""
    naming = next((place for place, column in enumerate(listing.columns) if not column.is_figure), 0)
    shown = [[_cell(column, row) for column in listing.columns] for row in rows]
    for cells in shown:
        cells[naming]["names"] = True
    return shown


def change_of(
    now: Any, before: Any, form: Form = Form.COUNT, better: str = "", currency: str = ""
) -> dict[str, str]:
    """Describe how a figure changed for components/kpi.html; ``better`` as of a Figure."""
    change, tone = _change(Figure("", now, form, better=better), before, currency)
    return {"delta": change, "delta_tone": tone}


def _figure(figure: Figure, before: Any, currency: str) -> dict[str, Any]:
    return {
        "label": str(figure.label),
        "value": _headline(figure, currency),
        "note": str(figure.note),
        "url": figure.url,
        **change_of(figure.value, before, figure.form, figure.better, currency),
    }


def _headline(figure: Figure, currency: str) -> str:
    if figure.form is Form.MONEY:
        return compact_money(figure.value, currency)
    return written(Column("", lambda row: row, figure.form), figure.value)


def _change(figure: Figure, before: Any, currency: str) -> tuple[str, str]:
    """How a figure changed, and whether that is good: "" for no change, or with nothing to compare."""
    if figure.value is None or before is None or figure.value == before:
        return "", ""
    rose = figure.value > before
    tone = "" if not figure.better else "good" if rose == (figure.better == "up") else "bad"
    step = figure.value - before
    if figure.form is Form.MONEY:
        mark = "+" if rose else ""
        return f"{mark}{compact_money(step, currency)}", tone
    if figure.form in {Form.SHARE, Form.CHANGE}:
        return signed_percent(step), tone
    return signed(step, 1 if figure.form is Form.DECIMAL else 0), tone


def _head(column: Column) -> dict[str, Any]:
    return {"label": column.head, "kind": "number" if column.is_figure else ""}


def _short_cell(column: Column, row: Any) -> Any:
    value = column.read(row)
    text = value.name if column.form is Form.CUSTOMER else written(column, value)
    url = _address(column, row, value)
    if column.form is Form.TIER:
        return {"tier": text, "text": ""}
    return {"text": text, "url": url, "is_figure": column.is_figure} if url and text else text


def _cell(column: Column, row: Any) -> dict[str, Any]:
    value = column.read(row)
    cell = {"label": str(column.label), "form": str(column.form), "hide": column.hide}
    if column.form is Form.CUSTOMER:
        under = " · ".join(part for part in (value.code, value.owner) if part)
        return {**cell, "text": value.name, "under": under, "url": _address(column, row, value)}
    if column.form is Form.REASON and isinstance(value, tuple | list):
        return {**cell, "lines": [str(line) for line in value]}
    return {
        **cell,
        "text": written(column, value),
        "url": _address(column, row, value),
        "n": column.is_figure,
    }


def _address(column: Column, row: Any, value: Any) -> str:
    if column.url is not None:
        return column.url(row)
    return reverse("customers:record", args=[value.customer_id]) if column.form is Form.CUSTOMER else ""
