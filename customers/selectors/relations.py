"""The network around a customer: who is tied to whom, and how, as far as somebody may see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q

from crm.models import User
from crm.policy import can
from customers.models import (
    Customer,
    Employment,
    FamilyMember,
    FamilyRole,
    KeyPerson,
    PersonProfile,
    Referral,
    Relation,
)
from customers.selectors.masking import MASK
from customers.selectors.parts import parts_in_scope

MOST_PEOPLE = 60
STEPS = 2


@dataclass(frozen=True, slots=True)
class Node:
    """Somebody in a network: a customer, or (``customer_id`` None) a person of whom only a word is kept."""

    key: str
    name: str
    customer_id: int | None
    is_company: bool
    steps: int


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties two nodes; ``what`` is "relation", "key_role", "work", "family" or "referral".

    ``kind`` is the stored choice behind it. It reads from ``source`` to ``target``: the target is the source's
    relative, key person, employee, spouse; the source told us of the target.
    """

    source: str
    target: str
    what: str
    kind: str
    note: str = ""
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """Who stands around a customer, the nearest first, and what ties them."""

    nodes: list[Node]
    ties: list[Tie]


def network(user: User, customer: Customer) -> Network:
    """Return the network of a customer (in scope), over two steps and up to ``MOST_PEOPLE`` nodes."""
    steps = {customer.pk: 0}
    ties: dict[tuple[str, str, str, str], Tie] = {}
    outside: dict[str, Node] = {}
    edge: Collection[int] = [customer.pk]
    for step in range(1, STEPS + 1):
        found = _ties_of(user, edge)
        for tie in found:
            ties[tie.source, tie.target, tie.what, tie.kind] = tie
        reached = {int(key) for tie in found for key in (tie.source, tie.target) if key.isdigit()}
        edge = sorted(reached - steps.keys())[: MOST_PEOPLE - len(steps)]
        steps |= dict.fromkeys(edge, step)
        if not edge:
            break
    for node, tie in _outside(user, customer):
        outside[node.key] = node
        ties[tie.source, tie.target, tie.what, tie.kind] = tie
    nodes = [*_customers(user, steps), *outside.values()]
    known = {node.key for node in nodes}
    return Network(
        nodes=nodes, ties=[tie for tie in ties.values() if tie.source in known and tie.target in known]
    )


def _ties_of(user: User, ids: Collection[int]) -> list[Tie]:
    """Return the ties between customers that begin or end at some of them: four queries."""
    return [*_relations(user, ids), *_key_roles(user, ids), *_employments(user, ids), *_referrals(user, ids)]


def _relations(user: User, ids: Collection[int]) -> Iterable[Tie]:
    rows = parts_in_scope(user, Relation).filter(Q(customer__in=ids) | Q(other__in=ids), other__isnull=False)
    readable = can(user, "personal.view")
    for row in rows:
        note = " ".join(filter(None, [row.other_person, row.note])) if readable else ""
        yield Tie(str(row.customer_id), str(row.other_id), "relation", row.kind, note)


def _key_roles(user: User, ids: Collection[int]) -> Iterable[Tie]:
    for row in parts_in_scope(user, KeyPerson).filter(Q(customer__in=ids) | Q(person__in=ids)):
        yield Tie(
            str(row.customer_id), str(row.person_id), "key_role", row.role, is_past=row.until is not None
        )


def _employments(user: User, ids: Collection[int]) -> Iterable[Tie]:
    """Yield who works or worked where: by the career, and by the employer that the profile names."""
    seen = Customer.objects.visible_to(user).values("pk")
    here = Q(customer__in=ids) | Q(employer__in=ids)
    rows = Employment.objects.visible_to(user).filter(here, employer__in=seen)
    for person, employer, ended in rows.values_list("customer_id", "employer_id", "ended_on").order_by("id"):
        yield Tie(str(employer), str(person), "work", "past" if ended else "present", is_past=bool(ended))
    profiles = PersonProfile.objects.visible_to(user).filter(here, employer__in=seen)
    for person, employer in profiles.values_list("customer_id", "employer_id"):
        yield Tie(str(employer), str(person), "work", "present")


def _referrals(user: User, ids: Collection[int]) -> Iterable[Tie]:
    """Yield which customer told us of which other one."""
    seen = Customer.objects.visible_to(user).values("pk")
    rows = parts_in_scope(user, Referral).filter(
        Q(customer__in=ids) | Q(informant__customer__in=ids), informant__customer__in=seen
    )
    for told_by, told_of in rows.order_by("id").values_list("informant__customer_id", "customer_id"):
        if told_by != told_of:
            yield Tie(str(told_by), str(told_of), "referral", "")


def _outside(user: User, customer: Customer) -> Iterable[tuple[Node, Tie]]:
    """Yield those around a customer who are none themselves: a spouse, a friend of whom only a word is kept."""
    readable = can(user, "personal.view")
    for row in Relation.objects.visible_to(user).filter(customer=customer, other=None):
        name = row.other_person if readable else MASK
        node = Node(f"relation-{row.pk}", name, None, is_company=False, steps=1)
        yield node, Tie(str(customer.pk), node.key, "relation", row.kind, row.note if readable else "")
    family = FamilyMember.objects.visible_to(user).filter(customer=customer, role=FamilyRole.SPOUSE)
    for member in family:
        name = (member.name or str(member.get_role_display())) if readable else MASK
        node = Node(f"family-{member.pk}", name, None, is_company=False, steps=1)
        yield node, Tie(str(customer.pk), node.key, "family", member.role)


def _customers(user: User, steps: dict[int, int]) -> list[Node]:
    """Return the customers among some ids that ``user`` may see, the nearest first."""
    rows = Customer.objects.visible_to(user).filter(pk__in=steps)
    nodes = [
        Node(str(row.pk), row.name, row.pk, row.kind == "company", steps[row.pk])
        for row in rows.only("pk", "name", "kind")
    ]
    return sorted(nodes, key=lambda node: (node.steps, node.name))
