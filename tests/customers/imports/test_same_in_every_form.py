"""The same data give the same rows, whatever file they come in: invented people, and the published data sets."""

import csv
import gzip
import io
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from customers.imports.context import ReadingContext
from customers.imports.kinds import Kind
from customers.imports.matching import match_columns
from customers.imports.parsing import parse_rows
from customers.imports.readers import read_table
from customers.imports.rows import AnyRow
from customers.imports.tables import Table
from tests.customers.imports.cards import vcards
from tests.customers.imports.workbooks import ods, xlsx

CONTEXT = ReadingContext(time_zone=ZoneInfo("Asia/Shanghai"), phone_region="CN")
ROWS = 2000
COLUMNS = {
    "code": "客户编号", "name": "姓名", "surname": "姓", "given_name": "名", "company": "公司", "job_title": "职务",
    "mobile": "手机", "phone": "电话", "email": "邮箱", "street": "地址", "city": "城市", "state": "省份",
    "postcode": "邮编", "country": "国家", "birthday": "生日", "notes": "备注",
}  # fmt: skip

# No backslash: in version 2.1 nothing tells one that ends a part of a name from one that escapes what follows.
first = st.sampled_from('上海华新客户张三李四王五abcXYZ";,（）é·㐂')
rest = st.text(st.sampled_from("上海华新客户张三李四王五abcXYZ '\"-;,（）é·㐂"), max_size=19)
word = st.builds("{}{}".format, first, rest).map(str.strip)
blank = st.just("")
mobiles = st.integers(13_000_000_000, 17_899_999_999).map(str)
people = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.from_regex(r"C[0-9]{1,8}", fullmatch=True) | blank,
            "name": word,
            "surname": word | blank,
            "given_name": word | blank,
            "company": word | blank,
            "job_title": word | blank,
            "mobile": mobiles | blank,
            "phone": st.sampled_from(["010-65529988", "021-65529988", ""]),
            "email": st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.cn", fullmatch=True) | blank,
            "street": word | blank,
            "city": word | blank,
            "state": word | blank,
            "postcode": st.from_regex(r"[1-9][0-9]{5}", fullmatch=True) | blank,
            "country": st.sampled_from(["中国", ""]),
            "birthday": st.dates(date(1800, 1, 1), date(2200, 12, 31)).map(str) | blank,
            "notes": st.lists(word, max_size=3).map("\n".join),
        }
    ),
    min_size=1,
    max_size=15,
)


def rows_of(kind: Kind, content: bytes | Table, **reading: Any) -> list[AnyRow | str]:
    """The rows of a file; for one that is rejected, why."""
    table = (
        content if isinstance(content, Table) else read_table(io.BytesIO(content), name="upload", **reading)
    )
    mapping = match_columns(kind, table)
    mapping.require_complete()
    return [result.row or str(result.problems) for result in parse_rows(table, mapping, CONTEXT)]


def delimited(rows: list[list[str]], separator: str = ",") -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


# Each example starts several processes: one that fails is told as it is, not made smaller for minutes.
@settings(max_examples=10, deadline=None, phases=[Phase.generate])
@given(people)
def test_people_are_the_same_in_every_form(persons: list[dict[str, str]]) -> None:
    rows = [list(COLUMNS.values()), *([person[key] for key in COLUMNS] for person in persons)]
    # A card is a person's; a row is one's when it says something that only people have.
    rows = [[*row, "客户类型" if number == 0 else "个人"] for number, row in enumerate(rows)]
    text = delimited(rows)
    expected = rows_of(Kind.CUSTOMERS, text.encode())
    assert not any(isinstance(row, str) for row in expected), expected
    assert rows_of(Kind.CUSTOMERS, text.encode("gb18030"), encoding="gb18030") == expected
    assert rows_of(Kind.CUSTOMERS, text.encode("utf-16")) == expected
    assert rows_of(Kind.CUSTOMERS, gzip.compress(delimited(rows, ";").encode("utf-8-sig"))) == expected
    assert rows_of(Kind.CUSTOMERS, xlsx(rows)) == expected
    assert rows_of(
        Kind.CUSTOMERS, ods([[cell.replace("\n", " ") for cell in row] for row in rows])
    ) == rows_of(
        Kind.CUSTOMERS, delimited([[cell.replace("\n", " ") for cell in row] for row in rows]).encode()
    )
    for cards in (
        vcards(persons),
        vcards(persons, "4.0"),
        vcards(persons, "2.1"),
        vcards(persons, "2.1", "gb18030"),
    ):
        assert rows_of(Kind.CUSTOMERS, cards) == expected


@pytest.mark.parametrize(
    ("name", "kind", "reading"),
    [
        ("febrl_dataset1.csv", Kind.CUSTOMERS, {}),
        ("import_samples/salesforce_accounts_cp1252.csv", Kind.CUSTOMERS, {"encoding": "cp1252"}),
        ("superstore_orders.csv.gz", Kind.ORDERS, {}),
        ("cdnow_sample_2357.csv.gz", Kind.ORDERS, {}),
    ],
)
def test_published_data_are_the_same_in_every_form(
    data_dir: Path, name: str, kind: Kind, reading: dict[str, str]
) -> None:
    table = read_table(data_dir / name, **reading)  # type: ignore[arg-type]
    rows = [list(table.headers), *(cells for _line, cells in islice(table, ROWS))]
    text = delimited(rows)
    expected = rows_of(kind, text.encode())
    assert rows_of(kind, text.encode("gb18030"), encoding="gb18030") == expected
    assert rows_of(kind, text.encode("utf-16")) == expected
    assert rows_of(kind, delimited(rows, "\t").encode("utf-8-sig")) == expected
    assert rows_of(kind, xlsx(rows)) == expected


def test_a_published_register_of_persons_is_the_same_as_cards(data_dir: Path) -> None:
    table = read_table(data_dir / "febrl_dataset1.csv")
    place = {header: number for number, header in enumerate(table.headers)}
    persons = []
    for _line, cells in table:
        said = {header: cells[number].strip() for header, number in place.items()}
        lines = [part for part in (said["street_number"], said["address_1"], said["address_2"]) if part]
        numbered = 2 if said["street_number"] else 1
        persons.append(
            {
                "code": said["rec_id"],
                "surname": said["surname"],
                "given_name": said["given_name"],
                "street": ", ".join([" ".join(lines[:numbered]), *lines[numbered:]]),
                "city": said["suburb"],
                "state": said["state"],
                "postcode": said["postcode"],
                "birthday": said["date_of_birth"],
            }
        )
    expected = rows_of(Kind.CUSTOMERS, table)
    found = rows_of(Kind.CUSTOMERS, vcards(persons))
    assert len(found) == 1000
    assert [row for row in found if not isinstance(row, str)] == [
        row for row in expected if not isinstance(row, str)
    ]
    assert sum(isinstance(row, str) for row in found) == 3
