"""Why is this an A? When potential made it one, its reason, its author and its expiry are said."""

import datetime

import pytest
from django.utils.translation import override

from analysis.selectors.insights import open_published
from analysis.services.runs import start_run
from crm.models import Role, User
from customers.models import Customer, Potential
from tests.analysis.company import golden_company
from tests.analysis.measures import golden
from tests.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dora() -> User:
    """She judged the potential of C08, which made it an A."""
    golden_company()
    judge = make_user("dora", Role.ADMIN)
    Customer.objects.filter(code="C08").update(
        potential_reason="Opens ten shops", potential_author=judge, potential_expires_on="2025-06-30"
    )
    start_run(actor=None, as_of=golden.AS_OF, queue=False)
    return judge


def reasons(code: str, viewer: User) -> tuple[str, ...]:
    insights = open_published()
    assert insights is not None
    explained = insights.explain(Customer.objects.get(code=code).pk, viewer=viewer)
    return explained.tier_reasons if explained else ()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_potential_names_its_reason_author_and_expiry(dora: User, language: str) -> None:
    with override(language):
        step, judgement = reasons("C08", dora)[1:3]
        assert step
        assert all(words in judgement for words in ("Dora", "Opens ten shops", "2025"))
        assert len(reasons("C05", dora)) == 1  # no potential, no judgement


def test_a_judgement_that_has_changed_since_is_said_to_have(dora: User) -> None:
    Customer.objects.filter(code="C08").update(
        potential=Potential.LOW, potential_expires_on=datetime.date(2026, 1, 1)
    )
    with override("en"):
        assert "Its potential has been judged anew since." in reasons("C08", dora)
        assert reasons("C08", make_user("eve", Role.REP)) == ()
