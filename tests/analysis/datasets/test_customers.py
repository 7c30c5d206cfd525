"""The population: whoever could have bought, each with their facts or none, by however many connections it is read."""

import datetime

import pandas as pd
import pytest

from analysis.datasets.customers import read_customers
from analysis.datasets.source import facts_spec
from analysis.models import AnalysisRun
from analysis.services import facts, policies
from analysis.services.connections import beside, second_connection
from tests.cast import make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)

AS_OF = datetime.date(2024, 12, 31)
EVE = datetime.datetime(2024, 12, 31, 15, 59, tzinfo=datetime.UTC)  # 23:59 in the company's time zone
LATER = EVE + datetime.timedelta(minutes=2)


def population() -> pd.DataFrame:
    """The population as of AS_OF, which one connection and two must read alike."""
    policy = policies.current()
    run, rules = AnalysisRun(as_of=AS_OF, policy=policy), policy.parsed()
    spec = facts_spec(rules, rules.window.window(AS_OF, None), AS_OF)
    with second_connection() as work:
        facts.settle(work, spec, keep=True)
        with work.transaction(), beside(work) as other:
            by_one = read_customers([work], facts.CURRENT, run, rules, spec)
            by_two = read_customers([work, other], facts.CURRENT, run, rules, spec)
    pd.testing.assert_frame_equal(by_one, by_two)
    return by_one


def test_who_could_have_bought_is_read_with_their_facts_or_none() -> None:
    fresh = make_customer("K1", "K1", created_at=EVE)
    early = make_customer("K2", "K2", created_at=LATER)  # an order came before the record
    make_order(early, "O2", datetime.date(2024, 12, 1), 100)
    bought = make_customer("K3", "K3", potential="high", potential_expires_on=datetime.date(2025, 6, 30))
    make_order(bought, "O3", datetime.date(2024, 6, 1), 50, 70)
    make_customer("K4", "K4", created_at=LATER)
    for code, fields in (("K5", {"deleted_at": EVE}), ("K6", {"scoring_refused": True})):
        make_order(make_customer(code, code, **fields), f"O{code}", datetime.date(2024, 6, 1), 10)
    found = population()
    assert found.index.tolist() == sorted(each.pk for each in (fresh, early, bought))
    assert found["net_revenue"].to_dict() == {fresh.pk: 0, early.pk: 10_000, bought.pk: 12_000}
    assert found["known_since"].dt.date.to_dict() == {
        fresh.pk: AS_OF,
        early.pk: datetime.date(2024, 12, 1),
        bought.pk: datetime.date(2024, 1, 1),
    }
    assert found["last_order_on"].isna().to_dict() == {fresh.pk: True, early.pk: False, bought.pk: False}
    assert found["potential"].dropna().to_dict() == {bought.pk: "high"}
    assert found["elsewhere"].isna().all()


def test_a_company_without_customers_has_an_empty_population() -> None:
    assert population().empty
