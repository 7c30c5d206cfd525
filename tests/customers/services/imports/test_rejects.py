"""The file of the rejected rows: their own layout, line and reason, harmless to open, fit to bring in again."""

import csv
from pathlib import Path

import pytest

from customers.models import Order
from customers.services.imports.rejects import neutralised
from tests.customers.services.imports.conftest import ORDERS, Bring

FILE = ORDERS + (
    "A1,2024-03-01,C1,S1,Tea,1,10\n"
    "\n"
    "A2,2024-03-01,C1,S1,=HYPERLINK(1),x,-10\n"
    "A3,2024-03-01,C1,S1,Tea,1,10,too,many\n"
)  # fmt: skip


def rows_of(path: str | None) -> list[list[str]]:
    assert path is not None
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_rejected_rows_come_back_in_their_own_layout_with_line_and_reason(bring: Bring) -> None:
    header, first, second = rows_of(bring("orders", FILE).rejected_file)
    assert header == [*ORDERS.strip().split(","), "Rejected line", "Rejected because"]
    assert first[:8] == ["A2", "2024-03-01", "C1", "S1", "'=HYPERLINK(1)", "x", "-10", "4"]
    assert "“x” is not a number" in first[8]
    assert (second[7], second[9:]) == ("5", ["too", "many"])


def test_a_mended_file_of_rejected_rows_can_be_brought_in(bring: Bring) -> None:
    rejected = Path(bring("orders", FILE).rejected_file or "")
    mended = rejected.read_text(encoding="utf-8").replace(",x,", ",1,").replace(",too,many", "")
    result = bring("orders", mended)
    assert (result.counts.created, result.counts.rejected) == (2, 0)
    assert Order.objects.get(number="A2").lines.get().product.name == "Tea"


def test_nothing_rejected_no_file(bring: Bring) -> None:
    assert bring("orders", ORDERS + "A1,2024-03-01,C1,S1,Tea,1,10\n").rejected_file is None


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "＝1+1"])
def test_what_a_spreadsheet_would_run_is_made_text(cell: str) -> None:
    assert neutralised(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-10", "+8613800138000", "-1,234.50", "-5 %", "Tea", ""])
def test_plain_numbers_and_words_stay_as_they_are(cell: str) -> None:
    assert neutralised(cell) == cell
