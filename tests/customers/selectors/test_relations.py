"""One person is seen from every side, and nobody sees an end that is out of their scope."""

from dataclasses import dataclass
from datetime import date

import pytest

from crm.models import User
from customers.models import (
    Customer,
    CustomerShare,
    Employment,
    FamilyMember,
    Informant,
    KeyPerson,
    PersonProfile,
    Referral,
    Relation,
)
from customers.selectors.relations import network
from tests.cast import Cast, make_customer, sign_in


@dataclass(frozen=True)
class Circle:
    """A person who is the legal representative of one company, a supplier's buyer and another customer's brother."""

    chen: Customer
    hengtai: Customer
    supplier: Customer
    brother: Customer


@pytest.fixture
def circle(cast: Cast) -> Circle:
    """Return the four, all Alice's."""
    chen, brother = (
        make_customer(code, name, kind="person", owner=cast.alice)
        for code, name in (("P1", "陈国栋"), ("P2", "陈国梁"))
    )
    hengtai = make_customer("C1", "恒泰连锁", owner=cast.alice)
    supplier = make_customer("C2", "远东供应", owner=cast.alice)
    KeyPerson.objects.create(customer=hengtai, person=chen, role="legal_representative")
    KeyPerson.objects.create(customer=supplier, person=chen, role="buyer", until=date(2024, 1, 1))
    Relation.objects.create(customer=brother, other=chen, kind="relative", other_person="哥哥")
    return Circle(chen, hengtai, supplier, brother)


def around(user: User, customer: Customer, steps: int = 1) -> set[str]:
    """Return who stands around a customer within some steps."""
    return {node.name for node in network(user, customer).nodes if 0 < node.steps <= steps}


def test_one_person_is_seen_from_four_sides(cast: Cast, circle: Circle) -> None:
    assert around(cast.alice, circle.chen) == {"恒泰连锁", "远东供应", "陈国梁"}
    for side in (circle.hengtai, circle.supplier, circle.brother):
        assert around(cast.alice, side) == {"陈国栋"}
        assert around(cast.alice, side, steps=2) == {"陈国栋", "恒泰连锁", "远东供应", "陈国梁"} - {side.name}


@pytest.mark.parametrize(
    ("side", "words"),
    [
        ("hengtai", ["Legal representative"]),
        ("supplier", ["Buyer · former"]),
        ("brother", ["Relative", "哥哥"]),
        ("chen", ["Legal representative there", "Buyer · former there", "Relative"]),
    ],
)
def test_each_side_has_its_words(cast: Cast, circle: Circle, side: str, words: list[str]) -> None:
    response = sign_in(cast.alice).get(f"{getattr(circle, side).get_absolute_url()}?tab=relations")
    rows = [row for row in response.context["network_rows"] if not row["through"]]
    said = " ".join(f"{row['what']} {row['note']}" for row in rows)
    assert all(word in said for word in words), said


def test_an_end_out_of_scope_is_nowhere(cast: Cast, circle: Circle) -> None:
    CustomerShare.objects.create(customer=circle.chen, user=cast.charlie)
    assert around(cast.charlie, circle.chen, steps=9) == set()
    page = sign_in(cast.charlie).get(f"{circle.chen.get_absolute_url()}?tab=relations").content.decode()
    for hidden in (circle.hengtai, circle.supplier, circle.brother):
        assert hidden.name not in page
        assert f"/customers/{hidden.pk}/" not in page


def test_a_deleted_end_is_nowhere(cast: Cast, circle: Circle) -> None:
    Customer.objects.filter(pk=circle.hengtai.pk).update(deleted_at=circle.chen.created_at)
    assert around(cast.alice, circle.chen) == {"远东供应", "陈国梁"}


def test_work_family_and_referrals_tie_too(cast: Cast, circle: Circle) -> None:
    PersonProfile.objects.create(customer=circle.brother, employer=circle.hengtai)
    Employment.objects.create(customer=circle.chen, employer=circle.supplier, ended_on=date(2020, 1, 1))
    FamilyMember.objects.create(customer=circle.chen, role="spouse", name="周岚")
    informant = Informant.objects.create(name="陈", customer=circle.brother, owner=cast.alice)
    Referral.objects.create(informant=informant, customer=circle.supplier, referred_on=date(2024, 1, 1))
    ties = {(tie.what, tie.kind) for tie in network(cast.alice, circle.chen).ties}
    assert {("work", "present"), ("work", "past"), ("family", "spouse"), ("referral", "")} <= ties


def test_an_auditor_sees_that_there_is_somebody_but_no_name(cast: Cast, circle: Circle) -> None:
    Relation.objects.create(customer=circle.chen, other_person="老同学", kind="classmate")
    nodes = network(cast.otto, circle.chen).nodes
    assert any(node.customer_id is None for node in nodes)
    assert "老同学" not in {node.name for node in nodes}


def test_a_customer_who_knows_nobody_has_no_network(cast: Cast) -> None:
    assert network(cast.alice, cast.huaxin).ties == []


def test_the_network_costs_the_same_however_many_there_are(
    cast: Cast, circle: Circle, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        friend = make_customer(f"F{number}", f"朋友{number}", kind="person", owner=cast.alice)
        Relation.objects.create(customer=circle.chen, other=friend, kind="friend")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        network(cast.alice, circle.chen)
