"""What we read: changed until it looks right, in the address and not in the import."""

from __future__ import annotations

import re

from tests.customers.imports.workbooks import xlsx
from tests.customers.views.imports.conftest import CUSTOMERS, Wizard, address

FRENCH = "customer code,name\nK1,Café Éléonore\n"


def sheets_of(page: str) -> str:
    """Return the part of a page where a sheet is chosen."""
    return page.partition('name="sheet"')[2].partition("</select>")[0]


def test_an_encoding_is_chosen_from_what_can_be_read(wizard: Wizard) -> None:
    batch = wizard.brought(FRENCH.encode("cp1252"))
    page = wizard.get(batch, "reading")
    assert "Which of these can you read?" in page
    assert "Café Éléonore" in page
    assert "Café Éléonore" in wizard.get(batch, "reading", encoding="cp1252")


def test_looking_otherwise_keeps_nothing_until_it_is_right(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    wizard.get(batch, "reading", delimiter="semicolon", kind="products")
    answer = wizard.post(batch, "reading", delimiter="semicolon", go="look")
    assert "delimiter=semicolon" in answer.headers["Location"]
    batch.refresh_from_db()
    assert (batch.kind, batch.reading["delimiter"]) == ("customers", None)
    wizard.post(batch, "reading", encoding="utf-8", go="on")
    batch.refresh_from_db()
    assert batch.reading["encoding"] == "utf-8"


def test_any_sheet_and_any_line_of_names_can_be_chosen(wizard: Wizard) -> None:
    rows = (["客户名单"], ["制表日期", "2024-01-01"], ["客户编号", "客户名称"], ["K1", "华新"])
    batch = wizard.brought(xlsx(rows, more_sheets=1), "book.xlsx")
    sheet = re.findall(r'<option value="([^"]+)"', sheets_of(wizard.get(batch, "reading")))[0]
    page = wizard.get(batch, "reading", sheet=sheet, header_line="3")
    assert "华新" in page
    assert 'value="3" selected' in page
    answer = wizard.client.post(
        address(batch, "reading"), {"kind": "customers", "sheet": sheet, "header_line": "3", "go": "on"}
    )
    assert answer.headers["Location"] == address(batch, "columns")
    assert "客户编号" in wizard.get(batch, "columns")


def test_answers_that_no_form_gives_are_refused_or_passed_over(wizard: Wizard) -> None:
    batch = wizard.brought(CUSTOMERS)
    wizard.get(batch, "reading", encoding="rot13", header_line="²", delimiter="x", kind="nonsense")
    wizard.get(batch, "reading", header_line="9" * 40)
    assert wizard.post(batch, "reading", encoding="rot13", go="on").status_code == 422
    batch.refresh_from_db()
    assert batch.reading["encoding"] is None


def test_a_file_that_was_imported_before_is_recognised(wizard: Wizard) -> None:
    first = wizard.imported(wizard.brought(CUSTOMERS))
    page = wizard.get(wizard.brought(CUSTOMERS), "reading")
    assert f"no. {first.pk}" in page
