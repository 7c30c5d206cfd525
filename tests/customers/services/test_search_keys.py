"""What people type to find a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from customers.services.search_keys import LONGEST_INITIALS, search_keys


@pytest.mark.parametrize(
    ("name", "is_person", "pinyin", "initials"),
    [
        ("陈国栋", True, "chenguodong", "cgd"),
        ("上海华新家电有限公司", False, "shanghaihuaxinjiadianyouxiangongsi", "shhxjdyxgs"),
        ("重庆银行", False, "chongqingyinhang", "cqyh"),
        ("Ｈuá-Xin ２号", False, "huaxin2hao", "hx2h"),
        ("!?", False, "", ""),
    ],
)
def test_keys_are_letters_and_digits_without_spaces(
    name: str, is_person: bool, pinyin: str, initials: str
) -> None:
    assert search_keys(name, is_person=is_person) == (pinyin, initials)


def test_a_surname_is_found_by_both_readings_the_likeliest_first() -> None:
    assert search_keys("单雄", is_person=True).pinyin == "shanxiong danxiong"
    assert search_keys("万俟伟", is_person=True).initials.split()[0] == "mqw"
    read = {
        name: search_keys(name, is_person=True).pinyin for name in ("薄丽", "阚丽", "句丽", "都丽", "乜丽")
    }
    assert {each.split()[0] for each in read.values()} == {"boli", "kanli", "gouli", "duli", "nieli"}
    for name, both in (("隗丽", "weili kuili"), ("郇丽", "xunli huanli"), ("莘丽", "shenli xinli")):
        assert search_keys(name, is_person=True).pinyin == both


def test_a_company_keeps_the_common_reading() -> None:
    assert search_keys("曾经食品").pinyin == "cengjingshipin"


def test_the_english_name_is_found_too() -> None:
    assert search_keys("华新", "Huaxin Trading") == ("huaxin huaxintrading", "hx ht")


@given(st.text(max_size=30), st.text(max_size=30), st.booleans())
def test_any_text_gives_keys_that_can_be_stored(name: str, english_name: str, is_person: bool) -> None:
    keys = search_keys(name, english_name, is_person=is_person)
    for key in keys:
        assert all(character == " " or character.isalnum() for character in key)
        assert key == key.lower()


def test_initials_are_cut_to_what_is_kept_of_them() -> None:
    assert len(search_keys("华" * 150, "A " * 100).initials) <= LONGEST_INITIALS
    assert len(search_keys("乐" * 120, is_person=True).initials) <= LONGEST_INITIALS


@given(
    st.lists(
        st.sampled_from([*PHRASES_DICT][:5000])
        | st.text("\u4e00\u4e8c\u5355\u884c\u91cd\u957f\u4e50", max_size=3),
        max_size=4,
    )
)
def test_phrases_that_are_remembered_read_as_they_do_in_the_whole_name(parts: list[str]) -> None:
    name = "".join(c for part in parts for c in part if "\u4e00" <= c <= "\u9fff")
    assert search_keys(name).pinyin == "".join(lazy_pinyin(name))
