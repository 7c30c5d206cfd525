"""The part of a policy about records: read, checked, written back the same."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.models.reading import PolicyError
from analysis.models.rules import PolicyRules, read_rules

SOME = st.integers(1, 100)


@settings(max_examples=25)
@given(silent=SOME, many=SOME, share=SOME, limit=st.integers(101, 10_000), unused=st.decimals(0, 1, places=4))
def test_rules_of_records_are_read_back(silent: int, many: int, share: int, limit: int, unused: Any) -> None:
    document = {
        "informants": {"silent_days": silent},
        "attention": {"many": many, "key_share_percent": share},
        "resources": {"limit_percent": limit},
        "data_quality": {"unused_share": str(unused)},
    }
    rules = read_rules(document)
    assert (rules.records.informants.silent_days, rules.records.attention.many) == (silent, many)
    assert rules.records.resources.limit * 100 == limit
    assert read_rules(rules.document()) == rules


def test_what_a_policy_leaves_out_has_its_default() -> None:
    assert read_rules({"drag": {}}).records == PolicyRules().records


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"informants": {"silent_days": 0}}, "informants.silent_days"),
        ({"attention": {"open_days": -1}}, "attention.open_days"),
        ({"drag": {"most_percent": 101}}, "drag.most_percent"),
        ({"resources": {"limit_percent": 100}}, "resources.limit_percent"),
        ({"data_quality": {"unused_share": 2}}, "data_quality.unused_share"),
        ({"wish_list": {"days": 5}}, "wish_list.days"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(document: dict[str, Any], named: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_rules(document)
    assert named in str(error.value)
