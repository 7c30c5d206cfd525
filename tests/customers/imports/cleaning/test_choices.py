"""Choices in both languages."""

import pytest

from customers.imports.cleaning import choices
from customers.imports.problems import CellError
from customers.models import ComplaintType, CustomerKind, Direction, Lifecycle, OrderStatus, ResponseType
from customers.models.profiles import BusinessModel, ContactChannel, Grade, OwnershipType, Potential


@pytest.mark.parametrize(
    ("words", "cell", "value"),
    [
        (choices.BUSINESS_MODEL, "批发", "wholesale"),
        (choices.BUSINESS_MODEL, "End Customer", "end_customer"),
        (choices.OWNERSHIP_TYPE, " 民营企业 ", "private"),
        (choices.COMPLAINT_TYPE, "延迟交货", "late_delivery"),
        (choices.COMPLAINT_TYPE, "Late-Delivery", "late_delivery"),
        (choices.CHANNEL, "ＥＭＡＩＬ", "email"),
        (choices.LIFECYCLE, "", None),
    ],
)
def test_words_of_either_language_mean_our_values(words: choices.Words, cell: str, value: str | None) -> None:
    assert choices.choice_cleaner(words)(cell) == value


def test_an_unknown_word_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CellError, match=r"“seldom” is none .* high .高., medium"):
        choices.choice_cleaner(choices.GRADE)("seldom")


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (choices.CUSTOMER_KIND, CustomerKind.values),
        (choices.LIFECYCLE, Lifecycle.values),
        (choices.OWNERSHIP_TYPE, OwnershipType.values),
        (choices.BUSINESS_MODEL, BusinessModel.values),
        (choices.GRADE, Grade.values),
        (choices.POTENTIAL, Potential.values),
        (choices.ORDER_STATUS, OrderStatus.values),
        (choices.RESPONSE_TYPE, ResponseType.values),
        (choices.CHANNEL, ContactChannel.values),
        (choices.DIRECTION, Direction.values),
        (choices.COMPLAINT_TYPE, ComplaintType.values),
    ],
)
def test_the_values_are_those_of_the_models(words: choices.Words, values: list[str]) -> None:
    assert sorted(words) == sorted(values)


@pytest.mark.parametrize(
    "words", [value for name, value in vars(choices).items() if name.isupper() and isinstance(value, dict)]
)
def test_no_word_means_two_things(words: choices.Words) -> None:
    meanings = [word.casefold() for value, synonyms in words.items() for word in {value, *synonyms}]
    assert len(meanings) == len(set(meanings))


@pytest.mark.parametrize(
    ("cell", "answer"), [("是", True), ("否", False), ("TRUE", True), ("0", False), ("√", True), ("", None)]
)
def test_yes_and_no(cell: str, answer: bool | None) -> None:
    assert choices.yes_no(cell) is answer


def test_maybe_is_neither() -> None:
    with pytest.raises(CellError, match="neither yes nor no"):
        choices.yes_no("maybe")
