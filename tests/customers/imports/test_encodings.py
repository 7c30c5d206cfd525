"""Encodings: found when they can be known, asked for when not, and bad bytes told to the line."""

import codecs
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.imports.encodings import detect_encoding
from customers.imports.problems import EncodingProblem

CHINESE = "客户编号,客户名称,备注\nC001,上海华新贸易有限公司,重点客户，每月拜访一次\n"


def found(data: bytes, chosen: str | None = None) -> str:
    return detect_encoding(io.BytesIO(data), chosen).name


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides(mark: bytes, name: str) -> None:
    encoding = detect_encoding(io.BytesIO(mark + CHINESE.encode(name)))
    assert (encoding.name, encoding.mark_length, encoding.stated_by) == (name, len(mark), "mark")


@pytest.mark.parametrize("name", ["utf-8", "gb18030", "gbk"])
def test_chinese_without_a_mark_is_told_by_its_bytes(name: str) -> None:
    assert found(CHINESE.encode(name)) == ("utf-8" if name == "utf-8" else "gb18030")


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_text_without_a_mark_is_told_by_its_zero_bytes(name: str) -> None:
    assert found(b"code,name,city\nC1,Alice,London\n".decode().encode(name)) == name


def test_western_text_is_not_taken_for_chinese() -> None:
    with pytest.raises(EncodingProblem, match="Line 2") as caught:
        found("name,city\nCafé résumé,Orléans\n".encode("cp1252"))
    assert caught.value.line == 2
    assert caught.value.byte == 13


@pytest.mark.parametrize("name", ["cp1252", "big5", "shift_jis", "cp1251"])
def test_a_chosen_encoding_is_used(name: str) -> None:
    assert found(b"name\nx\n", name) == codecs.lookup(name).name


def test_a_chosen_encoding_must_fit_the_bytes() -> None:
    with pytest.raises(EncodingProblem, match=r"Line 3 .byte 8. is not valid big5"):
        found(b"name\nok\n\xff\xff\n", "big5")


@pytest.mark.parametrize("name", ["nonsense", "base64", "rot13", "idna", "unicode_escape"])
def test_what_is_no_text_encoding_is_refused(name: str) -> None:
    with pytest.raises(EncodingProblem, match="no encoding named"):
        found(b"name\n", name)


def test_one_bad_byte_in_long_utf8_is_reported_and_not_read_as_gb18030() -> None:
    data = (CHINESE * 40_000).encode()
    at = data.rindex(b"C001")
    with pytest.raises(EncodingProblem, match="UTF-8 up to line 80000") as caught:
        found(data[:at] + b"\xff" + data[at + 1 :])
    assert caught.value.byte == at


def test_a_character_cut_by_the_end_of_the_file_is_a_bad_byte() -> None:
    data = ("名称\n" * 20).encode()[:-2]
    with pytest.raises(EncodingProblem) as caught:
        found(data)
    assert (caught.value.line, caught.value.byte) == (20, len(data) - 2)


@settings(max_examples=60)
@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x62FF), min_size=0, max_size=50),
    st.integers(0, 3),
)
def test_chunks_never_split_a_character(text: str, shift: int) -> None:
    data = ("x" * ((1 << 20) - 2 + shift) + text).encode()
    assert found(data) == "utf-8"
