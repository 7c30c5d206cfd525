"""Check digits are checked, and no message repeats the number."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.imports.cleaning.identifiers import (
    identity_check_character,
    identity_number,
    unified_social_credit_code,
)
from customers.imports.problems import CellError
from customers.imports.tables import NumericCell

# The example of the standard itself, GB 11643-1999, annex A.
STANDARD = "11010519491231002X"


def test_the_standards_own_example_is_right() -> None:
    assert identity_number(" 11010519491231002x ") == STANDARD


@given(
    st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9)
)
def test_every_wrong_digit_is_found(born: date, serial: int, place: int, shift: int) -> None:
    first = f"440305{born:%Y%m%d}{serial:03}"
    number = first + identity_check_character(first)
    assert identity_number(number) == number
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(CellError):
        identity_number(wrong)


@pytest.mark.parametrize(
    "cell", ["110105491231002", "00010519491231002X", "11010519491331002X", "1101051949123100ⅩX", "x" * 18]
)
def test_impossible_numbers_are_refused_without_repeating_them(cell: str) -> None:
    with pytest.raises(CellError) as caught:
        identity_number(cell)
    assert cell not in str(caught.value)


@pytest.mark.parametrize("cell", [NumericCell("110105194912310000"), "1.10105E+17"])
def test_a_number_that_was_a_numeric_cell_is_refused_with_the_reason(cell: str) -> None:
    with pytest.raises(CellError, match="first 15 digits"):
        identity_number(cell)
    with pytest.raises(CellError, match="first 15 digits"):
        unified_social_credit_code(cell)


def test_credit_codes_are_checked() -> None:
    assert unified_social_credit_code("91110000600037341l".upper()) == "91110000600037341L"
    with pytest.raises(CellError, match="check character"):
        unified_social_credit_code("91110000600037341M")
