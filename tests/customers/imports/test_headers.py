"""Headers are the same whatever their spelling, and each means one field."""

import pytest

from customers.imports.headers import header_name, told_apart
from customers.imports.kinds import Kind
from customers.imports.layouts import LAYOUTS


@pytest.mark.parametrize(
    ("header", "key", "unit"),
    [
        ("InvoiceNo", "invoiceno", ""),
        (" Invoice_No. ", "invoiceno", ""),
        ("ＩｎｖｏｉｃｅＮｏ", "invoiceno", ""),
        ("* 客户 编号：", "客户编号", ""),
        ("金额（万元）", "金额", "万元"),
        ("Price [USD]", "price", "usd"),
        ("amount_usd", "amount", "usd"),
        ("USD", "usd", ""),
        ("(备注)", "备注", "备注"),
        ("ACCOUNTNUMBER__C", "accountnumber", ""),
        ("---", "", ""),
    ],
)
def test_spelling_does_not_matter_and_units_are_set_apart(header: str, key: str, unit: str) -> None:
    assert header_name(header) == (key, unit)


@pytest.mark.parametrize("kind", Kind)
def test_no_known_header_means_two_fields_of_a_kind(kind: Kind) -> None:
    meanings: dict[str, list[str]] = {}
    for column in LAYOUTS[kind].columns:
        for key in column.keys:
            meanings.setdefault(key, []).append(column.field)
    assert {key: fields for key, fields in meanings.items() if len(fields) > 1} == {}


@pytest.mark.parametrize("kind", Kind)
def test_every_need_is_a_column(kind: Kind) -> None:
    layout = LAYOUTS[kind]
    assert {name for need in layout.needs for name in need} <= {column.field for column in layout.columns}


def test_a_name_that_no_text_can_hold_is_shown_as_the_sign_for_that() -> None:
    assert told_apart(["name\0", "name\0", "\udcff"]) == ("name\ufffd", "name\ufffd (2)", "?")
