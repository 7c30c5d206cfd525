"""Phone numbers and e-mail addresses."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.imports.cleaning.contacts import emails, phone_number, phone_region, phone_texts
from customers.imports.problems import CellError
from customers.imports.tables import NumericCell


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("13800138000", "CN", "+8613800138000"),
        ("138-0013-8000", "CN", "+8613800138000"),
        ("＋８６ 138 0013 8000", "US", "+8613800138000"),
        ("0086 13800138000", "CN", "+8613800138000"),
        ("010-65529988", "CN", "+861065529988"),
        ("（010）65529988转801", "CN", "+861065529988;ext=801"),
        ("(415) 901-7000", "US", "+14159017000"),
        ("+44 20 7946 0958", "CN", "+442079460958"),
    ],
)
def test_phone_numbers_become_e164(text: str, region: str, e164: str) -> None:
    assert phone_number(text, region) == e164


@pytest.mark.parametrize("text", ["12", "65529988", "call me", "138001380001380013800", "+999 123"])
def test_impossible_numbers_are_refused(text: str) -> None:
    with pytest.raises(CellError, match="not a phone number"):
        phone_number(text, "CN")


# 179 begins no mobile number, but the prefixes of carriers.
mobiles = st.integers(13_000_000_000, 19_999_999_999).filter(lambda number: number // 10**8 != 179)


@given(mobiles)
def test_every_mobile_number_survives_any_grouping(number: int) -> None:
    text = str(number)
    expected = phonenumbers.format_number(phonenumbers.parse(text, "CN"), phonenumbers.PhoneNumberFormat.E164)
    assert phone_number(f"{text[:3]} {text[3:7]}-{text[7:]}", "CN") == expected
    assert phone_number(expected, "US") == expected


def test_several_numbers_in_one_cell_are_several() -> None:
    assert phone_texts("13800138000；010-65529988/13900139000") == (
        "13800138000",
        "010-65529988",
        "13900139000",
    )
    assert phone_texts(NumericCell("13800138000")) == ("13800138000",)
    assert phone_texts("无") is None


def test_a_number_that_a_spreadsheet_shortened_is_refused() -> None:
    with pytest.raises(CellError, match="15 digits"):
        phone_texts("1.38E+10")


def test_the_rows_country_is_that_of_its_numbers() -> None:
    assert (phone_region("United States", "CN"), phone_region("英国", "CN"), phone_region(None, "CN")) == (
        "US",
        "GB",
        "CN",
    )


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (" Li.Lei@Example.COM ", ("Li.Lei@example.com",)),
        ("ｌｉ＠example．com", ("li@example.com",)),
        ("a@x.cn; b@y.cn，c@z.cn", ("a@x.cn", "b@y.cn", "c@z.cn")),
        ("Li Lei <li@x.com>", ("li@x.com",)),
        ("mailto:li@x.com", ("li@x.com",)),
        ("张三@公司.中国", ("张三@公司.中国",)),
    ],
)
def test_mail_addresses_are_normalised(cell: str, found: tuple[str, ...]) -> None:
    assert emails(cell) == found


@pytest.mark.parametrize(
    "cell", ["li@", "@x.com", "li.x.com", "li@x", "a b@x.com@y", "li@x..com", f"{'x' * 250}@x.com"]
)
def test_what_is_no_mail_address_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="not an e-mail address"):
        emails(cell)


@given(mobiles)
def test_a_chinese_mobile_number_is_what_it_is_with_its_country(number: int) -> None:
    assert phone_number(str(number), "CN") == phone_number(f"+86 {number}", "US") == f"+86{number}"


def test_a_number_that_a_program_took_for_an_amount_is_itself_if_nothing_is_lost() -> None:
    assert phone_texts("13800138000.0") == ("13800138000",)
    with pytest.raises(CellError, match="first 15 digits"):
        phone_texts("1.38E10")


@pytest.mark.parametrize(
    "text", ["010-65529988-801", "(010)65529988-801", "01065529988-801", "010-65529988 转 801"]
)
def test_extensions_stand_after_a_dash_too(text: str) -> None:
    assert phone_number(text, "CN") == "+861065529988;ext=801"
