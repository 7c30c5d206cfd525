"""The marks of a chart and where they lead; how many customers are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.utils import translation

from analysis.exports.tables import Form
from analysis.views.measures.declaring import Asked, Finding
from analysis.views.measures.page import _framed
from analysis.views.measures.pages import BY_SLUG, FRAMED

# So many rows of the table beside a chart, and so many of its marks, are followed from the first on, and the last.
FOLLOWED = 3
# What marks of these pages tell of is no customer.
WITHOUT_CUSTOMERS = {"backtest"}
# The numbers that these draw are of cases, of pieces sold, and times as often.
OTHER_NUMBERS = {"attention", "product_distribution", "regional_affinity"}
# Marks of money that lead to those who make it in an order of theirs, to one customer, to orders or to products.
UNCOUNTED = {"profitability", "clv", "gold", "periods", "baskets", "product_distribution"}
Counted = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn: its value, where it leads, and what is said of it."""

    value: Any
    url: str
    note: str = ""


def marks(chart: dict[str, Any]) -> list[Mark]:
    """The marks of a chart; a mark of nothing is none."""
    found: list[Mark] = []
    for each in chart.get("series", []) if chart["kind"] != "line" else []:
        urls = each.get("urls") or chart["urls"]
        found += [Mark(value, url) for value, url in zip(each["values"], urls, strict=True)]
    if chart["kind"] == "line":
        found += [Mark(1, url) for url in chart["urls"]]
    for name in ("items", "cells", "steps", "passages", "points", "nodes", "ties"):
        found += [
            Mark(each.get("value", each.get("count", 1)), each.get("url", ""), each.get("note", ""))
            for each in chart.get(name, [])
        ]
    return [mark for mark in found if mark.value]


def few(found: list[Any]) -> list[Any]:
    """The first ones and the last."""
    return [*found[:FOLLOWED], *found[FOLLOWED:][-1:]]


def counted(finding: Finding, rows: list[Any]) -> Iterator[Counted]:
    """The counts of rows of the table beside a chart that lead to a list of the analysis.

    A random company's orders have no state that tells sales from returns: those are not followed.
    """
    orders = reverse("customers:orders")
    for column in finding.sheet.columns:
        if column.form is Form.COUNT and column.url:
            found = ((column.read(row), column.url(row)) for row in rows)
            yield from (
                (value, url)
                for value, url in found
                if value and isinstance(value, int) and not url.startswith(orders)
            )


def drawn(name: str, finding: Finding) -> Iterator[Counted]:
    """How many customers the first marks of a chart and the last stand for, and where they lead.

    A mark counts them itself, or its note does, or the table beside it does for the same address.
    """
    chart = finding.chart
    counts = chart["kind"] == "slope" or (chart.get("format") == "number" and name not in OTHER_NUMBERS)
    told = {url: value for value, url in counted(finding, list(finding.sheet.rows))}
    for mark in few(marks(chart)):
        noted = re.match(r"[\d,]+(?= |$)", mark.note)
        if counts:
            yield mark.value, mark.url
        elif noted:
            yield whole(noted[0]), mark.url
        elif mark.url in told:
            yield told[mark.url], mark.url


def whole(words: str) -> int:
    """The number that words are about."""
    return int(re.sub(r"\D", "", words))


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
    return whole(str(page.context["list"].bar.count if name in BY_SLUG else page.context["count"]))


@translation.override("en")
def astray(client: Client, asked: Asked) -> list[Any]:
    """Marks without an address, and those that count other than what they lead to."""
    wrong: list[Any] = []
    for name, page in FRAMED.items():
        finding = page.finding(of_page(asked, name))
        if finding is None or name in WITHOUT_CUSTOMERS:
            continue
        wrong += [(name, "no address", mark.value) for mark in marks(finding.chart) if not mark.url]
        behind = list(drawn(name, finding))
        if bool(behind) is (name in UNCOUNTED):
            wrong.append((name, "marks that count customers", len(behind)))
        rows = list(counted(finding, few(list(finding.sheet.rows))))
        wrong += [(name, *each) for each in miscounted(client, asked, [*behind, *rows])]
    for name in ("tiers", "churn"):
        wrong += [(name, *each) for each in miscounted(client, asked, core_marks(client, asked, name))]
    return wrong


def core_marks(client: Client, asked: Asked, name: str) -> list[Counted]:
    """The same of a page of the core run: the curve's bands and the tiers above it; bars of risk and reasons."""
    page = client.get(reverse(f"analysis:{name}"), {"run": asked.run.pk}).context
    if name == "churn":
        bars = [(item["value"], item["url"]) for item in page["bands"]["items"] if item["value"]]
        assert len(bars) > 1
        return [*bars, *((whole(each["customers"]), each["url"]) for each in page["reasons"])]
    first, second, last = page["pareto"]["bands"]
    figures = [(whole(figure["value"]), figure["url"]) for figure in page["figures"]]
    assert len(figures) == len("ABC") + 1
    # The curve ends with the last who bought for more than nothing; the others are in the last tier all the same.
    ordinary = next(value for value, url in figures if url == last["url"])
    assert last["to"] - second["to"] <= ordinary
    return [
        (first["to"], first["url"]),
        (second["to"] - first["to"], second["url"]),
        *figures,
    ]


def miscounted(client: Client, asked: Asked, followed: list[Counted]) -> list[tuple[str, int, int]]:
    """The addresses that lead to another number of rows, with what was counted and what is there."""
    found = {url: there(client, asked, url) for _value, url in followed}
    return [(url, value, found[url]) for value, url in followed if value != found[url]]


def of_page(asked: Asked, name: str) -> Asked:
    """The same asked of a page, its choices as they stand at first."""
    request = RequestFactory().get("/", {"run": asked.run.pk})
    return _framed(request, asked.user, FRAMED[name], asked.run).asked
