"""The marks of a chart and where they lead; how many customers are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from analysis.exports.tables import Form
from analysis.views.measures.declaring import Asked, Finding
from analysis.views.measures.page import _framed
from analysis.views.measures.pages import BY_SLUG, FRAMED

# So many rows of the table beside a chart are followed.
FOLLOWED = 4
# What marks of these pages tell of is no customer.
WITHOUT_CUSTOMERS = {"backtest"}
Mark = tuple[Any, str]


def marks(chart: dict[str, Any]) -> list[Mark]:
    """What each mark of a chart counts, and where it leads; a mark of nothing is none."""
    found: list[Mark] = []
    for each in chart.get("series", []) if chart["kind"] != "line" else []:
        found += zip(each["values"], each.get("urls") or chart["urls"], strict=True)
    if chart["kind"] == "line":
        found += [(1, url) for url in chart["urls"]]
    for name in ("items", "cells", "steps", "passages", "points", "nodes", "ties"):
        found += [
            (each.get("value", each.get("count", 1)), each.get("url", "")) for each in chart.get(name, [])
        ]
    return [(value, url) for value, url in found if value]


def counted(finding: Finding) -> Iterator[Mark]:
    """The counts of the table beside a chart that lead somewhere, of its first rows and its last."""
    rows = [*finding.sheet.rows[: FOLLOWED - 1], *finding.sheet.rows[FOLLOWED - 1 :][-1:]]
    for column in finding.sheet.columns:
        if column.form is Form.COUNT and column.url:
            found = ((column.read(row), column.url(row)) for row in rows)
            yield from ((value, url) for value, url in found if value and isinstance(value, int))


def there(client: Client, asked: Asked, url: str) -> int:
    """How many rows the list has that an address leads to."""
    path, query = urlsplit(url).path, urlsplit(url).query
    name = resolve(path).url_name
    if name in FRAMED:
        request = RequestFactory().get(f"{path}?{query}")
        listing = FRAMED[name].listing(_framed(request, asked.user, FRAMED[name], asked.run).asked)
        assert listing is not None
        return int(listing.read(after="", before="").count)
    page = client.get(f"{path}?{query}")
    said = page.context["list"].bar.count if name in BY_SLUG else page.context["count"]
    return int(re.sub(r"\D", "", str(said)))


def astray(client: Client, asked: Asked) -> list[Any]:
    """Marks without an address, and those that count other than what they lead to."""
    wrong: list[Any] = []
    for name, page in FRAMED.items():
        finding = page.finding(of_page(asked, name))
        if finding is None or name in WITHOUT_CUSTOMERS:
            continue
        drawn = marks(finding.chart)
        wrong += [(name, "no address", value) for value, url in drawn if not url]
        # A random company's orders have no state that tells sales from returns.
        followed = [
            (value, url) for value, url in counted(finding) if not url.startswith(reverse("customers:orders"))
        ]
        if finding.chart["kind"] in {"slope"} or name in {"rfm", "loyalty", "wish_list"}:
            followed += [*drawn[:FOLLOWED], *drawn[-1:]]
        wrong += [
            (name, url, value, found)
            for value, url in followed
            if (found := there(client, asked, url)) != value
        ]
    return wrong


def of_page(asked: Asked, name: str) -> Asked:
    """The same asked of a page, its choices as they stand at first."""
    request = RequestFactory().get("/", {"run": asked.run.pk})
    return _framed(request, asked.user, FRAMED[name], asked.run).asked
