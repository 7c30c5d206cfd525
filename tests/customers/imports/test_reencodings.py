"""The same rows in whatever form give the same records."""

import gzip
from datetime import datetime
from pathlib import Path

import pytest

from customers.imports.readers import read_table
from customers.imports.rows import AnyRow
from tests.customers.imports.conftest import Parsing
from tests.customers.imports.workbooks import Cell, ods, xlsx

CUSTOMERS = [
    ["客户编号", "客户名称", "手机", "邮箱", "省份", "行业", "备注"],
    ["0007", "上海华新贸易有限公司", "13800138000", "a@huaxin.cn", "上海市", "物流", "每月拜访一次"],
    ["0008", "㐂寿堂", "13900139000", "", "广东省", "", "两行\n备注，含“引号”"],
    ["0009", 'The "Best" Co., Ltd.', "+44 20 7946 0958", "b@best.co.uk", "", "家电", ""],
]


def delimited(rows: list[list[str]], separator: str = ",") -> str:
    return "".join(
        separator.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\r\n" for row in rows
    )


FORMS = {
    "utf-8": delimited(CUSTOMERS).encode(),
    "utf-8 with mark": delimited(CUSTOMERS).encode("utf-8-sig"),
    "gb18030": delimited(CUSTOMERS).encode("gb18030"),
    "utf-16": delimited(CUSTOMERS).encode("utf-16"),
    "utf-16 without mark": delimited(CUSTOMERS).encode("utf-16-le"),
    "utf-32": delimited(CUSTOMERS).encode("utf-32"),
    "semicolons": delimited(CUSTOMERS, ";").encode(),
    "tabs, gzip": gzip.compress(delimited(CUSTOMERS, "\t").encode()),
    "xlsx": xlsx(CUSTOMERS),
    "ods": ods(CUSTOMERS),
}


def rows_of(parsing: Parsing, kind: str, content: bytes) -> list[AnyRow | None]:
    results = parsing(kind, content)
    assert all(not result.problems for result in results), results
    return [result.row for result in results]


@pytest.mark.parametrize("form", FORMS)
def test_customers_are_the_same_in_every_form(parsing: Parsing, form: str) -> None:
    assert rows_of(parsing, "customers", FORMS[form]) == rows_of(parsing, "customers", FORMS["utf-8"])


def test_order_lines_are_the_same_as_text_and_as_typed_cells(parsing: Parsing, data_dir: Path) -> None:
    table = read_table(data_dir / "online_retail_2010_2011.csv.gz")
    lines = [cells for _line, cells in table.sample]
    typed: list[list[Cell]] = [
        [
            float(no) if no.isdigit() else no,
            sku,
            text,
            float(count),
            datetime.fromisoformat(at),
            float(price),
            customer,
            country,
        ]
        for no, sku, text, count, at, price, customer, country in lines
    ]
    as_text = delimited([list(table.headers), *lines]).encode("gb18030")
    assert rows_of(parsing, "orders", xlsx([table.headers, *typed])) == rows_of(parsing, "orders", as_text)
