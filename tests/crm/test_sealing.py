"""A sealed value opens under its own key, in its own place, as it was; otherwise not at all."""

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from crm.sealing.envelope import SealError, new_key, open_sealed, seal
from crm.sealing.keys import blind_index, unwrap, wrap

PLACE = "customers.personprofile.religion:17"


@effort(max_examples=50)
@given(plain=st.binary(max_size=300))
def test_what_is_sealed_opens_again(plain: bytes) -> None:
    key = new_key()
    assert open_sealed(seal(plain, key, PLACE), key, PLACE) == plain


@effort(max_examples=50)
@given(plain=st.binary(max_size=80), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_single_changed_bit_is_noticed(plain: bytes, at: int, bit: int) -> None:
    key = new_key()
    sealed = bytearray(seal(plain, key, PLACE))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(SealError):
        open_sealed(bytes(sealed), key, PLACE)


@effort(max_examples=50)
@given(plain=st.binary(max_size=80), length=st.integers(0, 60))
def test_a_part_of_it_does_not_open(plain: bytes, length: int) -> None:
    key = new_key()
    with pytest.raises(SealError):
        open_sealed(seal(plain, key, PLACE)[:length], key, PLACE)


@pytest.mark.parametrize(
    "elsewhere", ["customers.personprofile.religion:18", "customers.personprofile.blood_type:17", ""]
)
def test_a_value_copied_to_another_row_or_field_does_not_open(elsewhere: str) -> None:
    key = new_key()
    sealed = seal("佛教".encode(), key, PLACE)
    with pytest.raises(SealError, match="another place"):
        open_sealed(sealed, key, elsewhere)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealError, match="another key"):
        open_sealed(seal(b"A", new_key(), PLACE), new_key(), PLACE)


def test_the_same_value_is_never_sealed_alike_and_its_length_tells_nothing() -> None:
    key = new_key()
    sealed = [seal(value, key, PLACE) for value in (b"A", b"A", b"AB", b"")]
    assert len(set(sealed)) == 4
    assert len({len(each) for each in sealed}) == 1


def test_a_data_key_opens_under_the_master_key_that_wrapped_it(settings: object) -> None:
    first, second = new_key(), new_key()
    settings.MASTER_KEYS = {"old": first}  # type: ignore[attr-defined]
    data_key = new_key()
    name, wrapped = wrap(data_key, "customer:1")
    settings.MASTER_KEYS = {"new": second, "old": first}  # type: ignore[attr-defined]
    assert wrap(data_key, "customer:1")[0] == "new"
    assert unwrap(name, wrapped, "customer:1") == data_key
    settings.MASTER_KEYS = {"new": second}  # type: ignore[attr-defined]
    with pytest.raises(SealError, match="missing"):
        unwrap(name, wrapped, "customer:1")


def test_a_blind_index_is_the_same_for_the_same_value_of_the_same_field_only(settings: object) -> None:
    index = blind_index("person.identity_number", "11010519491231002X")
    assert index == blind_index("person.identity_number", "11010519491231002X")
    assert index != blind_index("another.field", "11010519491231002X")
    settings.BLIND_INDEX_KEY = new_key()  # type: ignore[attr-defined]
    assert index != blind_index("person.identity_number", "11010519491231002X")
