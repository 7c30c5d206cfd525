"""The rows of the analysis' tables as cells, for the tag ``list_rows``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from analysis.selectors.ranking import RankedCustomer
from analysis.selectors.tiers import RegionTiers
from crm.templatetags.format import compact_money, day, number, percent, whole_money
from crm.templatetags.rows import Cell, Heading, figure, link, name, tag


@dataclass(frozen=True, slots=True)
class Cells:
    """What the tag list_rows writes: label and classes of each column, and the cells of each row."""

    headings: Sequence[Heading]
    rows: list[list[Cell]]


def tiers_cells(customers: Iterable[RankedCustomer]) -> Cells:
    """Write the ranked customers with why they stand where they stand."""
    record, orders = _places()
    headings = [
        ("", ""),
        ("", ""),
        (_("Tier"), ""),
        (_("Net revenue"), "n"),
        (_("Share"), "n"),
        (_("Cumulative before"), "n hide-phone"),
        (_("Why"), "reason hide-phone"),
        (_("Churn"), ""),
    ]
    rows = [
        [
            ("rank", number(each.rank)),
            _name(each, record),
            _tier(each),
            link(orders(each.customer_id), whole_money(each.net_revenue)),
            figure(percent(each.share)),
            figure(percent(each.cumulative_share_before)),
            figure(each.reason),
            tag(each.churn_tone, each.churn_label),
        ]
        for each in customers
    ]
    return Cells(headings, rows)


def contribution_cells(customers: Iterable[RankedCustomer]) -> Cells:
    """Write the ranked customers with what they bring."""
    record, orders = _places()
    headings = [
        ("", ""),
        ("", ""),
        (_("Tier"), ""),
        (_("Net revenue"), "n"),
        (_("Share"), "n"),
        (_("Cumulative before"), "n hide-phone"),
        (_("Gross margin"), "n"),
        (_("Orders"), "n hide-phone"),
        (_("Last order"), "n hide-phone"),
    ]
    rows = [
        [
            ("rank", number(each.rank)),
            _name(each, record),
            ("tier", each.tier, "", each.tier),
            link(orders(each.customer_id), whole_money(each.net_revenue)),
            figure(percent(each.share)),
            figure(percent(each.cumulative_share_before)),
            figure(whole_money(each.gross_margin)),
            figure(number(each.orders)),
            figure(day(each.last_order_on)),
        ]
        for each in customers
    ]
    return Cells(headings, rows)


def _places() -> tuple[Callable[[int], str], Callable[[int], str]]:
    """Return what writes the address of a customer's record, and of its orders: looked up once for all rows."""
    before, after = reverse("customers:record", args=[0]).split("0", 1)
    orders = reverse("customers:orders")
    return (lambda pk: f"{before}{pk}{after}"), (lambda pk: f"{orders}?customer={pk}")


def region_cells(
    regions: Iterable[RegionTiers], address: Callable[[str], str], tiers: Mapping[str, Callable[[str], str]]
) -> Cells:
    """Write the tiers of regions: ``address`` leads to a region, ``tiers`` to its customers of a tier."""
    headings = [("", ""), *((tier, "n") for tier in tiers), ("", "n quiet")]
    return Cells(headings, [_region(each, address, tiers) for each in regions])


def _region(
    each: RegionTiers, address: Callable[[str], str], tiers: Mapping[str, Callable[[str], str]]
) -> list[Cell]:
    where = str(each.region_id or "")
    counts = {"A": each.a, "B": each.b, "C": each.c}
    line = compact_money(each.threshold_a)
    return [
        ("head", address(where), each.name) if where else ("plain_head", each.name),
        *(
            link(f"{tiers[tier](where)}#customers", number(count))
            if where and count
            else figure(number(count))
            for tier, count in counts.items()
        ),
        ("with_line", line) if each.own_threshold else figure(line),
    ]


def _name(each: RankedCustomer, record: Callable[[int], str]) -> Cell:
    return name(record(each.customer_id), each.name, " · ".join(filter(None, [each.region, each.owner])))


def _tier(each: RankedCustomer) -> Cell:
    if each.moved in {"up", "down"}:
        return (f"tier_{each.moved}", each.tier, each.tier)
    return ("tier", each.tier, "", each.tier)
