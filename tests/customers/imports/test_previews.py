"""Before anybody chooses an encoding, the file's beginning is shown in each."""

import gzip
import io

import pytest

from customers.imports.previews import ENCODINGS, EncodingPreview, encoding_previews
from customers.imports.problems import EmptyFile
from tests.customers.imports.conftest import Reading

TEXT = "code,name\nC1,plain\nC2,臺灣客戶\nC3,plain\n"


def previews(content: bytes) -> dict[str, EncodingPreview]:
    return {each.name: each for each in encoding_previews(io.BytesIO(content))}


def test_big5_is_shown_beside_the_others_and_read_when_it_is_chosen(reading: Reading) -> None:
    content = TEXT.encode("big5")
    assert previews(content)["big5"].lines == ("code,name", "C1,plain", "C2,臺灣客戶", "C3,plain")
    assert previews(content)["big5"].fits
    assert not previews(content)["utf-8"].fits
    assert list(reading(content, encoding="big5"))[1] == (3, ["C2", "臺灣客戶"])


def test_lines_in_which_encodings_differ_are_shown_however_far_down(reading: Reading) -> None:
    content = ("name\n" + "plain\n" * 1000 + "Müller\n").encode("cp1252")
    assert "Müller" in previews(content)["cp1252"].lines


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-32", "utf-8-sig"])
def test_what_can_be_told_is_chosen_and_comes_first(encoding: str) -> None:
    text = TEXT.replace("臺灣客戶", "上海客户")
    first = encoding_previews(io.BytesIO(gzip.compress(text.encode(encoding))))[0]
    assert (first.name, first.chosen, first.fits) == (encoding.removesuffix("-sig"), True, True)
    assert first.lines[2] == "C2,上海客户"


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_encoding_that_is_offered_can_be_read(reading: Reading, name: str) -> None:
    assert list(reading("code,name\nC1,x\n".encode(name), encoding=name)) == [(2, ["C1", "x"])]


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_unicode_can_be_chosen_without_its_byte_order(reading: Reading, name: str) -> None:
    assert list(reading("code,name\nC1,x\n".encode(name), encoding=name[:6])) == [(2, ["C1", "x"])]


def test_a_file_of_no_bytes_has_no_preview() -> None:
    with pytest.raises(EmptyFile):
        encoding_previews(io.BytesIO(b""))
