"""The people that tests of rights and pages share, and short ways to make what they look at.

Alice is a rep and owns 华新; Bob is a rep with whom it is shared; Charlie is a rep who sees nothing of either.
Dora manages the territory in which 华新 lies; Ada administers, Otto audits.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.test import Client, RequestFactory

from crm.models import Role, Team, User
from crm.services.sign_ins import follow
from customers.models import (
    Customer,
    CustomerShare,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    Product,
    Region,
    Territory,
)
from customers.services.search_keys import search_keys

NOON = time(4, tzinfo=UTC)  # noon in Shanghai


@dataclass(frozen=True)
class Cast:
    """Everybody by name, and the two customers they meet: Alice's and one that is nobody's."""

    alice: User
    bob: User
    charlie: User
    dora: User
    ada: User
    otto: User
    huaxin: Customer
    orphan: Customer


@pytest.fixture
def cast(db: None) -> Cast:
    """Return the cast."""
    east, south = Team.objects.create(name="华东分公司"), Team.objects.create(name="华南分公司")
    alice = make_user("alice", Role.REP, east)
    bob = make_user("bob", Role.REP, south)
    dora = make_user("dora", Role.MANAGER, south)
    jiangsu = Territory.objects.create(name="江苏", manager=dora)
    jiangsu.regions.add(Region.objects.get(code="320000"))
    huaxin = make_customer("K1", "苏州华新家电", owner=alice, region=Region.objects.get(code="320500"))
    CustomerShare.objects.create(customer=huaxin, user=bob)
    return Cast(
        alice=alice,
        bob=bob,
        charlie=make_user("charlie", Role.REP, south),
        dora=dora,
        ada=make_user("ada", Role.ADMIN),
        otto=make_user("otto", Role.AUDITOR),
        huaxin=huaxin,
        orphan=make_customer("K2", "无主商行"),
    )


def make_user(username: str, role: Role, team: Team | None = None) -> User:
    """Return somebody who can sign in, but has no password."""
    return User.objects.create(username=username, name=username.title(), role=role, team=team)


def make_customer(code: str, name: str, **fields: Any) -> Customer:
    """Return a customer."""
    keys = search_keys(name, fields.get("english_name", ""), is_person=fields.get("kind") == "person")
    created_at = fields.pop("created_at", datetime(2024, 1, 1, tzinfo=UTC))
    return Customer.objects.create(code=code, name=name, created_at=created_at, **keys._asdict(), **fields)


def make_order(
    customer: Customer | None,
    number: str,
    ordered_on: date,
    *amounts: int | str,
    status: OrderStatus = OrderStatus.DELIVERED,
    cost: str = "0.6",
    **fields: Any,
) -> Order:
    """Return an order with a line of one piece for each amount, in the company currency, costing ``cost`` of it."""
    order = Order.objects.create(
        number=number,
        customer=customer,
        ordered_at=datetime.combine(ordered_on, NOON),
        ordered_on=ordered_on,
        status=status,
        currency="CNY",
        **fields,
    )
    product, _created = Product.objects.get_or_create(sku="P1", defaults={"name": "净水器"})
    for line_no, amount in enumerate(map(Decimal, amounts), start=1):
        quantity = -1 if amount < 0 else 1
        OrderLine.objects.create(
            order=order,
            line_no=line_no,
            product=product,
            customer=customer,
            ordered_on=ordered_on,
            attributed_on=ordered_on,
            quantity=quantity,
            unit_price=abs(amount),
            amount=amount,
            unit_cost=abs(amount) * Decimal(cost),
            revenue_cents=int(amount * 100),
            cost_cents=int(amount * Decimal(cost) * 100),
        )
    return order


def make_payment(
    order: Order, reference: str, amount: int, due_on: date | None, paid_on: date | None
) -> Payment:
    """Return a payment of an order."""
    assert order.customer is not None
    return Payment.objects.create(
        reference=reference,
        customer=order.customer,
        order=order,
        due_on=due_on,
        paid_on=paid_on,
        amount=amount,
        currency="CNY",
        amount_cents=amount * 100,
    )


def sign_in(user: User | None, language: str = "en", *, proven: bool = True) -> Client:
    """Return a browser in which ``user`` is signed in, nobody when None, and which prefers ``language``.

    Who is ``proven`` has just given their password once more, as an export, a reveal or a change of rights asks for.
    """
    client = Client(headers={"Accept-Language": language})
    if user is not None:
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    if user is not None and proven:
        request = RequestFactory().get("/")
        request.session, request.user = client.session, user
        before = request.session.session_key
        record_authentication(request, user, method="password", reauthenticated=True)
        request.session.save()
        follow(before, request.session.session_key)
        client.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
    return client
