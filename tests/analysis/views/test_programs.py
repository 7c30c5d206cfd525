"""Programs read the very rows of the tiers page, with the rights of the token's owner."""

from typing import Any

import pytest
from django.test import Client

from analysis.selectors.ranking import ranking
from analysis.services.runs import start_run
from crm.models import Role, User
from crm.services import tokens
from customers.models import Customer
from tests.analysis.company import golden_company
from tests.analysis.measures import golden
from tests.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/analysis/customers.json"


def ask(user: User, after: str = "", scope: str = "analysis") -> Any:
    text = tokens.make(actor=user, name="x", scopes=[scope], days=1)[1]
    return Client().get(ADDRESS, {"after": after}, headers={"Authorization": f"Bearer {text}"})


@pytest.fixture
def people() -> tuple[User, User]:
    golden_company()
    ada, alice = make_user("ada", Role.ADMIN), make_user("alice", Role.REP)
    Customer.objects.filter(code__in=["C02", "C05"]).update(owner=alice)
    return ada, alice


def test_programs_read_what_the_tiers_page_shows(people: tuple[User, User]) -> None:
    run = start_run(actor=None, as_of=golden.AS_OF, queue=False)
    for user in people:
        told, shown = ask(user).json(), ranking(run, user).rows
        assert (told["run"], told["as_of"], told["next"]) == (run.pk, golden.AS_OF.isoformat(), None)
        for row, one in zip(told["customers"], shown, strict=True):
            assert (row["code"], row["rank"], row["tier"], row["share"]) == (
                one.code,
                one.rank,
                one.tier,
                one.share,
            )
            assert int(row["net_revenue"].replace(".", "")) == one.net_revenue
    assert {row["code"] for row in ask(people[1]).json()["customers"]} == {"C02", "C05"}


def test_a_token_for_customers_does_not_open_the_analysis(people: tuple[User, User]) -> None:
    assert ask(people[0], scope="customers").status_code == 401
    assert ask(people[0]).json() == {"run": None, "customers": [], "next": None}


def test_a_wrong_place_to_go_on_is_told(people: tuple[User, User]) -> None:
    start_run(actor=None, as_of=golden.AS_OF, queue=False)
    assert ask(people[0], after="nonsense").status_code == 400
