"""Files whose cells no spreadsheet takes for a formula, and that come back as they were."""

import csv
from pathlib import Path

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from crm.files import neutral, write_csv, write_workbook
from customers.exports.vcards import folded, parted, write_vcards
from customers.imports.cleaning.text import FORMULA_STARTS, text_cleaner
from customers.models import ContactPoint
from customers.selectors.people import PersonCard, PlaceNames, PostalCard

RISKY = ["=1+1", "+86 138", "-2", "@cmd", "＝1", "＋1", "－1", "＠x", "'=1", "''=1", "'quoted'", "it's"]


@given(st.one_of(st.sampled_from(RISKY), st.text(alphabet="='+-@＝＋－＠ab\t\r", min_size=1, max_size=12)))
def test_what_is_neutralised_calculates_nothing_and_comes_back(text: str) -> None:
    written = neutral(text)
    assert not written.startswith(FORMULA_STARTS)
    if text == text.strip():
        assert text_cleaner(20)(written) == text


def test_a_csv_file_has_its_mark_its_heads_and_iso_values(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert write_csv(path, ["客户名称", "=x"], [["华新", None], ["=1", 3]], bom=True) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["客户名称", "'=x"], ["华新", ""], ["'=1", "3"]]


def test_a_workbook_holds_texts_that_begin_like_formulas_as_texts(tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    path = tmp_path / "out.xlsx"
    assert write_workbook(path, ["a", "b"], [[text, 1.5] for text in RISKY], "客户: [1]") == len(RISKY)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert [text_cleaner(20)(str(row[0])) for row in rows[1:]] == RISKY


def person(**changes: object) -> PersonCard:
    """Return somebody with a card."""
    points = [
        ContactPoint(kind="mobile", place="office", value="+8613861236021"),
        ContactPoint(kind="email", place="home", value="wang@example.cn"),
        ContactPoint(kind="wechat", place="office", value="wang;ming"),
    ]
    fields = {
        "code": "P1", "name": "王小明", "employer": "华新, 苏州", "job_title": "采购;经理", "contacts": points,
        "region": PlaceNames("苏州市"), "date_of_birth": None,
        "addresses": [PostalCard("office", "人民路1号\n2楼", "215000", PlaceNames("苏州市", "江苏省", "中国"))],
        "tags": ["老友", "A,B"],
    }  # fmt: skip
    return PersonCard(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("version", ["4.0", "3.0"])
def test_a_card_is_read_by_another_program_as_it_was(tmp_path: Path, version: str) -> None:
    path = tmp_path / "out.vcf"
    assert write_vcards(path, [person(), person(code="P2", name="Li Wei")], version) == 2
    first, second = vobject.readComponents(path.read_text("utf-8"))
    assert first.fn.value == "王小明"
    assert (first.n.value.family, first.n.value.given) == ("王", "小明")
    assert first.title.value == "采购;经理"
    assert first.adr.value.street == "人民路1号\n2楼"
    assert "13861236021" in first.tel.value
    assert (second.n.value.family, second.n.value.given) == ("Wei", "Li")


@given(st.text(alphabet="王小明abc ", max_size=120))
def test_a_folded_line_is_short_and_whole(text: str) -> None:
    lines = folded(f"NOTE:{text}").removesuffix("\r\n").split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "".join([lines[0], *(line[1:] for line in lines[1:])]) == f"NOTE:{text}"


@pytest.mark.parametrize(
    ("name", "parts"), [("欧阳修", ("欧阳", "修")), ("王明", ("王", "明")), ("Ada", ("Ada", ""))]
)
def test_a_chinese_name_is_parted_behind_its_surname(name: str, parts: tuple[str, str]) -> None:
    assert parted(name) == parts
