"""A tab costs the same however many rows hang on a customer."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import (
    Competitor,
    CompetitorProduct,
    CompetitorRep,
    Complaint,
    ContactPoint,
    Customer,
    Employment,
    Gift,
    Interaction,
    KeyPerson,
    Opinion,
    Opportunity,
    Product,
    Relation,
    WalletShare,
)
from tests.cast import Cast, make_customer, sign_in

TABS = ("profile", "trade", "behaviour", "relations", "competition")


def grow(cast: Cast, person: Customer, number: int) -> None:
    """Hang one more row of many kinds on a person, each naming something new."""
    at, today = datetime(2024, 1, 1, tzinfo=UTC), date(2024, 1, 1)
    product = Product.objects.create(sku=f"P{number}", name="x")
    other = make_customer(f"R{number}", f"朋友{number}", kind="person", owner=cast.alice)
    company = make_customer(f"C{number}", f"公司{number}", owner=cast.alice)
    rival = Competitor.objects.create(name=f"对手{number}")
    rows: list[tuple[Any, dict[str, Any]]] = [
        (ContactPoint, {"kind": "mobile", "value": f"+861386123{number:04}"}),
        (Interaction, {"occurred_at": at, "product": product, "rep": cast.alice}),
        (Complaint, {"reported_at": at, "complaint_type": "defect", "product": product, "rep": cast.bob}),
        (Opinion, {"stance": "likes", "stated_on": today, "product": product, "rep": cast.alice}),
        (Gift, {"given_on": today, "description": "x", "given_by": cast.alice}),
        (Opportunity, {"title": "x", "owner": cast.alice}),
        (Employment, {"employer": company}),
        (Relation, {"other": other, "kind": "friend"}),
        (CompetitorProduct, {"competitor": rival, "name": "x"}),
        (CompetitorRep, {"competitor": rival, "name": "x"}),
    ]
    for model, fields in rows:
        model.objects.create(customer=person, **fields)
    KeyPerson.objects.create(customer=company, person=person, role="buyer")
    WalletShare.objects.create(
        customer=person,
        competitor=rival,
        period_start=today,
        period_end=date(2025, 1, 1),
        amount_elsewhere=1,
        noted_on=today,
    )


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_costs_the_same_with_ten_rows_as_with_one(cast: Cast, tab: str) -> None:
    person = make_customer("P1", "陈国栋", kind="person", owner=cast.alice)
    alice = sign_in(cast.alice)
    counts = []
    for more in (range(1), range(1, 10)):
        for number in more:
            grow(cast, person, number)
        with CaptureQueriesContext(connection) as queries:
            alice.get(f"/customers/{person.pk}/?tab={tab}")
        counts.append(len(queries))
    # A full page of the timeline may come from fewer tables than a short one.
    assert counts[1] <= counts[0]
