"""The part of a policy about products: read, checked, written back the same."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.models.reading import PolicyError
from analysis.models.rules import PolicyRules, read_rules

SHARE = st.decimals(0, "0.9", places=3)


@settings(max_examples=25)
@given(margins=st.tuples(SHARE, SHARE).map(sorted), peers=st.integers(1, 100), coverage=SHARE)
def test_rules_of_products_are_read_back(margins: list[Any], peers: int, coverage: Any) -> None:
    thin, good = margins
    document = {
        "profitability": {"least_coverage": str(coverage)},
        "mix_advice": {"thin_margin": str(thin), "good_margin": str(good)},
        "narrow_buyers": {"least_peers": peers},
    }
    rules = read_rules(document)
    assert (rules.products.mix_advice.thin_margin, rules.products.mix_advice.good_margin) == (thin, good)
    assert rules.products.profitability.least_coverage == coverage
    assert read_rules(rules.document()) == rules


def test_what_a_policy_leaves_out_has_its_default() -> None:
    assert read_rules({"baskets": {}}).products == PolicyRules().products


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"profitability": {"least_coverage": 2}}, "profitability.least_coverage"),
        ({"mix_advice": {"thin_margin": 0.5}}, "mix_advice.thin_margin"),
        ({"mix_advice": {"good_margin": 1}}, "mix_advice.good_margin"),
        ({"baskets": {"least_together": 0}}, "baskets.least_together"),
        ({"cross_sell": {"per_customer": 21}}, "cross_sell.per_customer"),
        ({"narrow_buyers": {"least_share": 0}}, "narrow_buyers.least_share"),
        ({"upsell": {"least_order_days": 1}}, "upsell.least_order_days"),
        ({"regional_affinity": {"least": 5}}, "regional_affinity.least"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(document: dict[str, Any], named: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_rules(document)
    assert named in str(error.value)
