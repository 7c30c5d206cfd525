"""The Online Retail file needs no mapping and gives its published figures, in exact arithmetic."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from customers.imports.kinds import Kind
from customers.imports.matching import match_columns
from customers.imports.parsing import parse_rows
from customers.imports.readers import read_table
from customers.imports.rows import OrderLineRow
from tests.customers.imports.conftest import SHANGHAI


@dataclass
class Figures:
    """What one pass over the half million lines counts and adds up."""

    lines: int = 0
    total: Decimal = Decimal(0)
    positive_lines: int = 0
    positive_total: Decimal = Decimal(0)
    positive_invoices: set[str] = field(default_factory=set)
    positive_customers: set[str] = field(default_factory=set)
    net_by_customer: Counter[str] = field(default_factory=Counter)
    returns: Counter[str] = field(default_factory=Counter)
    not_merchandise: set[str | None] = field(default_factory=set)
    merchandise: set[str | None] = field(default_factory=set)
    countries: set[str | None] = field(default_factory=set)
    adjustments: list[OrderLineRow] = field(default_factory=list)

    def add(self, line: OrderLineRow) -> None:
        self.lines += 1
        self.total += line.line_total
        (self.not_merchandise if line.not_merchandise else self.merchandise).add(line.sku)
        self.countries.add(line.region.country if line.region else None)
        if line.is_return:
            self.returns[line.order_number[0]] += 1
        if line.order_number.startswith("A"):
            self.adjustments.append(line)
        if line.customer_code:
            self.add_identified(line, line.customer_code)

    def add_identified(self, line: OrderLineRow, customer: str) -> None:
        self.net_by_customer[customer] += line.line_total  # type: ignore[assignment] # counted in Decimal
        if line.quantity > 0 and line.unit_price and line.unit_price > 0:
            self.positive_lines += 1
            self.positive_total += line.line_total
            self.positive_invoices.add(line.order_number)
            self.positive_customers.add(customer)


@pytest.fixture(scope="module")
def figures(data_dir: Path) -> Figures:
    table = read_table(data_dir / "online_retail_2010_2011.csv.gz")
    mapping = match_columns(Kind.ORDERS, table)
    assert (mapping.missing, mapping.unmatched) == ((), ())
    figures = Figures()
    for result in parse_rows(table, mapping, SHANGHAI):
        assert isinstance(result.row, OrderLineRow), result.problems
        figures.add(result.row)
    return figures


def test_every_line_is_read_duplicates_included(figures: Figures) -> None:
    assert figures.lines == 541_909


def test_net_revenue_of_all_lines_and_of_identified_customers(figures: Figures) -> None:
    assert round(figures.total, 2) == Decimal("9747747.93")
    assert round(sum(map(Decimal, figures.net_by_customer.values())), 2) == Decimal("8300065.81")


def test_positive_lines_of_customers(figures: Figures) -> None:
    assert figures.positive_lines == 397_884
    assert len(figures.positive_customers) == 4_338
    assert len(figures.positive_invoices) == 18_532
    assert round(figures.positive_total, 2) == Decimal("8911407.90")


def test_customers_by_the_sign_of_their_net_revenue(figures: Figures) -> None:
    # The often quoted 4,322 counts five customers whose returns cancel their orders to the penny, and who are
    # above zero by 1e-14 when the lines are added as floating-point numbers.
    signs = Counter(net > 0 if net else None for net in figures.net_by_customer.values())
    assert signs == {True: 4_317, None: 14, False: 41}


def test_credits_and_write_offs_are_returns(figures: Figures) -> None:
    assert figures.returns == {"C": 9_288, "5": 1_336}


def test_bad_debts_count_without_a_customer_and_are_no_product(figures: Figures) -> None:
    amounts = [line.line_total for line in figures.adjustments]
    assert amounts == [Decimal("11062.06"), Decimal("-11062.06"), Decimal("-11062.06")]
    assert all(line.customer_code is None and line.not_merchandise for line in figures.adjustments)


def test_postage_fees_and_vouchers_are_no_merchandise(figures: Figures) -> None:
    vouchers = {f"gift_0001_{value}" for value in (10, 20, 30, 40, 50)}
    charges = {
        "POST",
        "DOT",
        "C2",
        "23444",
        "D",
        "M",
        "m",
        "S",
        "B",
        "PADS",
        "AMAZONFEE",
        "CRUK",
        "22016",
        "BANK CHARGES",
    }
    assert figures.not_merchandise == vouchers | charges
    assert "DCGSSGIRL" in figures.merchandise


def test_the_country_is_the_region(figures: Figures) -> None:
    assert {"United Kingdom", "Ireland", "South Africa", "United States", None} <= figures.countries
    assert not {"EIRE", "RSA", "USA", "Unspecified"} & figures.countries
