"""What only a person can say is asked once, for the column, with what it would mean."""

from datetime import date

import pytest

from customers.imports.context import DateOrder
from customers.imports.kinds import Kind
from customers.imports.matching import match_columns
from customers.imports.problems import AmbiguousDates, MappingProblem
from customers.imports.questions import choice_questions, date_questions
from customers.imports.rows import CustomerRow
from tests.customers.imports.conftest import Parsing, Reading

DATES = "姓名,生日,成立日期\n张三,03/04/1980,2001-01-01\n李四,05/06/1981,2002-02-02\n王五,7/7/1982,x\n"
MODELS = "姓名,经营模式\n" + "张三,批发部\n" * 3 + "李四,零售\n王五,夫妻店\n赵六,\n"


def test_an_undecided_column_of_dates_is_asked_about_with_both_readings(reading: Reading) -> None:
    table = reading(DATES)
    [question] = date_questions(table, match_columns(Kind.CUSTOMERS, table))
    assert (question.field, question.header) == ("date_of_birth", "生日")
    assert question.examples == ("03/04/1980", "05/06/1981")
    assert question.as_day_first == (date(1980, 4, 3), date(1981, 6, 5))
    assert question.as_month_first == (date(1980, 3, 4), date(1981, 5, 6))


def test_an_answered_column_is_not_asked_about_again(reading: Reading) -> None:
    table = reading(DATES)
    mapping = match_columns(Kind.CUSTOMERS, table, {"date_of_birth": {"date_order": "month first"}})
    assert date_questions(table, mapping) == ()


@pytest.mark.parametrize("telling", ["25/12/1990", "12/25/1990"])
def test_one_telling_date_decides_its_column(reading: Reading, telling: str) -> None:
    table = reading(DATES + f"赵六,{telling},\n")
    assert date_questions(table, match_columns(Kind.CUSTOMERS, table)) == ()


def test_equal_day_and_month_tell_nothing_however_they_are_written(reading: Reading) -> None:
    table = reading("姓名,生日\n张三,5/05/1980\n李四,03/04/1981\n")
    assert len(date_questions(table, match_columns(Kind.CUSTOMERS, table))) == 1


def test_an_undecided_column_stops_an_import_that_nobody_can_ask(parsing: Parsing) -> None:
    with pytest.raises(AmbiguousDates) as caught:
        parsing("customers", DATES)
    assert (caught.value.field, caught.value.header, caught.value.example) == (
        "date_of_birth",
        "生日",
        "03/04/1980",
    )


def test_words_without_a_meaning_are_asked_about_first(reading: Reading) -> None:
    table = reading(MODELS)
    [question] = choice_questions(table, match_columns(Kind.CUSTOMERS, table))
    assert [(each.text, each.count, each.meaning) for each in question.values] == [
        ("批发部", 3, None),
        ("夫妻店", 1, None),
        ("零售", 1, "retail"),
    ]
    assert [each.text for each in question.unknown] == ["批发部", "夫妻店"]
    assert ("wholesale", "Wholesale") in question.choices


def test_a_meaning_that_was_said_is_read_and_null_is_nothing(reading: Reading, parsing: Parsing) -> None:
    wishes = {"business_model": {"header": "经营模式", "values": {"批发部": "批发", "夫妻店": None}}}
    table = reading(MODELS)
    [question] = choice_questions(table, match_columns(Kind.CUSTOMERS, table, wishes))
    assert question.unknown == ()
    rows = [result.row for result in parsing("customers", MODELS, wishes)]
    assert [row.business_model for row in rows if isinstance(row, CustomerRow)] == [
        "wholesale", "wholesale", "wholesale", "retail", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("values", [[], "x", {"a": 1}])
def test_meanings_of_another_form_are_refused(reading: Reading, values: object) -> None:
    with pytest.raises(MappingProblem, match="business_model"):
        match_columns(Kind.CUSTOMERS, reading(MODELS), {"business_model": {"values": values}})


def test_only_as_many_rows_are_looked_at_as_are_asked_for(reading: Reading) -> None:
    table = reading(MODELS)
    [question] = choice_questions(table, match_columns(Kind.CUSTOMERS, table), rows=2)
    assert [(each.text, each.count) for each in question.values] == [("批发部", 2)]


def test_a_date_behind_an_invisible_mark_is_asked_about_like_all_others(parsing: Parsing) -> None:
    with pytest.raises(AmbiguousDates):
        parsing("customers", "姓名,生日\n张三,\u200b03/04/1980\n")


def test_a_meaning_that_is_ambiguous_rejects_its_row(parsing: Parsing) -> None:
    wishes = {"date_of_birth": {"header": "生日", "values": {"x": "03/04/1980"}}}
    good, bad = parsing("customers", "姓名,生日\n张三,1980-03-04\n李四,x\n", wishes)
    assert good.row is not None
    assert "day first or month first" in bad.problems[0].message


def test_a_date_that_no_year_makes_possible_is_not_asked_about(reading: Reading) -> None:
    table = reading("姓名,生日\n张三,03/04/0066\n李四,00/04/1980\n")
    assert date_questions(table, match_columns(Kind.CUSTOMERS, table)) == ()


def test_a_column_of_two_digit_years_is_asked_about_with_the_readings_that_are_possible(
    reading: Reading,
) -> None:
    table = reading("姓名,生日\n张三,84-03-05\n李四,79-11-28\n")
    assert date_questions(table, match_columns(Kind.CUSTOMERS, table)) == ()
    table = reading("姓名,生日\n张三,24-03-05\n李四,25-11-28\n")
    [question] = date_questions(table, match_columns(Kind.CUSTOMERS, table))
    assert question.readings == {
        DateOrder.DAY_FIRST: (date(2005, 3, 24), date(2028, 11, 25)),
        DateOrder.YEAR_FIRST: (date(2024, 3, 5), date(2025, 11, 28)),
    }
