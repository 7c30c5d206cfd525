import datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.data_quality import Field, QualityPolicy, customer_quality, field_quality
from tests.analysis.measures.agreeing import assert_agrees, by_sql

AS_OF = datetime.date(2025, 6, 30)
PERSON, COMPANY = frozenset({"person"}), frozenset({"company"})
FIELDS = [Field("name", PERSON | COMPANY), Field("birthday", PERSON), Field("founded_on", COMPANY)]
KINDS = pd.CategoricalDtype(["person", "company"])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["person", "company"]),
        st.lists(st.sampled_from([0, 1, 2]), unique=True),
        st.none() | st.dates(datetime.date(2020, 1, 1), datetime.date(2025, 7, 30)),
    ),
    min_size=1,
    max_size=30,
)

BY_SQL = """
select name as field, count(*) filter (where applies) as customers, count(*) filter (where applies and has) as filled,
    count(*) filter (where applies and has) / nullif(count(*) filter (where applies), 0) as completeness,
    coalesce(completeness < 0.01, false) as is_unused
from (
    select 'name' as name, true as applies, filled_0 % 2 = 1 as has from frame union all
    select 'birthday', kind = 'person', filled_0 // 2 % 2 = 1 from frame union all
    select 'founded_on', kind = 'company', filled_0 // 4 % 2 = 1 from frame
) group by 1 order by completeness desc nulls last, 1
"""
EACH_BY_SQL = """
select filled_0 % 2 + if(kind = 'person', filled_0 // 2 % 2, filled_0 // 4 % 2) as filled, 2 as applicable,
    (filled_0 % 2 + if(kind = 'person', filled_0 // 2 % 2, filled_0 // 4 % 2)) / 2 as completeness,
    if(checked_on is null, null, greatest(date '2025-06-30' - checked_on::date, 0)) as age_days,
    coalesce(date '2025-06-30' - checked_on::date <= 365, false) as is_fresh
from frame order by place
"""
ACCOUNTS_BY_SQL = """
select name as field, any_value(n) as customers, any_value(n) - count(*) filter (where cell = '') as filled,
    1 - count(*) filter (where cell = '') / any_value(n) as completeness, completeness < 0.01 as is_unused
from (unpivot accounts on columns(*) into name name value cell), (select count(*) as n from accounts)
group by 1 order by completeness desc, field
"""


def customers(rows: list[tuple[Any, ...]], fields: list[Field] = FIELDS) -> pd.DataFrame:
    """Rows of kind, the places of the fields filled, the day when checked."""
    words = range(-(-len(fields) // 62))
    masks = [
        [sum(1 << place - 62 * word for place in row[1] if place // 62 == word) for word in words]
        for row in rows
    ]
    frame = pd.DataFrame(masks, columns=[f"filled_{word}" for word in words], dtype="int64")
    kind = pd.Categorical([row[0] for row in rows], dtype=KINDS)
    checked_on = pd.Series([row[2] for row in rows], dtype="datetime64[s]")
    return frame.assign(kind=kind, checked_on=checked_on)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_fields_agree_with_sql(rows: list[tuple[Any, ...]]) -> None:
    frame = customers(rows).astype({"kind": "str"}).rename_axis("place").reset_index()
    found = field_quality(customers(rows), FIELDS, QualityPolicy())
    assert_agrees(found.reset_index(), by_sql(BY_SQL, frame=frame))
    each = customer_quality(customers(rows), FIELDS, QualityPolicy(), AS_OF)
    assert_agrees(each, by_sql(EACH_BY_SQL, frame=frame))


def test_the_fields_of_exported_accounts_agree_with_sql(data_dir: Path) -> None:
    """423 accounts out of another CRM, of whose 37 columns many are empty."""
    file = data_dir / "import_samples" / "salesforce_accounts_cp1252.csv"
    accounts = pd.read_csv(file, encoding="cp1252", dtype=str, keep_default_na=False)
    filled = (accounts != "").to_numpy()
    rows = [("company", np.flatnonzero(row).tolist(), None) for row in filled]
    fields = [Field(name, COMPANY) for name in accounts.columns]
    found = field_quality(customers(rows, fields), fields, QualityPolicy())
    assert_agrees(found.reset_index(), by_sql(ACCOUNTS_BY_SQL, accounts=accounts))
    assert found["is_unused"].sum() > 10


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_by_customer_and_by_field_as_many_are_filled(rows: list[tuple[Any, ...]]) -> None:
    frame = customers(rows)
    each, fields = (
        customer_quality(frame, FIELDS, QualityPolicy(), AS_OF),
        field_quality(frame, FIELDS, QualityPolicy()),
    )
    assert each["filled"].sum() == fields["filled"].sum()
    assert each["applicable"].sum() == fields["customers"].sum()
    assert each["completeness"].between(0, 1).all()


@settings(max_examples=25, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_rows_changes_no_field(rows: list[tuple[Any, ...]], random: Random) -> None:
    shuffled = customers(random.sample(rows, len(rows)))
    pd.testing.assert_frame_equal(
        field_quality(shuffled, FIELDS, QualityPolicy()),
        field_quality(customers(rows), FIELDS, QualityPolicy()),
    )


def test_the_worked_example() -> None:
    rows = [("person", [0, 1], AS_OF), ("person", [0], datetime.date(2024, 6, 30)), ("company", [0, 1], None)]
    each = customer_quality(customers(rows), FIELDS, QualityPolicy(), AS_OF)
    assert each["completeness"].tolist() == [1, 0.5, 0.5]
    assert each["age_days"].fillna(-1).tolist() == [0, 365, -1]
    assert each["is_fresh"].tolist() == [True, True, False]
    fields = field_quality(customers(rows), FIELDS, QualityPolicy())
    assert fields["completeness"].to_dict() == {"name": 1, "birthday": 0.5, "founded_on": 0}
    assert fields["is_unused"].to_dict() == {"name": False, "birthday": False, "founded_on": True}


def test_fields_beyond_the_first_word_count_too() -> None:
    fields = [Field(f"f{number:03}", PERSON) for number in range(130)]
    frame = customers([("person", [0, 61, 62, 129], AS_OF)], fields)
    assert customer_quality(frame, fields, QualityPolicy(), AS_OF)["filled"].tolist() == [4]
    filled = field_quality(frame, fields, QualityPolicy())["filled"]
    assert sorted(filled.index[filled == 1]) == ["f000", "f061", "f062", "f129"]


def test_a_field_that_applies_to_nobody_has_no_completeness() -> None:
    found = field_quality(customers([("person", [0], None)]), FIELDS, QualityPolicy()).loc["founded_on"]
    assert np.isnan(found["completeness"])
    assert not found["is_unused"]


@pytest.mark.parametrize("wrong", [{"fresh_days": 0}, {"unused_share": -1}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        QualityPolicy(**wrong)
